"""Rule ``search``."""

from pathlib import Path

from hepchain.chains.dijets.config.methods import CwolaConfig, SearchConfig, WindowsConfig
from hepchain.chains.dijets.cwola import depends_on_mass
from hepchain.chains.dijets.data import Events
from hepchain.chains.dijets.resonance import resonances
from hepchain.chains.dijets.scores import read_scores
from hepchain.chains.dijets.search import search
from hepchain.io.structured import plain, write_json
from hepchain.seeds import generator
from hepchain.workflow import job

with job(snakemake):
    params, injected = snakemake.params, snakemake.wildcards.injected
    events = Events.read(snakemake.input.data)
    windows = WindowsConfig.model_validate(params.windows)
    by_window = {
        name: read_scores(
            events, [path for path in snakemake.input.scores if Path(path).parent.name == name]
        )
        for name in windows.windows
    }
    random = generator(params.seed, "dijets", "search", injected)
    config = SearchConfig.model_validate(params.search)
    cwola = CwolaConfig.model_validate(params.cwola)
    correlated = [n for n in by_window if depends_on_mass(events, windows.bands(n), cwola)]
    outcome = search(events, by_window, windows, config, random, correlated)
    random = generator(params.seed, "dijets", "resonance", injected)
    found = resonances(
        events, by_window, outcome.findings, outcome.best, windows, config.energy, random
    )
    write_json(snakemake.output[0], plain(outcome) | {"resonances": plain(found)})
