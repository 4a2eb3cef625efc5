"""Marbles: glass ones among clay ones, told apart by two numbers. The smallest chain there is."""
