"""Rule ``reference``."""

import sys
from pathlib import Path

sys.path.insert(0, snakemake.params.tests)

from chain.reference import check

from hepchain.config.loader import load_chain
from hepchain.workflow import job

with job(snakemake) as logger:
    logger.info(
        check(Path(snakemake.params.results), load_chain("soft_electrons", snakemake.config))
    )
