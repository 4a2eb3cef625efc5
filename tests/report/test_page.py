"""A page of a small chain: what it shows, what it refuses, and that a browser opens it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from PIL import Image

from hepchain.errors import ConfigError, InputError
from hepchain.report.job import write_report
from hepchain.report.tables import Table
from tests.report.browser import opened

NASTY = "<script>alert(1)</script> {{ 7 * 7 }} *χ* `x` a_ $\\mu$"
DESCRIPTION: dict[str, Any] = {
    "title": "Marbles <b>",
    "subtitle": "of {{ config.name }}",
    "lead": 'Found: **{{ percent("efficiency/glass") }}**.',
    "facts": [{"label": "Efficiency", "value": '{{ percent("efficiency/glass") }}'}],
    "figure": "curves",
    "numbers": "summary.json",
    "first": "{{ config.tagger }}",
    "sections": [
        {
            "name": "shapes",
            "title": "Shapes",
            "text": "Bins: {{ load('curves').bins }}; {{ share(load('curves').share) }}.",
            "figures": ["loss"],
            "tables": [
                {
                    "file": "counts",
                    "count": "Verdict",
                    "shown": {"Verdict": "bad"},
                    "marks": {"bad": "bad"},
                },
                {"file": "leans_on"},
            ],
            "study": "study.yaml",
        },
        {"name": "provenance", "title": "Provenance", "provenance": True},
    ],
}
STUDY = {
    "source": "A study.",
    "items": [
        {
            "what": "Loss",
            "study": "0.5",
            "trust": "read",
            "ours": '{{ number("efficiency/glass") }}',
            "figures": ["loss"],
            "differs": "all",
        }
    ],
}
COUNTS = f'# Counts (2)\nKind,Number,Verdict\n"{NASTY}",1.5 ± 0.1,bad\nclay,2.0 ± 0.2,good\n'


def result(name: str, base: str = "", suffix: str = "png", **wildcards: str) -> dict[str, Any]:
    others = (".csv",) if suffix == "html" else (".pdf", ".json")
    return {
        "name": name,
        "base": base or name,
        "title": f"{name} {NASTY}",
        "path": f"figures/{name}.{suffix}",
        "files": [f"figures/{name}{other}" for other in others],
        "caption": "caption.rst",
        "wildcards": wildcards,
        "params": {"of": NASTY},
    }


@pytest.fixture
def job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.chdir(tmp_path)
    for folder in ("figures", "benchmarks/training"):
        Path(folder).mkdir(parents=True)
    for name in ("curves", "loss_a", "loss_b", "further"):
        Image.new("RGB", (80, 60), "white").save(f"figures/{name}.png")
    Path("caption.rst").write_text("**Of** {{ snakemake.params.of }}, {{ snakemake.wildcards }}.")
    Path("figures/counts.csv").write_text(COUNTS)
    numbers = {"bins": 3, "share": {"value": 0.5, "low": 0.4, "high": 0.6}}
    Path("figures/curves.json").write_text(json.dumps(numbers))
    glass = {"value": 0.9, "error": 0.01}
    Path("summary.json").write_text(json.dumps({"efficiency/glass": glass}))
    Path("report.yaml").write_text(yaml.safe_dump(DESCRIPTION))
    Path("study.yaml").write_text(yaml.safe_dump(STUDY))
    Path("benchmarks/training/a.tsv").write_text("s\tmax_rss\n90.0\t120.5\n")
    Path("benchmarks/skimming.tsv").write_text("s\tmax_rss\n0.1\t-\n")
    results = [
        result("loss_a", "loss", tagger="a"),
        result("loss_b", "loss", tagger="b"),
        *(result("curves"), result("further"), result("counts", suffix="html")),
    ]
    stages = {
        "rules": {"skimming": ["toy_skimming"], "training": ["toy_training"]},
        "edges": [["skimming", "training"]],
    }
    params = {"description": "report.yaml", "chain": "toy", "stages": stages}
    return SimpleNamespace(
        output=[str(tmp_path / "report.html"), str(tmp_path / "report.txt")],
        config={"name": NASTY, "tagger": "b", "seed": 7, "execution": {"secret": 1}},
        params=SimpleNamespace(results=results, known=["absent"], **params),
    )


def relative(job: SimpleNamespace) -> None:
    """Links are relative to the page; so are the results of this test."""
    job.output = ["report.html", "report.txt"]


def written(job: SimpleNamespace) -> str:
    relative(job)
    table = Table("Leaning", ["Input", "Rank"], [["e1", "1"]])
    write_report(job, computed={"leans_on": table})
    return Path("report.html").read_text(encoding="utf-8")


def described(**changes: Any) -> None:
    Path("report.yaml").write_text(yaml.safe_dump(DESCRIPTION | changes))


def test_numbers_to_remember_are_text_for_a_terminal(job: SimpleNamespace) -> None:
    written(job)
    text = Path("report.txt").read_text(encoding="utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert text == "Efficiency: 90.0 ± 1.0 %\n"


def test_numbers_have_their_errors(job: SimpleNamespace) -> None:
    page = written(job).replace("\N{NO-BREAK SPACE}", " ")
    assert "<strong>90.0 ± 1.0 %</strong>" in page
    assert "Bins: 3; 50 ± 10 %." in page
    assert "seed <code>7</code>" in page
    assert "secret" not in page


def test_names_are_shown_as_text(job: SimpleNamespace) -> None:
    page = written(job)
    assert "Marbles &lt;b&gt;" in page
    assert "<script" not in page
    assert "{{ 7 * 7 }} *χ*" in page
    assert "<math" in page
    assert "system-message" not in page


def test_figures_of_the_first_tagger_are_open_and_the_others_folded(job: SimpleNamespace) -> None:
    page = written(job)
    first, second = (page.index(f'id="figure-loss_{tagger}"') for tagger in "ba")
    assert first < second
    assert "<details>" not in page[page.index('id="shapes"') : first]
    assert page.count('id="figure-curves"') == 1


def test_what_no_section_names_is_shown_all_the_same(job: SimpleNamespace) -> None:
    page = written(job)
    assert page.index('id="further"') < page.index('id="figure-further"')
    assert page.index('id="figure-further"') < page.index('id="provenance"')


def test_table_shows_the_rows_asked_for_and_folds_all(job: SimpleNamespace) -> None:
    page = written(job)
    table = page[page.index('id="shapes"') :]
    assert '<li class="bad"><b>1</b> bad</li>' in table
    assert table.index("bad</td>") < table.index("All rows")
    assert "clay" not in table[: table.index("All rows")]
    assert '<td class="n">1.5 ± 0.1</td>' in table
    assert "<caption>Counts</caption>" in table


def test_figure_has_its_command_and_its_other_forms(job: SimpleNamespace) -> None:
    page = written(job)
    assert "<code>snakemake --cores 2 figures/curves.pdf</code>" in page
    assert '<a href="figures/curves.json">JSON</a>' in page


def test_study_has_its_numbers_beside_ours(job: SimpleNamespace) -> None:
    page = written(job)
    row = page[page.index('<table class="study">') :]
    assert 'href="#figure-loss_b"' in row
    assert "0.900" in row


def test_time_and_memory_of_the_stages(job: SimpleNamespace) -> None:
    page = written(job)
    assert "1 jobs · 1.5 min" in page
    assert '<td class="n">120</td>' in page or '<td class="n">121</td>' in page


def test_missing_picture_is_named_with_what_makes_it(job: SimpleNamespace) -> None:
    Path("figures/loss_a.png").unlink()
    with pytest.raises(InputError, match=r"loss_a\.png: missing; `snakemake .*loss_a\.pdf`"):
        written(job)
    assert not Path("report.html").exists()


def test_damaged_picture(job: SimpleNamespace) -> None:
    Path("figures/loss_a.png").write_text("no picture")
    with pytest.raises(InputError, match="not a picture"):
        written(job)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"figure": "curvs"}, "no result 'curvs'; the nearest is .*curves"),
        ({"lead": '{{ number("efficiency/glas") }}'}, "the nearest is .*efficiency/glass"),
        ({"lead": "{{ nothing.here }}"}, "lead: 'nothing' is undefined"),
        ({"lead": "{% if %}"}, "lead: "),
        ({"colour": "red"}, "report.yaml"),
    ],
)
def test_wrong_description_is_refused(
    job: SimpleNamespace, changes: dict[str, Any], message: str
) -> None:
    described(**changes)
    with pytest.raises(ConfigError, match=message):
        written(job)


def test_what_this_run_has_not_made_is_said(job: SimpleNamespace) -> None:
    section = {
        "name": "more",
        "title": "More",
        "figures": ["absent"],
        "tables": [{"file": "absent"}],
    }
    described(sections=[section])
    assert "Not in this run: absent." in written(job)


def test_browser_opens_it(job: SimpleNamespace, tmp_path: Path) -> None:
    written(job)
    page = opened(tmp_path / "report.html")
    assert page.console == []
    assert "alert(1)" in page.text
    assert "<script" not in page.text
