"""Dijets: a search for a resonance without a model of it, by taggers that learn from the data."""
