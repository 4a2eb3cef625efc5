"""Block ``mass_plane``: many mass points, for limits in the plane of mass and splitting."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PositiveFloat, model_validator

from hepchain.chains.soft_electrons.config.samples import HiggsinoMasses, HiggsinoSample
from hepchain.chains.soft_electrons.electroweakinos.decays import ELECTRON, branching_fractions
from hepchain.chains.soft_electrons.electroweakinos.production import CrossSections
from hepchain.config.base import Block
from hepchain.config.types import Distinct, Events, Named, Parts, Title
from hepchain.trust import Trust

PREFIX = "plane"
"""First part of the names of the samples."""


def _complete(value: list[list[float]]) -> list[list[float]]:
    lengths = {len(row) for row in value}
    if len(lengths) > 1 or min(lengths) < 3:
        raise ValueError("each point is [n2, n1, a cross-section for each channel]")
    if any(not row[0] > row[1] > 0 or min(row) <= 0 for row in value):
        raise ValueError("masses and cross-sections must be positive, n2 above n1")
    return value


class CrossSectionTable(Block):
    """Calculated cross-sections."""

    source: str = Field(description="where they come from")
    trust: Trust = Field(description="how far the source is to be trusted")
    channels: Distinct[str] = Field(
        min_length=1, description="what is produced; the first is what the process generates"
    )
    points: Annotated[list[list[float]], AfterValidator(_complete)] = Field(
        min_length=8, description="[n2, n1 [GeV], a cross-section [pb] for each channel]"
    )

    @model_validator(mode="after")
    def _one_a_channel(self) -> Self:
        columns = len(self.points[0]) - 2
        if columns != len(self.channels):
            raise ValueError(f"{columns} cross-sections a point for {len(self.channels)} channels")
        return self


class PublishedLimit(Block):
    """An exclusion by others, drawn beside ours."""

    title: Title = Field(description="name in the legend")
    masses: Literal["n2", "c1"] = Field(
        description="what the points are: [m(N2), m(N2) - m(N1)] or [m(C1), m(C1) - m(N1)], with "
        "the chargino half-way between the neutralinos"
    )
    filled: bool = Field(default=False, description="drawn as an area: all masses below it")
    trust: Trust = Field(description="how far the source is to be trusted")
    source: str = Field(description="where the points come from")
    points: list[tuple[PositiveFloat, PositiveFloat]] = Field(
        min_length=2, description="line at 95 % CL, from point to point [GeV]"
    )


class MassPlaneConfig(Block):
    """Mass points of a grid; each is a sample, `plane_<n2>_<n1>` with p for a decimal point."""

    template: str = Field(description="simulated signal whose process and pile-up the points have")
    n1: list[PositiveFloat] = Field(
        default_factory=list, description="masses of the lightest neutralino [GeV]"
    )
    splittings: list[PositiveFloat] = Field(
        default_factory=list, description="mass splittings, each for each of `n1` [GeV]"
    )
    points: list[HiggsinoMasses] = Field(
        default_factory=list, description="further mass points beside the grid"
    )
    parts: Parts = Field(description="jobs of each point")
    events_per_part: Events = Field(description="events of each job")
    strengths: Distinct[PositiveFloat] = Field(
        min_length=1,
        description="signal strengths, in units of the cross-section, whose contours are drawn: "
        "1 is the exclusion of the model, 10 that of ten times as many events",
    )
    cross_sections: CrossSectionTable = Field(description="file of cross-sections")
    published: Named[PublishedLimit] = Field(
        default_factory=dict, description="file of exclusions drawn beside ours"
    )

    @property
    def masses(self) -> list[HiggsinoMasses]:
        """All mass points, the grid first."""
        grid = [
            # Without the digits that an addition leaves behind.
            HiggsinoMasses(n2=round(n1 + splitting, 6), n1=n1)
            for n1 in self.n1
            for splitting in self.splittings
        ]
        return [*grid, *self.points]

    @cached_property
    def rates(self) -> CrossSections:
        """Cross-sections at any masses inside the table."""
        return CrossSections.fit(self.cross_sections.points)

    @model_validator(mode="after")
    def _points(self) -> Self:
        masses = self.masses
        if not masses:
            raise ValueError("no mass point: give `n1` and `splittings`, or `points`")
        names = [point_name(point) for point in masses]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"mass points given twice: {', '.join(twice)}")
        outside = [point for point in masses if (point.n2, point.n1) not in self.rates.range]
        if outside:
            listed = ", ".join(f"({point.n2:g}, {point.n1:g})" for point in outside)
            raise ValueError(
                f"no cross-section for masses (n2, n1) {listed} GeV: "
                f"the table has {self.rates.range}"
            )
        return self

    def samples(self, template: HiggsinoSample) -> dict[str, HiggsinoSample]:
        """Name -> sample of each mass point, as the template but for masses and rates."""
        return {point_name(point): self._sample(point, template) for point in self.masses}

    def _sample(self, masses: HiggsinoMasses, template: HiggsinoSample) -> HiggsinoSample:
        sections = self.rates.at(masses.n2, masses.n1)
        fractions = branching_fractions(masses.n2, masses.n1)
        return HiggsinoSample(
            role=template.role,
            process=template.process,
            pileup=template.pileup,
            masses=masses,
            # Rounded far below its uncertainty: the same on every machine.
            cross_section_pb=round(float(sections[0]), 6),
            scale_factor=round(float(sections.sum() / sections[0]), 5),
            branching_fraction=round(fractions[ELECTRON], 5),
        )


def point_name(masses: HiggsinoMasses) -> str:
    """Name of the sample of a mass point.

    >>> point_name(HiggsinoMasses(n2=151.5, n1=150))
    'plane_151p5_150'
    """
    values = (f"{mass:.6f}".rstrip("0").rstrip(".") for mass in (masses.n2, masses.n1))
    return "_".join([PREFIX, *(value.replace(".", "p") for value in values)])
