"""Rule ``publication``."""

from pathlib import Path

from hepchain.publication.hepdata import Header
from hepchain.publication.submission import Sources, publish
from hepchain.publication.workspaces import by_approach
from hepchain.workflow import job

with job(snakemake):
    params, inputs, names = snakemake.params, snakemake.input, snakemake.params.names
    results = dict(zip(names["points"], map(Path, inputs.results), strict=True))
    sources = Sources(
        cut_flows=dict(zip(names["samples"], map(Path, inputs.cut_flows), strict=True)),
        results={name: path for name, path in results.items() if name not in names["plane"]},
        plane={name: path for name, path in results.items() if name in names["plane"]},
        workspaces=by_approach(names["approaches"], names["points"], inputs.workspaces),
        numbers=dict(zip(names["numbers"], map(Path, inputs.numbers), strict=True)),
        pictures=dict(zip(names["pictures"], map(Path, inputs.pictures), strict=True)),
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
