"""What the report of this chain computes."""
