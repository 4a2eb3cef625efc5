"""Configuration of the chain."""

from hepchain.chains.soft_muons.config.run import SoftMuonsConfig

CONFIG = SoftMuonsConfig
