"""Conditional densities of the features of an event, given the mass of both jets."""
