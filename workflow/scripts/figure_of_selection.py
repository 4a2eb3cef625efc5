"""Rule ``figure_of_selection``."""

import shutil

from hepchain.io import atomic_path
from hepchain.workflow import job

with job(snakemake), atomic_path(snakemake.output[0]) as temporary:
    shutil.copyfile(snakemake.input[0], temporary)
