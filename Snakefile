# The entry: the chains of workflow/chains, a module and a target each. `snakemake` without a target
# makes those that are listed in `chains`.

import sys
from datetime import datetime
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from hepchain.chain_files import samples_read
from hepchain.chains import chain_names
from hepchain.config.command_line import configuration
from hepchain.config.order import canonical
from hepchain.config.root import base_files, configuration_of
from hepchain.errors import HepchainError
from hepchain.execution.clocks import refuse_future
from hepchain.execution.command import (
    check_command,
    check_report,
    check_targets,
    executor_of,
    shown_chain,
)
from hepchain.execution.plugins import add_requests
from hepchain.execution.progress import closing_words, success_words
from hepchain.execution.screen import CONFIGURATION
from hepchain.execution.site import check_site
from hepchain.execution.start import (
    check_folders,
    claim_folder,
    lift_default_rate,
)

RESULTS = Path("results")
CHAINS = chain_names()

for file in base_files():

    configfile: file


try:
    check_command(workflow, sys.argv)
    # What captions and scripts list is in the same order; the object is that of Snakemake.
    ordered = canonical(configuration(workflow))
    config.clear()
    config.update(ordered)
    run = configuration_of(config)
    # To name the keys that have changed where a plan says why jobs would run.
    logger.info("", extra={"event": CONFIGURATION, "configuration": config})
    claim_folder(workflow, RESULTS, run.root.execution, run.gpus, logger.warning)
except HepchainError as error:
    raise WorkflowError(str(error)) from None


# Without it, one GPU in `--resources` would mean one GPU job at a time on the whole cluster.
resource_scopes:
    gpu="local",


for this_chain in CHAINS:
    # Snakemake looks the beginning of the names of rules up by this name.
    this_chain_ = f"{this_chain}_"

    module:
        name: this_chain
        snakefile:
            f"workflow/chains/{this_chain}/Snakefile"
        config:
            run.chains[this_chain]

    use rule * from this_chain as this_chain_*

    rule:
        name:
            this_chain
        input:
            getattr(rules, f"{this_chain}_all").input,


rule all:
    default_target: True
    input:
        [getattr(rules, f"{name}_all").input for name in run.root.chains],


# A report is of one chain: that of the target, or the first.
report: f"workflow/chains/{shown_chain(workflow, sys.argv, run.root.chains)}/report/workflow.rst"


try:
    check_targets(workflow, sys.argv, CHAINS)
    check_report(workflow, sys.argv, RESULTS, run.root.chains)
except HepchainError as error:
    raise WorkflowError(str(error)) from None


add_requests(workflow, executor_of(workflow, sys.argv))


onstart:
    try:
        for name in CHAINS:
            files = globals()[name].FILES
            refuse_future(files.of_others)
            files.check(
                name, samples_read(workflow.dag.needrun_jobs(), name), logger.info
            )
        check_site(workflow, logger.warning)
        check_folders(
            path for job in workflow.dag.needrun_jobs() for path in job.output
        )
    except HepchainError as error:
        raise WorkflowError(str(error)) from None
    lift_default_rate(workflow)


onsuccess:
    asked = {job.rule.name for job in workflow.dag.jobs}
    reports = {name: RESULTS / name for name in CHAINS if f"{name}_report" in asked}
    jobs = len(list(workflow.dag.finished_jobs))
    logger.info(success_words(reports, jobs, datetime.now() - workflow.start_time))


onerror:
    logger.error(closing_words(log))
