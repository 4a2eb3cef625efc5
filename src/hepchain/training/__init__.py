"""Training: one model for each tagger, category of tracks and fold."""
