"""Muons in jets before the detector: genuine ones, and pions and kaons that are made to decay."""
