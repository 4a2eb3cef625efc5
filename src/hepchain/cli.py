"""The command `hepchain`: check, describe and compute; runs are started with `snakemake`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from hepchain import commands
from hepchain.errors import HepchainError
from hepchain.execution.packages import check_packages
from hepchain.options import OnceParser

DEFAULT_CONFIG = "config/config.yaml"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; an error of the user's is one message."""
    options = _parser().parse_args(arguments)
    try:
        check_packages()
        return int(options.run(options))
    except HepchainError as error:
        print(f"hepchain: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        print("hepchain: interrupted; nothing unfinished was left behind", file=sys.stderr)
        return 130
    except OSError as error:
        where = f"{error.filename}: " if error.filename is not None else ""
        print(f"hepchain: {where}{error.strerror or error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = OnceParser(
        prog="hepchain", description="check, describe and compute; runs are started with snakemake"
    )
    parsers = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for add in (_add_config, _add_ntuple, _add_train, _add_score, _add_limit, _add_status):
        add(parsers)
    version = parsers.add_parser("version", help="print the version")
    version.set_defaults(run=commands.version)
    return parser


def _add_config(parsers: Any) -> None:
    parser = parsers.add_parser("config", help="the configuration of a run")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    check = parsers.add_parser(
        "check", help=f"check config files merged over {DEFAULT_CONFIG}, as Snakemake merges them"
    )
    check.add_argument("files", nargs="*", metavar="FILE", help="as after `--configfile`")
    check.set_defaults(run=commands.check_config)
    chains = parsers.add_parser("chains", help="names of the chains that `snakemake` makes")
    chains.add_argument("files", nargs="*", metavar="FILE", help="as after `--configfile`")
    chains.set_defaults(run=commands.chains)
    describe = parsers.add_parser("describe", help="list every key with type and meaning")
    describe.add_argument("keys", nargs="*", metavar="KEY", help="only keys that begin so")
    describe.add_argument("--markdown", action="store_true", help="as the page docs/config.md")
    describe.set_defaults(run=commands.describe_config)


def _add_ntuple(parsers: Any) -> None:
    parser = parsers.add_parser("ntuple", help="input files")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    check = parsers.add_parser(
        "check", help="whether files of one sample hold what the chain reads, and what it can do"
    )
    check.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="ROOT files of one sample: paths, patterns, addresses, or a text file that lists such",
    )
    check.add_argument("--map", required=True, help="branch map, config/ntuples/NAME.yaml")
    check.add_argument("--role", default="signal", help="role the files are to serve in")
    check.add_argument("--chain", metavar="NAME", help="that reads them, default: the first")
    check.add_argument("--config", nargs="*", default=(), metavar="FILE", help="of that chain")
    check.add_argument(
        "--values",
        action="store_true",
        help="look at all values, as a run does; by default at headers, and at the first 100 "
        "entries of each file, of more than 25 files of 25 of them",
    )
    check.set_defaults(run=commands.check_ntuple)
    inspect = parsers.add_parser(
        "inspect", help="what is in a file, or a branch map proposed for it, to be looked at"
    )
    inspect.add_argument("file", metavar="FILE", help="ROOT file")
    inspect.add_argument("--tree", metavar="NAME", help="default: that with the most in it")
    inspect.add_argument(
        "--propose", metavar="CHAIN", help="propose a branch map for this chain instead"
    )
    inspect.add_argument("--config", nargs="*", default=(), metavar="FILE", help="of that chain")
    inspect.add_argument(
        "--output", metavar="FILE", help="new file for the proposal, instead of the terminal"
    )
    inspect.set_defaults(run=commands.inspect_ntuple)


def _add_train(parsers: Any) -> None:
    parser = parsers.add_parser(
        "train",
        help="train one model by hand, to try settings",
        description="One model of a run from the features of that run, with the seed of the "
        "workflow and its progress on the terminal; the results are left alone. Example: "
        "hepchain train keras silicon mine.yaml --fold 0 --output trial",
    )
    parser.add_argument("tagger", metavar="TAGGER", help="name in training.taggers")
    parser.add_argument("category", metavar="CATEGORY", help="of tracks; `all` if it is unified")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help=f"config files merged over {DEFAULT_CONFIG}"
    )
    parser.add_argument("--fold", type=int, default=0, help="fold that is left out, default: 0")
    parser.add_argument("--output", required=True, metavar="FOLDER", help="model to write")
    parser.add_argument("--chain", metavar="NAME", help="default: the first of `chains`")
    parser.add_argument("--features", metavar="FOLDER", help="default: those of the chain's run")
    parser.set_defaults(run=commands.train)


def _add_score(parsers: Any) -> None:
    parser = parsers.add_parser(
        "score",
        help="score the tracks of an ntuple with an exported tagger",
        description="Scores of all tracks of an ntuple that pass the pre-selection of the "
        "tagger, as a Parquet table. Example: hepchain score ntuple.root --tagger "
        "results/soft_electrons/export/xgboost --map config/ntuples/hepchain.yaml "
        "--output scores.parquet",
    )
    parser.add_argument("ntuple", metavar="FILE", help="ROOT file")
    parser.add_argument(
        "--tagger", required=True, metavar="FOLDER", help="results/soft_electrons/export/TAGGER"
    )
    parser.add_argument("--map", required=True, help="branch map, config/ntuples/NAME.yaml")
    parser.add_argument("--output", required=True, metavar="FILE", help="Parquet table to write")
    parser.add_argument(
        "--sample",
        metavar="NAME",
        help="sample of the tagger's own run that the events are of: each is scored by the models "
        "that have not seen it; without this option all models are averaged",
    )
    parser.add_argument(
        "--working-point",
        choices=["overall", "per_pt_bin"],
        default="overall",
        help="threshold that `passes` is about, default: overall",
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="default: 1")
    parser.set_defaults(run=commands.score)


def _add_limit(parsers: Any) -> None:
    parser = parsers.add_parser(
        "limit",
        help="upper limit and significance of a counting experiment",
        description="Upper limit on the events of a signal (CLs, test statistic q-tilde) and "
        "significance of the observation. Example: hepchain limit --observed 24 "
        "--background 24 --uncertainty 4",
    )
    parser.add_argument("--observed", type=int, required=True, metavar="N", help="observed events")
    parser.add_argument(
        "--background", type=float, required=True, metavar="B", help="expected background events"
    )
    parser.add_argument(
        "--uncertainty", type=float, default=0.0, metavar="U", help="of the background, in events"
    )
    parser.add_argument(
        "--log-normal",
        action="store_true",
        help="background uncertainty log-normal, as in the workflow, instead of normal",
    )
    parser.add_argument(
        "--signal-uncertainty",
        type=float,
        default=0.0,
        metavar="F",
        help="relative uncertainty of the signal, 0.2 for 20 %%",
    )
    parser.add_argument(
        "--confidence-level", type=float, default=0.95, metavar="C", help="default: 0.95"
    )
    parser.add_argument(
        "--toys",
        type=int,
        metavar="N",
        help="pseudo-experiments instead of asymptotic formulas, for few events; 10000 will do",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the toys, default: 1")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=commands.limit)


def _add_status(parsers: Any) -> None:
    parser = parsers.add_parser(
        "status",
        help="how far a run is, what failed and why, and where its logs are",
        description="From the log of the newest run of a folder, while it runs or after. "
        "Example: hepchain status",
    )
    parser.add_argument("folder", nargs="?", default=".", help="where snakemake was started")
    parser.add_argument("--all", action="store_true", help="all jobs that failed, not the first 20")
    parser.set_defaults(run=commands.status)


if __name__ == "__main__":
    sys.exit(main())
