# The files of figures and tables, for chains that draw. Included by figures.smk; a chain that draws
# nothing but its own includes it alone.
#
# config   figures

# Titles are handed over with the things they are of.
LOOKS = run.figures.model_dump(mode="json", exclude={"titles"})


def titles(names):
    """Name -> name in legends."""
    return {name: run.figures.titles.get(name, name) for name in names}


def drawing(figure, category, title):
    """The files of a figure: the PNG, which the report shows, other formats, the numbers drawn."""
    suffixes = [suffix for suffix in run.figures.formats if suffix != "png"]
    shown = report(
        f"{FIGURES}/{figure}.png",
        caption=caption(figure.removesuffix("_{tagger}")),
        category=category,
        labels={
            "figure": title,
            "tagger": "{tagger}" if "{tagger}" in figure else "",
        },
    )
    return [shown, *(f"{FIGURES}/{figure}.{suffix}" for suffix in (*suffixes, "json"))]


def tabulated(name, title, category="Tables"):
    """The files of tables: HTML, which the report shows, CSV and LaTeX."""
    shown = report(
        f"{FIGURES}/{name}.html",
        caption=caption(name.removesuffix("_{tagger}")),
        category=category,
        labels={"table": title},
    )
    return [shown, f"{FIGURES}/{name}.csv", f"{FIGURES}/{name}.tex"]
