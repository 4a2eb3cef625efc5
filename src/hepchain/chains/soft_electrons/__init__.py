"""Electrons of 0.5 to 5 GeV as tracks, and higgsinos with small mass splittings."""
