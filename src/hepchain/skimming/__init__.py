"""From ntuples to events and tracks: branch names, units, pre-selection, cone sums, weights."""
