"""What inner detector and muon spectrometer measure of a muon, each by itself, and together."""
