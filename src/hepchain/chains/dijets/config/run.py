"""Configuration of the chain: blocks of its own, and the looks of its figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from hepchain.chains.dijets.config.autoencoder import AutoencoderConfig
from hepchain.chains.dijets.config.black_boxes import BlackBoxesConfig
from hepchain.chains.dijets.config.correlated import CorrelatedConfig
from hepchain.chains.dijets.config.densities import DensitiesConfig
from hepchain.chains.dijets.config.events import EventsConfig, JetsConfig
from hepchain.chains.dijets.config.methods import (
    CwolaConfig,
    DataConfig,
    FalseAlarmsConfig,
    SearchConfig,
    SliceConfig,
    WindowsConfig,
)
from hepchain.chains.dijets.config.scan import ScanConfig
from hepchain.chains.dijets.config.seeds import SeedsConfig
from hepchain.config.chain import ChainConfig, Check
from hepchain.config.consistency import unknown
from hepchain.config.figures import FiguresConfig


def _data(data: DataConfig, events: EventsConfig) -> Iterable[str]:
    names = [name for name in (data.background, data.signal) if name is not None]
    yield from unknown("data", names, events.samples)
    if data.signal is None and any(data.injected):
        yield "data.injected: events of no signal; name the sample `data.signal`, or inject 0"


def _searched(false_alarms: FalseAlarmsConfig, windows: WindowsConfig) -> Iterable[str]:
    yield from unknown("false_alarms.windows", false_alarms.windows, windows.windows)


def _boxes(
    black_boxes: BlackBoxesConfig, events: EventsConfig, search: SearchConfig
) -> Iterable[str]:
    twice = [name for name in black_boxes.names if name in events.samples]
    if twice:
        yield f"black_boxes: {', '.join(twice)}: names of samples, too; call the boxes otherwise"
    loose = black_boxes.answer.loose_efficiency
    if loose not in search.efficiencies:
        yield f"black_boxes.answer.loose_efficiency: {loose:g} is none of search.efficiencies"
    # The smallest p-value that so many pseudo-experiments and cuts have.
    least = 1.0 - (1.0 - 1.0 / (search.toys + 1.0)) ** len(search.efficiencies)
    if black_boxes.answer.level <= least:
        yield (
            f"black_boxes.answer.level: {search.toys} pseudo-experiments (search.toys) and "
            f"{len(search.efficiencies)} cuts allow no p-value below {least:.2g}; take more of "
            "them, or a larger level"
        )


class DijetsConfig(ChainConfig):
    """The chain."""

    FILES: ClassVar[tuple[str, ...]] = ("events.response",)
    CHECKS: ClassVar[tuple[Check, ...]] = (_data, _searched, _boxes)

    events: EventsConfig
    jets: JetsConfig
    data: DataConfig
    windows: WindowsConfig
    cwola: CwolaConfig
    densities: DensitiesConfig
    autoencoder: AutoencoderConfig
    correlated: CorrelatedConfig
    search: SearchConfig
    false_alarms: FalseAlarmsConfig
    injection_scan: ScanConfig
    method_seeds: SeedsConfig
    black_boxes: BlackBoxesConfig
    slice: SliceConfig | None = None
    figures: FiguresConfig

    @property
    def signal_masses(self) -> dict[str, float] | None:
        """Masses of the signal that is injected [GeV]; None if they are not known."""
        sample = self.events.samples[self.data.signal] if self.data.signal else None
        return sample.masses.model_dump() if sample and sample.masses else None

    @property
    def shown_window(self) -> str:
        """Window of the mass of the signal that is injected, or else the first."""
        mass = (self.signal_masses or {}).get("a", 0.0)
        return next(
            (name for name, (low, high) in self.windows.windows.items() if low <= mass < high),
            next(iter(self.windows.windows)),
        )
