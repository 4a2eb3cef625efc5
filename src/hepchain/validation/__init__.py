"""Validation: the simulation against what is known of the real detector."""
