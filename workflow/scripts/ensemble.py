"""Rule ``ensemble``."""

from pathlib import Path

from hepchain.combination.ensemble import Member, ensemble_sample
from hepchain.workflow import job

with job(snakemake):
    files = snakemake.input
    members = {
        name: Member(Path(raw), Path(calibration))
        for name, raw, calibration in zip(
            snakemake.params.members, files.raw, files.calibrations, strict=True
        )
    }
    ensemble_sample(members, snakemake.output.raw)
