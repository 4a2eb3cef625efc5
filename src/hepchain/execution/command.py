"""The command line of a run: Snakemake keeps the last of two equal options, in silence."""

from __future__ import annotations

import contextlib
import io
import os
from argparse import Namespace
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

from hepchain.chains import chain_names
from hepchain.config.names import nearest
from hepchain.config.reading import read_yaml
from hepchain.errors import ConfigError, ExecutionError
from hepchain.execution.lock import STATE
from hepchain.execution.packages import check_packages
from hepchain.options import Given, given_twice

OF_CONFIG = {"config": "--config", "configfile": "--configfile", "configfiles": "--configfile"}
"""Keys of a profile that replace those of a weaker one instead of adding to them."""


def is_command(workflow: Any, command: Sequence[str]) -> bool:
    """Whether this process is a `snakemake` that a user has started, not one of its jobs."""
    return bool(workflow.is_main_process) and "snakemake" in Path(command[0]).parts[-2:]


def parsed(command: Sequence[str]) -> tuple[Any, Namespace]:
    """Snakemake's parser for this command and its profiles, and the options."""
    return _parsed(tuple(command[1:]), Path.cwd())


@lru_cache(maxsize=1)
def _parsed(arguments: tuple[str, ...], _: Path) -> tuple[Any, Namespace]:
    from snakemake.cli import parse_args

    with contextlib.redirect_stderr(io.StringIO()):  # it has named its profiles already
        parser, options = parse_args(list(arguments))
    return parser, options


def executor_of(workflow: Any, command: Sequence[str]) -> str | None:
    """Executor of this command, from its profile; None on this machine and for a single job.

    The workflow itself knows it only after the rules are read.
    """
    name: str | None = parsed(command)[1].executor if is_command(workflow, command) else None
    return name


def check_command(workflow: Any, command: Sequence[str]) -> None:
    """Refuse what a run would lose of its command line.

    Raises
    ------
    ConfigError : an option with a value is given twice, or `--config` or `--configfile` in a
        profile and once more; all in one message
    ExecutionError : Snakemake cannot write its notes, or PYTHONPATH brings other packages
    """
    if not is_command(workflow, command):
        return
    _check_writable(Path.cwd() / STATE)
    check_packages()
    from snakemake.cli import get_argument_parser

    plain, given = get_argument_parser(), Given()
    plain.parse_known_args(command[1:], given)
    problems = given_twice(plain, given)
    sources: dict[str, list[str]] = {option: [] for option in OF_CONFIG.values()}
    for profile in parsed(command)[0]._default_config_files:
        for key in read_yaml(profile) or ():
            if key in OF_CONFIG:
                sources[OF_CONFIG[key]].append(str(profile))
    for option, places in sources.items():
        if getattr(given, option.removeprefix("--")):
            places.append("the command line")
        if len(places) > 1:
            problems.append(
                f"{option} is given in {' and in '.join(places)}, of which one alone would count: "
                "give all in one place"
            )
    if problems:
        raise ConfigError("\n".join(problems))


def _check_writable(state: Path) -> None:
    """Even a dry run makes folders of Snakemake's notes."""
    folders = [state, *filter(Path.is_dir, state.glob("*"))] if state.exists() else [state.parent]
    closed = [str(folder) for folder in folders if not os.access(folder, os.W_OK | os.X_OK)]
    if closed:
        raise ExecutionError(
            f"{', '.join(closed)}: not writable, where Snakemake keeps notes even of a "
            "dry run; ask its owner, or work in a copy of this folder"
        )


def shown_chain(workflow: Any, command: Sequence[str], chains: Sequence[str]) -> str:
    """The chain whose words introduce a report: the first target that is one, or else the first."""
    targets = parsed(command)[1].targets or () if is_command(workflow, command) else ()
    return next((target for target in targets if target in chain_names()), chains[0])


def check_report(
    workflow: Any, command: Sequence[str], results: Path, chains: Sequence[str]
) -> None:
    """Refuse Snakemake's own report of a run that has not ended.

    Raises
    ------
    ExecutionError : the last result of the chain is not there
    """
    if not is_command(workflow, command):
        return
    options = parsed(command)[1]
    chain = shown_chain(workflow, command, chains)
    last = results / chain / "report.html"
    if options.report and not options.report_after_run and not last.is_file():
        raise ExecutionError(
            f"{last}: not there yet, so there is nothing to report; run `snakemake --cores 2 "
            f"{chain}` first, or give `--report-after-run` as well"
        )


def check_targets(workflow: Any, command: Sequence[str], chains: Sequence[str]) -> None:
    """Refuse a target that is neither a rule nor below the results of a chain.

    Raises
    ------
    ConfigError : with the nearest chain or rule
    """
    if not is_command(workflow, command):
        return
    names = [rule.name for rule in workflow.rules]
    for target in parsed(command)[1].targets or ():
        parts = Path(target).parts
        if len(parts) == 1 and target not in names and not Path(target).exists():
            ending = [name for name in names if name.endswith(f"_{target}")]
            similar = get_close_matches(target, [*chains, *names], n=1, cutoff=0.6)
            known = ending or similar or chains
            raise ConfigError(f"{target}: no such target{nearest(target, known)}")
        if len(parts) > 1 and parts[0] == "results" and parts[1] not in chains:
            raise ConfigError(f"{target}: no chain '{parts[1]}'{nearest(parts[1], chains)}")
