"""What processes of the chain need beside Pythia."""
