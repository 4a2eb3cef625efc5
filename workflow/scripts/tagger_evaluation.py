"""Rule ``tagger_evaluation``."""

from pathlib import Path

from hepchain.config.figures import FiguresConfig
from hepchain.config.training import BalanceConfig
from hepchain.figures import calibration_curves, dependence, score_distributions
from hepchain.figures.output import save
from hepchain.figures.style import Things
from hepchain.workflow import job

with job(snakemake):
    files, params, tagger = snakemake.input, snakemake.params, snakemake.wildcards.tagger
    things = Things(**params.things)
    config = FiguresConfig.model_validate(params.looks)
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
    samples = dependence.sample_files(
        params.samples, files.scores, params.event_samples, files.events
    )
    shares = dependence.dependence(tagger, samples, points, config.pt_edges)
    save(dependence.draw(shares, things, config), shares, snakemake.output.dependence)
