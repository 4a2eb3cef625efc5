"""Events at particle level: Pythia 8 processes and the electron gun."""
