"""Table of what shuffled labels teach, a line a category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from hepchain.figures.style import Things
from hepchain.figures.tabulate import Table, number


def table(contents: Sequence[Mapping[str, Any]], things: Things) -> Table:
    """Areas under the curve of models of permuted labels."""
    rows = [
        {
            "Category": things.title(content["category"]),
            "tracks": str(content["tracks"]),
            "AUC, permuted labels": number(content["mean"], content["error"]),
            "deviation": f"{(content['mean'] - 0.5) / content['error']:+.1f} σ",
            "AUC, true labels": number(content["true_mean"], content["true_error"]),
        }
        for content in contents
    ]
    note = (
        "Models of permuted labels in events they have not seen. Against the permuted labels the "
        "area is 0.5 within the error unless labels of an event reach a model that must not see "
        "it; error of Mann and Whitney. Against the true labels it is so in the mean only, with "
        "the spread over permutations and folds as error."
    )
    title = f"Shuffled labels, {things.title(contents[0]['tagger'])}"
    return Table(title, pd.DataFrame(rows), note)
