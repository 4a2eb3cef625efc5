"""Block ``black_boxes``: data of which the search is not told what is in them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from hepchain.chains.dijets.config.methods import Share
from hepchain.config.base import Block
from hepchain.config.consistency import unknown
from hepchain.config.types import Distinct, Events, MomentumRange, Name, Named, Parts

NOTHING = "nothing"
"""Content of a box without a signal."""


class MassRanges(Block):
    """Ranges that the masses of A -> B C are drawn from."""

    a: MomentumRange = Field(description="of A [GeV]")
    b: MomentumRange = Field(description="of B [GeV]")
    c: MomentumRange = Field(description="of C [GeV]")

    @model_validator(mode="after")
    def _open(self) -> Self:
        if self.b[1] + self.c[1] >= self.a[0]:
            raise ValueError("the lightest A is lighter than the heaviest B and C together")
        return self


class OwnBoxes(Block):
    """Boxes that are generated; what is in which is drawn, and sealed."""

    boxes: Distinct[Name] = Field(min_length=1, description="names")
    seed: NonNegativeInt = Field(description="of what is in them: another one fills them anew")
    contents: list[Name] = Field(
        min_length=1,
        description="of the boxes, in an order that is drawn: names of `signals`, or `nothing`",
    )
    signals: Named[MassRanges] = Field(description="name -> ranges of its masses")
    injected: tuple[PositiveInt, PositiveInt] = Field(
        description="least and largest number of events of a signal in a box, before any cut"
    )
    pthat: MomentumRange = Field(
        description="of the background, transverse momentum of the hard process [GeV]"
    )
    parts: Parts = Field(description="files of a box, a job each")
    events: Events = Field(description="events of a file, the same in each")
    settings: dict[str, str | int | float] = Field(
        description="of Pythia: other ones than the simulation is made with"
    )

    @model_validator(mode="after")
    def _match(self) -> Self:
        problems = list(unknown("contents", self.contents, [*self.signals, NOTHING]))
        if len(self.contents) != len(self.boxes):
            problems.append(f"{len(self.contents)} contents for {len(self.boxes)} boxes")
        low, high = self.injected
        if not low <= high <= self.parts * self.events:
            problems.append("`injected`: two numbers, rising, no more than a box has events")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Scale(Block):
    """A measured mass over the true one."""

    value: PositiveFloat
    error: NonNegativeFloat = Field(description="of one standard deviation")


class Scales(Block):
    """Of the masses of A, B and C."""

    a: Scale
    b: Scale
    c: Scale


class AnswerConfig(Block):
    """What is answered, chosen before any box is seen."""

    loose_efficiency: Share = Field(
        description="share of the data of the cut that the events are counted with: most of a "
        "signal passes it"
    )
    scales: Scales = Field(
        description="of measured masses over true ones; their errors are part of those answered"
    )
    level: Share = Field(description="global p-value below which a signal is claimed")
    on_opened: Literal["flag", "refuse"] = Field(
        description="what becomes of another answer after the seal was opened"
    )


class BlackBoxesConfig(Block):
    """Boxes, ours and those of others."""

    own: OwnBoxes | None = Field(default=None, description="boxes that are generated")
    files: Named[Distinct[str]] = Field(
        default_factory=dict,
        description="name of a box -> its files in the format of the LHC Olympics, no labels",
    )
    answer: AnswerConfig

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.names:
            raise ValueError("give `own` boxes, or `files` of others")
        twice = set(self.files) & set(self.own.boxes if self.own else [])
        if twice:
            raise ValueError(f"own boxes and such of `files`: {', '.join(sorted(twice))}")
        return self

    @property
    def names(self) -> list[str]:
        """All boxes."""
        return [*(self.own.boxes if self.own else []), *self.files]

    def files_of_all(self, folder: str) -> dict[str, list[str]]:
        """Box -> its files; those of our own are generated in this folder."""
        found = dict(self.files)
        if self.own:
            for box in self.own.boxes:
                found[box] = [f"{folder}/{box}-{part}.h5" for part in range(self.own.parts)]
        return {box: found[box] for box in self.names}
