"""Rule ``tagger_evaluation``."""

from pathlib import Path

from hepchain.config.training import BalanceConfig
from hepchain.io.structured import plain, write_json
from hepchain.studies.calibration_curves import calibration_curves
from hepchain.studies.dependence import dependence
from hepchain.studies.score_distributions import score_by_pt
from hepchain.workflow import job, named_pairs, named_paths

with job(snakemake):
    files, params, tagger = snakemake.input, snakemake.params, snakemake.wildcards.tagger
    test, points = Path(files.scores[0]), Path(files.working_points)
    write_json(snakemake.output.score_by_pt, plain(score_by_pt(tagger, test, points)))
    curves = calibration_curves(
        tagger,
        test,
        list(map(Path, files.training)),
        Path(files.calibration),
        params.categories,
        BalanceConfig.model_validate(params.balance),
        params.seed,
    )
    write_json(snakemake.output.calibration, plain(curves))
    scores = named_paths(params.samples, files.scores)
    events = named_pairs(params.event_samples, files.events)
    shares = dependence(tagger, scores, events, points, params.pt_edges)
    write_json(snakemake.output.dependence, plain(shares))
