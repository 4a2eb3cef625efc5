"""Figures of dijets."""
