"""The whole configuration of the chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from hepchain.chains.soft_muons.config.production import MuonSample, ProductionConfig
from hepchain.chains.soft_muons.config.pt_rel import PtRelConfig
from hepchain.chains.soft_muons.config.tight import RealMuonsConfig, ResultsConfig, TightConfig
from hepchain.config.chain import ChainConfig, Check
from hepchain.config.combination import CombinationConfig
from hepchain.config.consistency import unknown
from hepchain.config.features import FeaturesConfig
from hepchain.config.figures import FiguresConfig
from hepchain.config.skimming import SkimmingConfig
from hepchain.config.studies import ImportanceConfig
from hepchain.config.training import TrainingConfig
from hepchain.config.types import Named
from hepchain.config.variables import Variables


def _campaigns(samples: Named[MuonSample]) -> Iterator[str]:
    for name, sample in samples.items():
        if sample.simulated and sample.campaign is None:
            yield f"samples.{name}.campaign: needed to simulate it, run2 or run3"
        if sample.pileup is not None:
            yield f"samples.{name}.pileup: this chain overlays none; remove it"


def _taggers(results: ResultsConfig, training: TrainingConfig) -> Iterator[str]:
    named = {
        "tagger": [results.tagger],
        "network": [results.network],
        "reweighted": results.reweighted,
    }
    for key, names in named.items():
        yield from unknown(f"results.{key}", names, training.taggers)


class SoftMuonsConfig(ChainConfig):
    """The chain: taggers of muons of heavy flavour."""

    FILES: ClassVar[tuple[str, ...]] = ("variables", "real_muons")
    CHECKS: ClassVar[tuple[Check, ...]] = (_campaigns, _taggers)

    samples: Named[MuonSample] = Field(min_length=1, description="name -> sample")
    variables: Variables = Field(description="input variables and categories")
    production: ProductionConfig
    skimming: SkimmingConfig
    features: FeaturesConfig
    training: TrainingConfig
    combination: CombinationConfig
    tight: TightConfig
    results: ResultsConfig
    pt_rel: PtRelConfig
    importance: ImportanceConfig
    real_muons: RealMuonsConfig
    figures: FiguresConfig

    def parts_of(self, sample: str) -> int:
        """Number of jobs that simulate a sample."""
        return self.production.parts

    def events_per_part_of(self, sample: str) -> int:
        """Number of events of each of them."""
        return self.production.events
