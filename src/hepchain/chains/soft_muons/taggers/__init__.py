"""Kinds of taggers of this chain."""
