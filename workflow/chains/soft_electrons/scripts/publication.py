"""Rule ``publication``."""

from pathlib import Path

from hepchain.chains.soft_electrons.publication.submission import Sources, publish
from hepchain.publication.hepdata import Header
from hepchain.publication.workspaces import by_approach
from hepchain.workflow import job, named_paths

with job(snakemake):
    params, inputs, names = snakemake.params, snakemake.input, snakemake.params.names
    results = named_paths(names["points"], inputs.results)
    sources = Sources(
        cut_flows=named_paths(names["samples"], inputs.cut_flows),
        results={name: path for name, path in results.items() if name not in names["plane"]},
        plane={name: path for name, path in results.items() if name in names["plane"]},
        workspaces=by_approach(names["approaches"], names["points"], inputs.workspaces),
        numbers=named_paths(names["numbers"], inputs.numbers),
        pictures=named_paths(names["pictures"], inputs.pictures),
        efficiency=names["efficiency"],
        models=Path(inputs.models),
    )
    header = Header(
        origin=params.origin,
        energy=1000.0 * params.energy,
        luminosity=params.luminosity,
        **params.texts,
    )
    output = snakemake.output
    titles = {**params.things["signals"], **params.things["backgrounds"]}
    publish(sources, header, titles, output.folder, output.archive)
