"""Simulation: generated collisions and the response of an open, ATLAS-like detector."""
