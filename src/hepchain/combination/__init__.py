"""Combination: scores of the categories on one scale, and working points."""
