"""Rule ``publication_workspaces``."""

from hepchain.publication.workspaces import by_approach, export_workspaces
from hepchain.workflow import job, named_paths

with job(snakemake):
    params, inputs = snakemake.params, snakemake.input
    export_workspaces(
        named_paths(params.points, inputs.results),
        by_approach(params.approaches, params.points, inputs.workspaces),
        params.origin,
        params.record,
        snakemake.output.folder,
    )
