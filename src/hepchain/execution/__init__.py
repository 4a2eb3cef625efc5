"""How jobs run: one run at a time in a folder, what a killed run left, resources and plans."""
