"""Mass points of a run as the texts of the report name them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hepchain.config.reading import in_place
from hepchain.io.structured import read_json


def points(folder: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """Name, title, limit and gain of each mass point, and which one has the best limit.

    Returns
    -------
    ``all``: a record a point, ``limit`` the median expected one of the approach of the headline,
    None without enough events; ``best``: the record with the smallest limit, None if none has
    one; ``excluded``: titles of the points whose limit is below one.

    Raises
    ------
    InputError : ``figures/sensitivity.json`` or ``summary.json`` is missing or damaged
    """
    titles = config["figures"]["titles"]
    found = read_json(folder / "figures/sensitivity.json")["points"]
    numbers = read_json(folder / "summary.json")
    records = [
        {
            "name": point["name"],
            "title": titles.get(point["name"], point["name"]),
            "limit": numbers[f"limit_mu/{point['name']}/{point['headline']}"]["value"],
        }
        for point in found
    ]
    limited = [record for record in records if record["limit"] is not None]
    return {
        "all": records,
        "best": min(limited, key=lambda record: record["limit"], default=None),
        "excluded": [record["title"] for record in limited if record["limit"] < 1.0],
    }


def category_titles(variables: str | Mapping[str, Any]) -> dict[str, str]:
    """Category -> its title, of the variables or the name of their file.

    Raises
    ------
    ConfigError : the file is missing or no YAML
    """
    return {name: one["title"] for name, one in in_place(variables)["categories"].items()}
