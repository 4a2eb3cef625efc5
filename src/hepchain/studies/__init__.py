"""Studies: what the inputs of a tagger are worth, how few suffice, what shuffled labels teach."""
