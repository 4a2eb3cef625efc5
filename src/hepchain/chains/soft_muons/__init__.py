"""Muons in jets: those of bottom and charm hadrons told from those of pions and kaons."""
