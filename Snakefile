# The entry: configuration, rules by stage, targets. `snakemake` without a target makes everything.

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from hepchain.config import Role, load_run
from hepchain.errors import ConfigError, ExecutionError
from hepchain.execution.progress import closing_words
from hepchain.execution.site import check_site
from hepchain.execution.start import claim_folder
from hepchain.workflow import digest


configfile: "config/config.yaml"


try:
    run = load_run(config)
except ConfigError as error:
    raise WorkflowError(str(error)) from None

try:
    claim_folder(workflow, run.execution, logger.warning)
except ExecutionError as error:
    raise WorkflowError(str(error)) from None


RESULTS = "results"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"


include: "workflow/rules/common.smk"
include: "workflow/rules/simulation.smk"
include: "workflow/rules/skimming.smk"
include: "workflow/rules/features.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/combination.smk"
include: "workflow/rules/selection.smk"
include: "workflow/rules/statistics.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/evaluation.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/mass_plane.smk"
include: "workflow/rules/studies.smk"
include: "workflow/rules/event_classifier.smk"
include: "workflow/rules/validation.smk"
include: "workflow/rules/export.smk"
include: "workflow/rules/publication.smk"


rule all:
    default_target: True
    input:
        rules.figures.input,
        rules.tagger_comparison.output,
        rules.importances.input,
        rules.evaluation.input,
        rules.validation.input,
        rules.exports.input,


onstart:
    try:
        check_site(workflow, run.execution.gpu_fallback, logger.warning)
    except ExecutionError as error:
        raise WorkflowError(str(error)) from None


onsuccess:
    logger.info("What the jobs used, and what to ask for next time: hepchain resources")


onerror:
    logger.error(closing_words(log))
