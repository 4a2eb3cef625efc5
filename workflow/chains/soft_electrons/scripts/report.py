"""Rule ``report`` of soft electrons."""

from pathlib import Path

from hepchain.chains.soft_electrons.report.points import category_titles, points
from hepchain.chains.soft_electrons.report.trust import leans_on
from hepchain.report.job import write_report
from hepchain.workflow import job

VALIDATED_BY = Path("config/soft_electrons/report/validated_by.yaml")

with job(snakemake):
    folder = Path(snakemake.output[0]).parent
    titles = category_titles(snakemake.config["variables"])
    leaning = leans_on(folder, snakemake.config, titles, VALIDATED_BY)
    context = {
        "points": points(folder, snakemake.config),
        "categories": [titles[name] for name in snakemake.config["training"]["categories"]],
        "category_titles": titles,
        "leaning": leaning,
    }
    write_report(snakemake, context, {"leans_on": leaning})
