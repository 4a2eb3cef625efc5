"""The page: sections with texts, figures and tables, filled into the templates of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hepchain.config.reading import load_block
from hepchain.io.atomic import atomic_path
from hepchain.report.description import Compared, Description, Section, ShownTable, Study
from hepchain.report.results import Picture, Result, Results, picture
from hepchain.report.tables import Table, View, read_tables, views
from hepchain.report.words import Words

TEMPLATES = Path(__file__).parent / "templates"
FURTHER = Section(name="further", title="Further figures", folded=["*"])
"""What no section names."""


@dataclass(frozen=True)
class ShownFigure:
    """A figure as the page shows it."""

    result: Result
    picture: Picture
    caption: Markup
    links: list[tuple[str, str]]
    first: bool
    """Whether it is shown here for the first time, and may have an address."""


@dataclass(frozen=True)
class ShownViews:
    """Tables of one file, the note below them, and where they are."""

    views: list[View]
    note: Markup
    links: list[tuple[str, str]] = field(default_factory=list)
    command: str = ""


@dataclass(frozen=True)
class ComparedRow:
    """A row of a study's list."""

    what: Markup
    study: Markup
    trust: str
    ours: Markup
    results: list[Result]
    missing: list[str]
    differs: Markup


@dataclass(frozen=True)
class ShownSection:
    """A section as the page shows it."""

    section: Section
    text: Markup
    figures: list[ShownFigure]
    tables: list[ShownViews]
    folded: list[ShownFigure]
    missing: list[str]
    """Results that this run has not made."""
    source: Markup
    study: list[ComparedRow]


class Page:
    """Collects what the template needs.

    Parameters
    ----------
    folder : of the results of the chain; the page lies in it
    results, words : what is shown, and what makes HTML of texts
    computed : name -> table that the chain has made for the report
    """

    def __init__(
        self, folder: Path, results: Results, words: Words, computed: Mapping[str, Table]
    ) -> None:
        self.folder, self.results, self.words, self.computed = folder, results, words, computed
        self.placed: set[str] = set()

    def sections(self, description: Description) -> list[ShownSection]:
        """All sections; what no section shows stands in one of its own, before the provenance.

        Raises
        ------
        ConfigError, InputError : a text, figure or table is wrong or missing
        """
        before = [section for section in description.sections if not section.provenance]
        after = [section for section in description.sections if section.provenance]
        self.placed |= {one.name for one in self.results.figures([description.figure])[:1]}
        shown = [self.section(section) for section in before]
        rest = [one.name for one in self.results.figures(["*"]) if one.name not in self.placed]
        if rest:
            shown.append(self.section(FURTHER.model_copy(update={"folded": rest})))
        return shown + [self.section(section) for section in after]

    def section(self, section: Section) -> ShownSection:
        """One section; figures of further taggers are folded away."""
        found = self.results.figures(section.figures)
        bases = [one.base for one in found]
        opened = [one for place, one in enumerate(found) if one.base not in bases[:place]]
        more = [one for one in found if one not in opened]
        folded = [*more, *self.results.figures(section.folded)]
        study = load_block(section.study, Study) if section.study else None
        origin = f"section {section.name}"
        return ShownSection(
            section,
            self.words.html(section.text or "", origin),
            [self.figure(one) for one in opened],
            [shown for table in section.tables if (shown := self.table(table))],
            [self.figure(one) for one in folded],
            self._missing([*section.figures, *section.folded]),
            self.words.html(study.source if study else "", origin),
            [self._compared(item, str(section.study)) for item in study.items] if study else [],
        )

    def figure(self, result: Result) -> ShownFigure:
        """A figure with its caption.

        Raises
        ------
        InputError : its picture is missing
        """
        first = result.name not in self.placed
        self.placed.add(result.name)
        return ShownFigure(
            result, picture(result), self._caption(result), result.links(self.folder), first
        )

    def table(self, shown: ShownTable) -> ShownViews | None:
        """Tables of a file or of the chain; None if this run has not made them."""
        if shown.file in self.computed:
            return ShownViews(views([self.computed[shown.file]], shown), Markup())
        path = self.results.file(shown.file, ".csv")
        if path is None:
            return None
        made = [one for one in self.results.all if str(path) in (one.path, *one.files)]
        # What a figure and a table of it have in common stands below the figure.
        note = Markup() if any(one.pictured for one in made) else self._caption(made[0])
        links = [("CSV", str(path.relative_to(self.folder)))]
        return ShownViews(
            views(read_tables(path), shown), note, links, f"snakemake --cores 2 {path}"
        )

    def _caption(self, result: Result) -> Markup:
        return self.words.caption(Path(result.caption), result.wildcards, result.params)

    def _missing(self, names: Iterable[str]) -> list[str]:
        return [name for name in names if "*" not in name and not self.results.figures([name])]

    def _compared(self, item: Compared, origin: str) -> ComparedRow:
        what, study, ours, differs = (
            self.words.html(text, f"{origin}: {item.what}")
            for text in (item.what, item.study, item.ours, item.differs)
        )
        figures = self.results.figures(item.figures)
        missing = self._missing(item.figures)
        return ComparedRow(what, study, item.trust, ours, figures, missing, differs)


def write_page(path: Path, **content: Any) -> None:
    """Fill the template of the page and put it in place."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))
    page = environment.get_template("page.html").render(style=style, **content)
    with atomic_path(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
