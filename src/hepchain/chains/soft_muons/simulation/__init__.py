"""What makes the muons of this chain."""
