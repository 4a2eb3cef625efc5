"""What the processes of the backgrounds have in common."""
