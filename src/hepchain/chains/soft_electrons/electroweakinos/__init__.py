"""Rates of neutralinos of nearly the same mass: production, and decay by a virtual Z."""
