"""Rule ``publication_workspaces``."""

from hepchain.publication.workspaces import Sources, by_approach, export_workspaces
from hepchain.workflow import job

with job(snakemake):
    params, inputs = snakemake.params, snakemake.input
    sources = Sources(
        results=dict(zip(params.points, inputs.results, strict=True)),
        workspaces=by_approach(params.approaches, params.points, inputs.workspaces),
    )
    export_workspaces(sources, params.origin, params.record, snakemake.output.folder)
