"""Configuration of the chain."""

from hepchain.chains.dijets.config.run import DijetsConfig

CONFIG = DijetsConfig
