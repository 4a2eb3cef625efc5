"""The command `hepchain`: look at a configuration or an ntuple before anything runs, score an
ntuple with an exported tagger, and compute the limit of a counting experiment.

Runs are started with `snakemake`; this command only checks, describes and computes. It imports what
a subcommand needs when it runs, so that it answers at once.
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
    parser = argparse.ArgumentParser(
        prog="hepchain", description="check, describe and compute; runs are started with snakemake"
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_config(commands.add_parser("config", help="the configuration of a run"))
    _add_ntuple(commands.add_parser("ntuple", help="input files"))
    _add_train(
        commands.add_parser(
            "train",
            help="train one model by hand, to try settings",
            description="One model of a run from the features of that run, with the seed of the "
            "workflow and its progress on the terminal; results/training is left alone. Example: "
            "hepchain train keras silicon --fold 0 --output trial mine.yaml",
        )
    )
    _add_score(
        commands.add_parser(
            "score",
            help="score the tracks of an ntuple with an exported tagger",
            description="Scores of all tracks of an ntuple that pass the pre-selection of the "
            "tagger, as a Parquet table. Example: hepchain score ntuple.root --tagger "
            "results/export/xgboost --map config/ntuples/hepchain.yaml --output scores.parquet",
        )
    )
    _add_limit(
        commands.add_parser(
            "limit",
            help="upper limit and significance of a counting experiment",
            description="Upper limit on the events of a signal (CLs, test statistic q-tilde) and "
            "significance of the observation. Example: hepchain limit --observed 24 "
            "--background 24 --uncertainty 4",
        )
    )
    _add_status(
        commands.add_parser(
            "status",
            help="how far a run is, what failed and why, and where its logs are",
            description="From the log of the newest run of a folder, while it runs or after. "
            "Example: hepchain status",
        )
    )
    _add_plan(
        commands.add_parser(
            "plan",
            help="jobs, hours, disk, memory and time of a run, before it is started",
            description="What `snakemake` would start here with these targets and configs, and "
            "what that is expected to cost by measured rates. Nothing is run or written. Example: "
            "hepchain plan --all --configfile config/paper.yaml",
        )
    )
    _add_resources(
        commands.add_parser(
            "resources",
            help="what the jobs of a run used beside what they had asked for, and what to ask for",
            description="Two uses. After a run: the table of its efficiency. Before the next: "
            "--profile-yaml prints what its jobs should ask for, to paste into a profile.",
        )
    )
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


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tagger", metavar="TAGGER", help="name in training.taggers")
    parser.add_argument("category", metavar="CATEGORY", help="of tracks; `all` if it is unified")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help=f"config files merged over {DEFAULT_CONFIG}"
    )
    parser.add_argument("--fold", type=int, default=0, help="fold that is left out, default: 0")
    parser.add_argument("--output", required=True, metavar="FOLDER", help="model to write")
    parser.add_argument("--features", default="results/features", metavar="FOLDER")
    parser.set_defaults(run=_train)


def _add_score(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ntuple", metavar="FILE", help="ROOT file")
    parser.add_argument("--tagger", required=True, metavar="FOLDER", help="results/export/TAGGER")
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
    parser.set_defaults(run=_score)


def _add_limit(parser: argparse.ArgumentParser) -> None:
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
    parser.set_defaults(run=_limit)


def _add_status(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", help="where snakemake was started")
    parser.add_argument("--all", action="store_true", help="all jobs that failed, not the first 20")
    parser.set_defaults(run=_status)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="as behind `snakemake`")
    parser.add_argument("--configfile", action="append", default=[], metavar="FILE")
    parser.add_argument("--config", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--all", action="store_true", help="also what is there already")
    parser.add_argument(
        "--rates",
        action="append",
        metavar="PATH",
        help="measured rates: results of a run, or a file; default: config/rates.json",
    )
    parser.add_argument(
        "--write-rates",
        metavar="FILE",
        help="make no plan, only write the rates into a file; the runs were of --configfile",
    )
    parser.add_argument(
        "--cores", type=int, action="append", metavar="N", help="default: 10, 100 and 1000"
    )
    parser.add_argument(
        "--overhead", type=float, default=5.0, metavar="S", help="seconds a job for starting it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=_plan)


def _add_resources(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("results", nargs="?", default="results", help="of a run; default: results")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument(
        "--profile-yaml", action="store_true", help="print `set-resources` for a profile"
    )
    parser.set_defaults(run=_resources)


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
        role = Role(options.role)
        report = check_ntuple(file, options.map, variables).of_role(role)
        print(report)
        usable = usable and not report.wrong_type and not report.missing(role)
    return 0 if usable else 1


def _train(options: argparse.Namespace) -> int:
    import logging
    from pathlib import Path

    from hepchain.config.loader import load_run, read_configs
    from hepchain.terminal import TerminalHandler
    from hepchain.training.train import train
    from hepchain.trial import feature_files, task_of

    files = [DEFAULT_CONFIG, *(file for file in options.files if file != DEFAULT_CONFIG)]
    run = load_run(read_configs(files))
    task = task_of(run, options.tagger, options.category, options.fold)
    logger = logging.getLogger("hepchain")
    handler = TerminalHandler(sys.stderr)
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    try:
        train(task, feature_files(run, Path(options.features)), options.output)
    finally:
        logger.removeHandler(handler)
        handler.close()
    print(options.output)
    return 0


def _score(options: argparse.Namespace) -> int:
    from hepchain.errors import InputError
    from hepchain.export.ntuple import score_ntuple
    from hepchain.export.scorer import ExportedTagger

    if options.threads < 1:
        raise InputError(f"--threads {options.threads}: at least one is needed")
    tagger = ExportedTagger.load(options.tagger, options.threads)
    result = score_ntuple(
        options.ntuple,
        options.map,
        tagger,
        options.output,
        sample=options.sample,
        working_point=options.working_point,
    )
    print(f"{options.output}: {result}")
    return 0


def _limit(options: argparse.Namespace) -> int:
    import logging

    from hepchain.errors import InputError
    from hepchain.statistics.counting import Counting, analyse

    # Notes of fits that were made again with success.
    for name in ("pyhf", "hepchain"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        counting = Counting(
            observed=options.observed,
            background=options.background,
            uncertainty=options.uncertainty,
            signal_uncertainty=options.signal_uncertainty,
            log_normal=options.log_normal,
            confidence_level=options.confidence_level,
        )
        result = analyse(counting, options.toys, options.seed)
    except InputError as error:
        print(f"hepchain limit: {error}", file=sys.stderr)
        return 2
    print(result.json() if options.json else result)
    return 0


def _status(options: argparse.Namespace) -> int:
    from pathlib import Path

    from hepchain.execution import progress

    folder = Path(options.folder)
    with progress.latest_log(folder).open(errors="replace") as file:
        state = progress.read_progress(file)
    failures = progress.failures_text(state, folder, sys.maxsize if options.all else 20)
    print("\n\n".join(filter(None, (progress.table(state), failures, progress.summary(state)))))
    return 0


def _plan(options: argparse.Namespace) -> int:
    import json

    from hepchain.errors import InputError
    from hepchain.execution import plan
    from hepchain.execution.jobs import Request, planned_jobs
    from hepchain.execution.rates import DEFAULT_RATES, Rates

    if min(options.cores or [1]) < 1 or options.overhead < 0:
        raise InputError("--cores: at least one is needed; --overhead: zero or more")
    configs = [DEFAULT_CONFIG, *options.configfile]
    rates = Rates.merged(Rates.read(path, configs) for path in options.rates or [DEFAULT_RATES])
    if options.write_rates:
        rates.write(options.write_rates)
        print(f"{options.write_rates}: rates of {len(rates.jobs)} jobs")
        return 0
    request = Request(options.targets, options.configfile, options.config, options.all)
    made = plan.make_plan(
        planned_jobs(request), rates, options.cores or plan.CORES, options.overhead
    )
    print(json.dumps(made.content(), indent=2) if options.json else plan.table(made))
    return 0


def _resources(options: argparse.Namespace) -> int:
    import json

    from hepchain.execution import resources
    from hepchain.execution.benchmarks import read_measurements

    jobs = read_measurements(options.results)
    if options.json:
        print(json.dumps(resources.as_records(jobs), indent=2))
    else:
        show = resources.profile_yaml if options.profile_yaml else resources.efficiency_table
        print(show(jobs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
