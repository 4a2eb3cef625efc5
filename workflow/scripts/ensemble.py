"""Rule ``ensemble``."""

from hepchain.combination.ensemble import Member, ensemble_sample
from hepchain.workflow import job, named_paths

with job(snakemake):
    files = snakemake.input
    names = snakemake.params.members
    calibrations = named_paths(names, files.calibrations)
    members = {
        name: Member(raw, calibrations[name]) for name, raw in named_paths(names, files.raw).items()
    }
    ensemble_sample(members, snakemake.output.raw)
