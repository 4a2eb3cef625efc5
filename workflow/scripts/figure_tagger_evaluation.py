"""Rule ``figure_tagger_evaluation``."""

from hepchain.figures import calibration_curves, dependence, score_distributions
from hepchain.figures.output import figure_job, save
from hepchain.io.records import read_record
from hepchain.studies.calibration_curves import CalibrationCurves
from hepchain.studies.dependence import Dependence
from hepchain.studies.score_distributions import ScoreDistributions

with figure_job(snakemake) as (things, looks):
    files, output = snakemake.input, snakemake.output
    by_pt = read_record(ScoreDistributions, files.score_by_pt)
    save(score_distributions.draw(by_pt, things, looks), by_pt, output.score_by_pt)
    curves = read_record(CalibrationCurves, files.calibration)
    save(calibration_curves.draw(curves, things, looks), curves, output.calibration)
    shares = read_record(Dependence, files.dependence)
    save(dependence.draw(shares, things, looks), shares, output.dependence)
