"""Configuration of the chain: blocks of its own, and those of the stages that it uses."""

from hepchain.chains.soft_electrons.config.run import SoftElectronsConfig

CONFIG = SoftElectronsConfig

__all__ = ["CONFIG"]
