"""What the subcommands of `hepchain` do; each returns the exit status.

They import what they need when they run, so that the command answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hepchain import __version__
from hepchain.errors import ConfigError, InputError

if TYPE_CHECKING:
    from hepchain.config.chain import ChainConfig


def version(options: argparse.Namespace) -> int:
    """Print the version."""
    print(f"hepchain {__version__}")
    return 0


def check_config(options: argparse.Namespace) -> int:
    """Check config files as a run does before its first job."""
    from hepchain.chain_files import ChainFiles
    from hepchain.config.root import read_configuration
    from hepchain.simulation.variations import load_responses

    configuration = read_configuration(options.files)
    for chain in configuration.chains:
        run = configuration.load(chain)
        if run.simulation is not None:
            load_responses(run.simulation.response, run.simulation.responses)
        ChainFiles(run, f"results/{chain}").check_sources()
        print(f"{chain}: in order ({len(run.samples)} samples, seed {run.seed})")
    return 0


def chains(options: argparse.Namespace) -> int:
    """Print the names of the chains that are made."""
    from hepchain.config.root import read_configuration

    print(*read_configuration(options.files).root.chains)
    return 0


def describe_config(options: argparse.Namespace) -> int:
    """Print keys of the configuration."""
    from hepchain.config.reference import every_key, markdown, selected, table

    rows = selected(every_key(), options.keys)
    print((markdown(rows) if options.markdown else table(rows)).rstrip("\n"))
    return 0


def check_ntuple(options: argparse.Namespace) -> int:
    """Check ntuples as one sample of a chain; 1 if they cannot be read."""
    from hepchain.config.samples import Role
    from hepchain.skimming.check import sample_problems
    from hepchain.skimming.many import check_files, told
    from hepchain.skimming.settings import SkimSettings
    from hepchain.skimming.sources import named_files
    from hepchain.skimming.verdict import verdict

    if options.role not in list(Role):
        raise ConfigError(f"--role {options.role}: not one of {', '.join(Role)}")
    chain, run = _chain_of(options, options.config)
    settings = SkimSettings.of(chain, run, Role(options.role))
    found, known = [], dict[str, str]()
    for file in check_files(named_files(options.files), options.map, settings, options.values):
        print(file.told(known), flush=True)
        found.append(file)
    print(told(len(found), options.values))
    problems = sample_problems(found)
    for problem in problems:
        print(f"these files as one sample: {problem}")
    print(*verdict(chain, run, settings.role, found).lines(), sep="\n")
    return 0 if not problems and all(file.usable for file in found) else 1


def inspect_ntuple(options: argparse.Namespace) -> int:
    """Print what is in a file, or a branch map proposed for it."""
    from hepchain.skimming.inspection import inspect

    if options.propose is None:
        if options.output is not None:
            raise ConfigError("--output goes with --propose")
        print(inspect(options.file, options.tree))
        return 0
    return _propose(options)


def _propose(options: argparse.Namespace) -> int:
    from hepchain.config.ntuple import NtupleMap
    from hepchain.config.root import read_configuration
    from hepchain.config.samples import Role
    from hepchain.config.source import Source
    from hepchain.skimming.inspection import inspect
    from hepchain.skimming.proposal import propose
    from hepchain.skimming.settings import SkimSettings

    run = read_configuration(options.config).load(options.propose)
    settings = SkimSettings.of(options.propose, run, Role.SIGNAL)
    found = inspect(options.file, options.tree)
    nothing = NtupleMap(tree=found.tree, branches={"event_number": Source(entry=True)})
    text = propose(found, settings.wanted(nothing))
    if options.output is None:
        print(text, end="")
        return 0
    try:
        with open(options.output, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{options.output}: is there already; name a new file") from None
    print(f"{options.output}: look at each line, then run `hepchain ntuple check`")
    return 0


def _chain_of(options: argparse.Namespace, files: Sequence[str]) -> tuple[str, ChainConfig]:
    """The chain that is asked for, or the first, and its configuration."""
    from hepchain.config.root import read_configuration

    configuration = read_configuration(files)
    chain = options.chain or configuration.root.chains[0]
    return chain, configuration.load(chain)


def train(options: argparse.Namespace) -> int:
    """Train one model."""
    from pathlib import Path

    from hepchain.io.targets import require_own_folder
    from hepchain.terminal import shown
    from hepchain.training.train import train
    from hepchain.trial import feature_files, task_of, training_part

    require_own_folder(Path(options.output))
    chain, run = _chain_of(options, options.files)
    task = task_of(training_part(chain, run), options.tagger, options.category, options.fold)
    folder = Path(options.features or f"results/{chain}/features")
    with shown("hepchain", sys.stderr):
        train(task, feature_files(run, folder), options.output)
    print(options.output)
    return 0


def score(options: argparse.Namespace) -> int:
    """Score an ntuple."""
    from hepchain.export.ntuple import score_ntuple
    from hepchain.export.scorer import ExportedTagger

    if options.threads < 1:
        raise InputError(f"--threads {options.threads}: at least one is needed")
    tagger = ExportedTagger.load(options.tagger, options.threads)
    which = {"sample": options.sample, "working_point": options.working_point}
    result = score_ntuple(options.ntuple, options.map, tagger, options.output, **which)
    print(f"{options.output}: {result}")
    return 0


def limit(options: argparse.Namespace) -> int:
    """Print limit and significance of a count."""
    from hepchain.statistics.counting import Counting, analyse
    from hepchain.terminal import quiet

    counting = Counting(
        observed=options.observed,
        background=options.background,
        uncertainty=options.uncertainty,
        signal_uncertainty=options.signal_uncertainty,
        log_normal=options.log_normal,
        confidence_level=options.confidence_level,
    )
    # Notes of fits that are made again; what is left of them is in the error.
    with quiet("pyhf", "hepchain"):
        result = analyse(counting, options.toys, options.seed)
    print(result.json() if options.json else result)
    return 0


def status(options: argparse.Namespace) -> int:
    """Print how far a run is."""
    from pathlib import Path

    from hepchain.execution import progress

    folder = Path(options.folder)
    with progress.latest_log(folder).open(errors="replace") as file:
        state = progress.read_progress(file)
    failures = progress.failures_text(state, folder, sys.maxsize if options.all else 20)
    print("\n\n".join(filter(None, (progress.table(state), failures, progress.summary(state)))))
    return 0
