"""What is applied to a variable before it is standardised: a module of that name."""
