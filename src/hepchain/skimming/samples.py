"""The check of the files of whole samples, before a run begins to read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hepchain.config.samples import OF_A_YIELD, Sample
from hepchain.errors import InputError
from hepchain.skimming.check import Checked, sample_problems
from hepchain.skimming.many import check_files
from hepchain.skimming.normalisation import SampleNormalisation
from hepchain.skimming.settings import SkimSettings

MOST_TOLD = 20
"""Problems in one message."""


def require_usable(chain: str, run: Any, files: Mapping[str, Sequence[str]]) -> None:
    """Check the files of samples as the command does: headers, and some values.

    ``run``: configuration of the chain; ``files``: sample -> its ntuples.

    Raises
    ------
    InputError : a sample cannot be read in its role; names all that is wrong with all of them
    """
    problems = [
        problem for name, paths in files.items() for problem in _problems(chain, run, name, paths)
    ]
    if not problems:
        return
    left_out = len(problems) - MOST_TOLD
    more = f"\nand {left_out} more: `hepchain ntuple check` tells all" if left_out > 0 else ""
    raise InputError(
        "ntuples cannot be read (`hepchain ntuple check`, docs/ntuples.md), nothing was started:\n"
        + "\n".join(problems[:MOST_TOLD])
        + more
    )


def _problems(chain: str, run: Any, name: str, paths: Sequence[str]) -> list[str]:
    sample = run.samples[name]
    settings = SkimSettings.of(chain, run, sample.role)
    found = list(check_files(paths, f"config/ntuples/{sample.ntuple}.yaml", settings))
    problems = [problem for file in found for problem in _of_file(file)]
    if not problems:
        problems = sample_problems(found, _normalisation(name, sample))
    return [f"sample {name}: {problem}" for problem in problems]


def _of_file(file: Checked) -> list[str]:
    problems = [f"{file.path}: {problem}" for problem in file.problems]
    if file.report is not None:
        try:
            file.report.require(file.role)
        except InputError as error:
            problems.append(str(error))
    return problems


def _normalisation(name: str, sample: Sample) -> SampleNormalisation:
    told = sample.model_dump(include={*OF_A_YIELD, "override_sum_of_weights"})
    return SampleNormalisation(name, sample.role, **told)
