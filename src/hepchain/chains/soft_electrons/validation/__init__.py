"""Whole events and candidates of the simulation against what is known of them."""
