"""Features of the tracks of one skim."""

from hepchain.features.table import FeatureSettings, make_features
from hepchain.labels import Labelling
from hepchain.workflow import job

with job(snakemake):
    settings = FeatureSettings(
        sample=snakemake.wildcards.sample,
        folds=snakemake.params.features["folds"],
        groups=dict(snakemake.params.groups),
        categories=dict(snakemake.params.categories),
        labelling=Labelling.of(snakemake.params.labels),
    )
    make_features(
        tracks=snakemake.input.tracks,
        report=snakemake.input.report,
        settings=settings,
        output=snakemake.output.features,
        summary=snakemake.output.summary,
    )
