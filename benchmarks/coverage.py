"""How often the upper limit of a run lies above the true signal strength, by pseudo-experiments.

    python benchmarks/coverage.py [--results results/soft_electrons] [--point higgsino_153_150]
                                  [--approach chosen_azimuth] [--toys 2000] [--seed 1]

Pseudo-experiments are drawn from the workspace of an approach at a true strength: half, once and
twice the median expected limit. In each the counts and the auxiliary measurements of all nuisance
parameters are drawn (pyhf, ``pdf.sample``), the nuisance parameters being at their nominal values.
A pseudo-experiment covers if the true strength is not excluded. Two ways to exclude at 95 %:

- CLs+b below 0.05, whose coverage is 95 % if the asymptotic formulas hold;
- CLs below 0.05, as the limits of the run: never more often, which is what CLs is for, and at
  strengths that the experiment cannot see hardly ever. It tends to 95 % far above the limit.

At strength 0 nothing can be excluded: the coverage is 100 % by construction.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyhf

from hepchain.io.structured import read_json
from hepchain.statistics.fits import bounds_of, load_model, minimiser
from hepchain.statistics.inference import SIGMAS, expected_limit

LEVEL = 0.95
STRENGTHS = (0.5, 1.0, 2.0)
"""True strengths, in units of the median expected limit."""


def in_units(workspace: dict[str, Any], unit: float) -> dict[str, Any]:
    """The workspace with its signal multiplied: fits are made near a strength of one."""
    for channel in workspace["channels"]:
        for sample in channel["samples"]:
            if any(modifier["type"] == "normfactor" for modifier in sample["modifiers"]):
                sample["data"] = [unit * value for value in sample["data"]]
                for modifier in sample["modifiers"]:
                    if modifier["type"] == "staterror":
                        modifier["data"] = [unit * value for value in modifier["data"]]
                    if modifier["type"] == "histosys":
                        for side in ("hi_data", "lo_data"):
                            values = modifier["data"][side]
                            modifier["data"][side] = [unit * value for value in values]
    return workspace


def excluded(model: Any, strength: float, toys: int, seed: int) -> npt.NDArray[np.int64]:
    """Pseudo-experiments that exclude their own strength by CLs+b, by CLs, and that failed."""
    np.random.seed(seed)  # noqa: NPY002 - what pyhf draws with
    truth = np.array(model.config.suggested_init())
    truth[model.config.poi_index] = strength
    found = np.zeros(3, dtype=np.int64)
    for data in model.make_pdf(pyhf.tensorlib.astensor(truth)).sample((toys,)):
        try:
            cls, (cls_b, _) = pyhf.infer.hypotest(
                strength,
                data,
                model,
                return_tail_probs=True,
                par_bounds=bounds_of(model, strength),
            )
        except pyhf.exceptions.FailedMinimization:
            found[2] += 1
            continue
        found[:2] += [float(cls_b) < 1.0 - LEVEL, float(cls) < 1.0 - LEVEL]
    return found


def main() -> None:
    """Print the coverage at each strength."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--results", type=Path, default=Path("results/soft_electrons"))
    parser.add_argument("--point", default="higgsino_153_150")
    parser.add_argument("--approach", default="chosen_azimuth")
    parser.add_argument("--toys", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    path = chosen.results / f"statistics/{chosen.point}/workspace_{chosen.approach}.json"
    workspace = dict(read_json(path))
    limit = expected_limit(workspace, LEVEL).expected[SIGMAS.index(0)]
    print(f"{chosen.point}, {chosen.approach}: median expected limit {limit:.3g}")
    with minimiser("newton"):
        model, _ = load_model(in_units(workspace, limit))
        for strength in STRENGTHS:
            *numbers, failed = excluded(model, strength, chosen.toys, chosen.seed)
            tried = chosen.toys - failed
            shares = [1.0 - number / tried for number in numbers]
            errors = [float(np.sqrt(max(s * (1.0 - s), 1.0 / tried) / tried)) for s in shares]
            text = ", ".join(
                f"{name} {100.0 * share:.1f} +- {100.0 * error:.1f} %"
                for name, share, error in zip(("CLs+b", "CLs"), shares, errors, strict=True)
            )
            print(f"true strength {strength:g} x limit: covered by {text}; {failed} fits failed")


if __name__ == "__main__":
    main()
