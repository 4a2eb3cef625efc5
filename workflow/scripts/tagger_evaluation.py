"""Rule ``tagger_evaluation``."""

from pathlib import Path

from hepchain.config.training import BalanceConfig
from hepchain.figures import calibration_curves, dependence, score_distributions
from hepchain.figures.output import figure_job, save
from hepchain.workflow import named_pairs, named_paths

with figure_job(snakemake) as (things, config):
    files, params, tagger = snakemake.input, snakemake.params, snakemake.wildcards.tagger
    test, points = Path(files.scores[0]), Path(files.working_points)
    distributions = score_distributions.score_by_pt(tagger, test, points)
    figure = score_distributions.draw(distributions, things, config)
    save(figure, distributions, snakemake.output.score_by_pt)
    curves = calibration_curves.calibration_curves(
        tagger,
        test,
        list(map(Path, files.training)),
        Path(files.calibration),
        list(things.categories),
        BalanceConfig.model_validate(params.balance),
        params.seed,
    )
    save(calibration_curves.draw(curves, things, config), curves, snakemake.output.calibration)
    scores = named_paths(params.samples, files.scores)
    events = named_pairs(params.event_samples, files.events)
    shares = dependence.dependence(tagger, scores, events, points, config.pt_edges)
    save(dependence.draw(shares, things, config), shares, snakemake.output.dependence)
