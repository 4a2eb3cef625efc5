"""Rule ``report``, for a chain that computes nothing for it."""

from hepchain.report.job import write_report
from hepchain.workflow import job

with job(snakemake):
    write_report(snakemake)
