"""Settings of the kinds of taggers of this chain."""
