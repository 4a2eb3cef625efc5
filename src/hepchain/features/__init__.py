"""From the skim to one row a track: category, label, fold and the named variables."""
