"""The command `hepchain`: look at a configuration or an ntuple before anything runs.

Runs are started with `snakemake`; this command only checks and describes. It imports what a
subcommand needs when it runs, so that it answers at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from hepchain import __version__
from hepchain.errors import HepchainError

DEFAULT_CONFIG = "config/config.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; an error of the user's is one message."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except HepchainError as error:
        print(f"hepchain: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hepchain", description="check and describe, run nothing")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_config(commands.add_parser("config", help="the configuration of a run"))
    _add_ntuple(commands.add_parser("ntuple", help="input files"))
    version = commands.add_parser("version", help="print the version")
    version.set_defaults(run=_version)
    return parser


def _add_config(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser(
        "check", help=f"check config files merged over {DEFAULT_CONFIG}, as Snakemake merges them"
    )
    check.add_argument("files", nargs="*", metavar="FILE", help="as after `--configfile`")
    check.set_defaults(run=_check_config)
    describe = commands.add_parser("describe", help="list every key with type and meaning")
    describe.add_argument("keys", nargs="*", metavar="KEY", help="only keys that begin so")
    describe.add_argument("--markdown", action="store_true", help="as the page docs/config.md")
    describe.set_defaults(run=_describe_config)


def _add_ntuple(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="whether files hold what the chain reads")
    check.add_argument("files", nargs="+", metavar="FILE", help="ROOT files")
    check.add_argument("--map", required=True, help="branch map, config/ntuples/NAME.yaml")
    check.add_argument("--role", default="signal", help="role the files are to serve in")
    check.add_argument("--variables", default="config/variables.yaml", help="list of variables")
    check.set_defaults(run=_check_ntuple)


def _version(options: argparse.Namespace) -> int:
    print(f"hepchain {__version__}")
    return 0


def _check_config(options: argparse.Namespace) -> int:
    from hepchain.config.loader import load_run, read_configs
    from hepchain.simulation.variations import load_responses

    files = [DEFAULT_CONFIG, *(file for file in options.files if file != DEFAULT_CONFIG)]
    run = load_run(read_configs(files))
    load_responses(run.simulation.response, run.simulation.responses)
    print(f"{', '.join(files)}: in order ({len(run.samples)} samples, seed {run.seed})")
    return 0


def _describe_config(options: argparse.Namespace) -> int:
    from hepchain.config.reference import keys, markdown, table
    from hepchain.config.run import RunConfig

    rows = keys(RunConfig)
    if options.keys:
        rows = [row for row in rows if row.name.startswith(tuple(options.keys))]
    print((markdown(rows) if options.markdown else table(rows)).rstrip("\n"))
    return 0


def _check_ntuple(options: argparse.Namespace) -> int:
    from hepchain.config.loader import load_block
    from hepchain.config.samples import Role
    from hepchain.config.variables import Variables
    from hepchain.errors import ConfigError
    from hepchain.skimming.check import check_ntuple

    if options.role not in list(Role):
        raise ConfigError(f"--role {options.role}: not one of {', '.join(Role)}")
    variables = load_block(options.variables, Variables).variables
    usable = True
    for file in options.files:
        report = check_ntuple(file, options.map, variables)
        print(report)
        usable = usable and not report.wrong_type and not report.missing(Role(options.role))
    return 0 if usable else 1


if __name__ == "__main__":
    sys.exit(main())
