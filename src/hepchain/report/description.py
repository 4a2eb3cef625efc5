"""What a chain says of its report: sections, figures, tables and sentences, in a file of its own.

Texts are reStructuredText with Jinja expressions in it, as the captions of figures are.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hepchain.config.base import Block

Mark = Literal["good", "fair", "bad", "unknown"]


class ShownTable(Block):
    """A table of the results, or one that the chain computes for the report."""

    file: str = Field(description="below the results, without .csv; or name of a computed table")
    parts: list[str] = Field(
        default=[], description="titles in the file, or how they begin; all by default"
    )
    columns: list[str] = Field(default=[], description="columns to show; all by default")
    shown: dict[str, str] = Field(default={}, description="column -> value of rows not folded away")
    count: str | None = Field(default=None, description="column that is counted above the table")
    marks: dict[str, Mark] = Field(
        default={}, description="value of that column -> look of its cell"
    )
    folded: bool = Field(default=False, description="whether the table is opened by a click")


class Section(Block):
    """Text, figures and tables of one question."""

    name: str = Field(description="in the address of the section", pattern=r"^[a-z][a-z0-9-]*$")
    title: str = Field(description="heading")
    text: str | None = Field(default=None, description="paragraphs before figures and tables")
    figures: list[str] = Field(default=[], description="names, without tagger; * for any text")
    tables: list[ShownTable] = Field(default=[], description="tables, after the figures")
    folded: list[str] = Field(default=[], description="figures that are opened by a click")
    study: str | None = Field(default=None, description="file with numbers of a study beside ours")
    provenance: bool = Field(default=False, description="whether versions, time and stages follow")


class Fact(Block):
    """A number of the result, large below the first sentences."""

    label: str = Field(description="what it is")
    value: str = Field(description="text with the number")


class Description(Block):
    """The report of a chain."""

    title: str = Field(description="of the page")
    subtitle: str = Field(description="one line below it")
    lead: str = Field(description="the result in three sentences, with its numbers")
    facts: list[Fact] = Field(default=[], description="the numbers to remember", max_length=4)
    figure: str = Field(description="the one figure that shows it")
    numbers: str = Field(description="file of named values with errors, below the results")
    first: str = Field(description="the tagger whose figures come first, an expression")
    sections: list[Section] = Field(description="in this order", min_length=1)


class Compared(Block):
    """A figure, table or number of a study beside ours."""

    what: str = Field(description="figure or table")
    study: str = Field(description="what the study has")
    trust: str = Field(description="how we know: read, computed from what was read, a figure alone")
    ours: str = Field(description="what this run has, from the results")
    figures: list[str] = Field(default=[], description="figures of ours, as in a section")
    differs: str = Field(description="what differs, and why")


class Study(Block):
    """Figures and tables of a study, one by one."""

    source: str = Field(description="the study, and how its numbers became known")
    items: list[Compared] = Field(description="in this order", min_length=1)
