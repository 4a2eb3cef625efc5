"""Rule ``exported_scoring``."""

from pathlib import Path

from hepchain.combination.scoring import score_sample
from hepchain.export.in_run import ScorerOfSample
from hepchain.workflow import job

with job(snakemake):
    sample = snakemake.wildcards.sample
    folder = Path(snakemake.input.manifest).parent
    score_sample(
        sample,
        snakemake.input.features,
        ScorerOfSample.load(folder, snakemake.params.tagger["models"], sample),
        snakemake.output.raw,
        snakemake.params.kept,
    )
