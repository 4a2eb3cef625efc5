"""Classifier of events that knows the mass splitting it is asked about."""
