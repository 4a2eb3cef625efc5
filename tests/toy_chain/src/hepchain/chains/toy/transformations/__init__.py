"""Transformations of this chain."""
