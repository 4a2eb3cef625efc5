"""Pages of the site that are made from the workflow and the package; links that leave `docs/`.

Called by mkdocs (`hooks` in mkdocs.yml), in the folder of the repository.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from mkdocs.structure.files import File, Files

from docs.build_site.catalogue import figures_and_tables, graph, loaded_workflow, without_example
from hepchain.chains import chain_names
from hepchain.report.page import TEMPLATES

HERE = Path(__file__).parent
PACKAGE = Path("src/hepchain")
LINK = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]+)(?:#[^)\s]*)?\)")
GRAPH = "<!-- the graph of stages -->"
_graphs: dict[str, str] = {}


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that are made: gallery, API, release notes; draw the graph of stages."""
    environment = Environment(
        loader=FileSystemLoader([HERE, TEMPLATES]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    parts = environment.get_template("parts.html").module
    chains: dict[str, Any] = {}
    with loaded_workflow() as workflow:
        for chain in chain_names():
            shown = figures_and_tables(workflow, chain)
            chains[chain] = {"shown": shown, "other": without_example(workflow, chain, shown)}
            _graphs[chain] = str(parts.stages(*graph(workflow, chain)))  # type: ignore[attr-defined]
    pictures = _pictures(config, chains)
    for file in pictures.values():
        files.append(file)
    addresses = {path: file.src_uri for path, file in pictures.items()}
    text = environment.get_template("gallery.md.jinja").render(chains=chains, pictures=addresses)
    pages = {"gallery.md": text, "changelog.md": Path("CHANGELOG.md").read_text(encoding="utf-8")}
    for name, content in (pages | _api()).items():
        files.append(File.generated(config, name, content=content))
    return files


def _pictures(config: Any, chains: dict[str, Any]) -> dict[str, File]:
    """Pictures of finished runs, by their path; none where nothing was run."""
    paths = [one.result.path for chain in chains.values() for one in chain["shown"]]
    return {
        path: File.generated(config, f"gallery/{path}", abs_src_path=str(Path(path).resolve()))
        for path in paths
        if path.endswith(".png") and Path(path).exists()
    }


def _api() -> dict[str, str]:
    """A page for each package, with all its modules, and one that lists them."""
    pages, lines = {}, ["# Python API", "", "From the docstrings, a page for each package.", ""]
    for package in sorted({path.parent for path in PACKAGE.rglob("*.py")}):
        modules = sorted(path for path in package.glob("*.py") if path.stem != "__init__")
        if not modules:
            continue
        name = ".".join(package.relative_to("src").parts)
        texts = [f"# {name}\n", *(f"::: {name}.{path.stem}\n" for path in modules)]
        pages[f"api/{name}.md"] = "\n".join(texts)
        lines.append(f"- [`{name}`]({name}.md)")
    return pages | {"api/index.md": "\n".join(lines)}


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Put the graph in; a link to a file of the repository outside `docs/` becomes its path."""
    folder = Path("docs", page.file.src_uri).parent
    drawn = "\n".join(_graphs.values())

    def outside(match: re.Match[str]) -> str:
        path = (folder / match[2]).resolve()
        root = Path.cwd()
        if path.is_relative_to(root / "docs") or not path.exists():
            return match[0]
        return f"`{path.relative_to(root)}`"

    return LINK.sub(outside, markdown).replace(GRAPH, drawn)
