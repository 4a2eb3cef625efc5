# Publication: statistical models and numbers in the forms that others use. Not part of the default
# target:
#
#   snakemake --cores 2 soft_electrons_publication
#
# inputs   workspaces and results of the mass points, cut-flows; figures of efficiency, mass, yields
#          and limits, with the numbers drawn; those of the mass plane if it is configured
# outputs  results/soft_electrons/publication/workspaces/{approach}/below_{splitting}_GeV/BkgOnly.json and
#          patchset.json (pyhf), README.md, regions.json
#          results/soft_electrons/publication/submission/ (HEPData) and the same as submission.tar.gz
# config   publication; names of statistics.approaches; statistics.luminosity;
#          figures.label, energy, titles; selection.tagger; names of the samples

PUBLICATION = f"{RESULTS}/publication"
PUBLISHED = [*SIGNALS, *PLANE]
MODELS = [*run.statistics.approaches, "control_region"]
PUBLISHED_EFFICIENCY = f"efficiency_vs_pt_{run.selection.tagger}"
# Figures whose numbers are tables, and those that are pictures beside tables.
TABULATED = [PUBLISHED_EFFICIENCY, "mass", *(["mass_plane"] if PLANE else [])]
PICTURED = [*TABULATED, "cutflow", "yields", "sensitivity"]
ORIGIN = (
    f"SIMULATION made with hepchain, not data or results of ATLAS ({run.figures.label})."
    if not DATA
    else f"Predictions: SIMULATION, made with hepchain, not by ATLAS; data: {', '.join(DATA)}."
)


def workspaces_of(approaches):
    """Workspaces by approach, then mass point."""
    return expand(
        f"{RESULTS}/statistics/{{point}}/workspace_{{approach}}.json",
        approach=approaches,
        point=PUBLISHED,
    )


rule publication_workspaces:
    input:
        results=expand(f"{RESULTS}/statistics/{{point}}/result.json", point=PUBLISHED),
        workspaces=workspaces_of(MODELS),
    output:
        folder=directory(f"{PUBLICATION}/workspaces"),
        assumed=f"{ASSUMED}/publication_workspaces.json",
    log:
        f"{LOGS}/publication_workspaces.log",
    benchmark:
        f"{BENCHMARKS}/publication_workspaces.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("publication_workspaces"),
        points=PUBLISHED,
        approaches=MODELS,
        origin=ORIGIN,
        record=run.publication.record,
    message:
        "Writing patch sets of the statistical models"
    script:
        "scripts/publication_workspaces.py"


rule publication:
    input:
        models=rules.publication_workspaces.output.folder,
        results=expand(f"{RESULTS}/statistics/{{point}}/result.json", point=PUBLISHED),
        workspaces=workspaces_of(run.statistics.approaches),
        cut_flows=expand(f"{RESULTS}/selection/{{sample}}.json", sample=ANALYSED),
        numbers=expand(f"{FIGURES}/{{figure}}.json", figure=TABULATED),
        pictures=expand(f"{FIGURES}/{{figure}}.png", figure=PICTURED),
    output:
        folder=directory(f"{PUBLICATION}/submission"),
        archive=f"{PUBLICATION}/submission.tar.gz",
    log:
        f"{LOGS}/publication.log",
    benchmark:
        f"{BENCHMARKS}/publication.tsv"
    threads: 1
    resources:
        mem_mb=memory(500),
        runtime=minutes(10),
    params:
        code=code_of("publication"),
        names={
            "points": PUBLISHED,
            "plane": PLANE,
            "approaches": list(run.statistics.approaches),
            "samples": ANALYSED,
            "numbers": TABULATED,
            "pictures": PICTURED,
            "efficiency": PUBLISHED_EFFICIENCY,
        },
        things=things("signals", "backgrounds"),
        texts=run.publication.model_dump(mode="json", exclude={"record"}),
        origin=ORIGIN,
        energy=run.figures.energy,
        luminosity=run.statistics.luminosity,
    message:
        "Writing a submission to HEPData"
    script:
        "scripts/publication.py"
