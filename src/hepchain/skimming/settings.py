"""What is read of ntuples, and what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.errors import ConfigError
from hepchain.modules import own_or_general
from hepchain.skimming.contract import GENERAL, Entry, contract
from hepchain.skimming.quality import ASSUMED, NEEDED


@dataclass(frozen=True)
class SkimSettings:
    """What decides about the content of a skim.

    ``groups``: group of variables -> names of the variables; ``contract``: module of the contract,
    see :func:`.contract`.
    """

    role: Role
    tracks: TrackSelection
    isolation: Isolation | None
    groups: Mapping[str, Sequence[str]]
    contract: str = GENERAL

    @classmethod
    def of(cls, chain: str, run: Any, role: Role) -> SkimSettings:
        """Those of the configuration ``run`` of a chain for a sample of this role.

        Raises
        ------
        ConfigError : it reads no ntuples
        """
        if not hasattr(run, "skimming"):
            raise ConfigError(f"chain {chain}: reads no ntuples, it has no block `skimming`")
        skimming, groups = run.skimming, run.variables.by_group
        module = own_or_general(chain, "contract", GENERAL)
        return cls(role, skimming.tracks, skimming.isolation, groups, module)

    @property
    def variables(self) -> list[str]:
        """Variables of all groups."""
        return [name for names in self.groups.values() for name in names]

    @property
    def needed(self) -> list[str]:
        """Quantities that the pre-selection, the quality and the cones take."""
        wanted = {
            ("pt", "eta"): True,
            ("d0",): self.tracks.max_abs_d0 is not None,
            ("z0_sin_theta",): self.tracks.max_z0_sin_theta is not None,
            NEEDED: self.tracks.quality is not None,
            ("phi", "z0", "theta"): self.isolation is not None,
        }
        return [name for names, is_wanted in wanted.items() if is_wanted for name in names]

    def wanted(self, ntuple_map: NtupleMap) -> dict[str, Entry]:
        """All branches of the contract that are read."""
        assumed = ASSUMED if self.tracks.quality is not None else {}
        return contract(self.contract, [*self.variables, *assumed], self.needed, ntuple_map)
