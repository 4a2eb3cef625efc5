# What the rules of every chain share. The Snakefile of a chain sets CHAIN and includes this first, then
# the files of the stages that the chain uses, then its own. Science and file handling live in the package.

from pathlib import Path

from snakemake.exceptions import WorkflowError

from hepchain.chain_files import ChainFiles, any_of, map_of
from hepchain.config.loader import load_chain
from hepchain.config.samples import Role
from hepchain.config.simulation import FORCED
from hepchain.errors import ConfigError
from hepchain.execution.requests import memory, minutes
from hepchain.execution.site import granted_gpus
from hepchain.variations import base_of, variation_of, varied_name
from hepchain.workflow import content_digest, digest, fingerprint

RESULTS = f"results/{CHAIN}"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
# What each job assumed, written by the job itself; collected by rule `assumptions`.
ASSUMED = f"{RESULTS}/assumptions"
FIGURES = f"{RESULTS}/figures"

WORKFLOW = Path(workflow.basedir) / "workflow"
# Scripts and captions of the chain, then those of the stages.
PLACES = [WORKFLOW / "chains" / CHAIN, WORKFLOW]

try:
    run = load_chain(CHAIN, config)
    FILES = ChainFiles(run, RESULTS)
    FILES.check_sources()
    NTUPLES = FILES.ntuples
except ConfigError as error:
    raise WorkflowError(str(error)) from None

SAMPLES = FILES.samples
TRAINING_SAMPLES = run.of_role(Role.TRAINING)
SIGNALS = run.of_role(Role.SIGNAL)
BACKGROUNDS = run.of_role(Role.BACKGROUND)
ANALYSED = run.of_role(Role.SIGNAL, Role.BACKGROUND)
DATA = run.of_role(Role.DATA)
parts = FILES.parts
varied = FILES.varied
forced = FILES.forced


# Rules carry the digest of their code: Snakemake would go by the time of a script, and does not see
# what scripts import (profiles/default leaves its own look at the code out).


def code_of(script, *modules):
    """Digest of a script and all it imports, and of modules that it finds by their name."""
    return digest(in_place(f"scripts/{script}.py"), *modules)


def caption(name):
    """Text of a result in the report."""
    return str(in_place(f"report/{name}.rst"))


def in_place(name):
    """File of the chain, or else of the stages."""
    return next(
        (path for place in PLACES if (path := place / name).is_file()), WORKFLOW / name
    )


wildcard_constraints:
    part=r"\d+",
    fold=r"\d+",
    sample=any_of(SAMPLES),
