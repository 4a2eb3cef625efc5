"""The pseudo signal region: a Z* candidate of an electron and a track (``candidates``), its mass
window, its files, and the job of a sample."""
