"""Rule ``figure_event_display``."""

from hepchain.chains.soft_electrons.figures import event_display
from hepchain.chains.soft_electrons.figures.displayed_events import choose, read_event
from hepchain.figures.output import figure_job, save
from hepchain.labels import Label
from hepchain.workflow import named_pairs, named_paths


def skim_of(sample, kind):
    """Parts of a sample's skim."""
    files = named_pairs(snakemake.params.samples, snakemake.input[kind])
    return [path for name, path in files if name == sample]


with figure_job(snakemake) as (things, config):
    events = []
    for names, selected, label in (
        (things.signals, snakemake.input.signals, Label.SIGNAL),
        (things.backgrounds, snakemake.input.backgrounds, Label.BACKGROUND),
    ):
        chosen = choose(named_paths(names, selected), label)
        skims = chosen and (skim_of(chosen.sample, kind) for kind in ("events", "tracks"))
        events.append(chosen and read_event(chosen, *skims))
    figure = event_display.draw(events, things, config, snakemake.params.layers)
    save(figure, {"events": events}, snakemake.output)
