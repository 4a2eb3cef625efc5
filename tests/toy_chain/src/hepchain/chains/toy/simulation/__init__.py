"""What fills the table with marbles."""
