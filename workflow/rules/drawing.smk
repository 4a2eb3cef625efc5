# The files of figures and tables, for chains that draw. Included by figures.smk; a chain that draws
# nothing but its own includes it alone.
#
# config   figures

# Titles are handed over with the things they are of.
LOOKS = run.figures.model_dump(mode="json", exclude={"titles"})


def titles(names):
    """Name -> name in legends."""
    return {name: run.figures.titles.get(name, name) for name in names}


def drawing(figure, category, title, text=None):
    """The files of a figure: the PNG, which the report shows, other formats, the numbers drawn.

    `text`: name of the caption, where that is not the name of the figure."""
    suffixes = [suffix for suffix in run.figures.formats if suffix != "png"]
    shown = report(
        f"{FIGURES}/{figure}.png",
        caption=caption(text or figure.removesuffix("_{tagger}")),
        category=category,
        labels={
            "figure": title,
            "tagger": "{tagger}" if "{tagger}" in figure else "",
        },
    )
    return [shown, *(f"{FIGURES}/{figure}.{suffix}" for suffix in (*suffixes, "json"))]


def tabulated(name, title, category="Tables", text=None):
    """The files of tables: HTML, which the report shows, CSV and LaTeX; `text` as above."""
    shown = report(
        f"{FIGURES}/{name}.html",
        caption=caption(text or name.removesuffix("_{tagger}")),
        category=category,
        labels={"table": title},
    )
    return [shown, f"{FIGURES}/{name}.csv", f"{FIGURES}/{name}.tex"]
