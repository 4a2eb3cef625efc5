"""Figures and tables of this chain."""
