"""What comes of the scores: working points, rejections, importance, figures, the summary."""
