# Limits in the plane of mass and splitting. Not part of the default target:
#
#   snakemake --cores 2 soft_electrons_mass_plane --configfile config/soft_electrons/mass_plane.yaml
#
# inputs   results of the mass points of the plane
# outputs  results/soft_electrons/figures/mass_plane.png (in the report), other figures.formats, .json with the
#          numbers drawn; results/soft_electrons/figures/mass_plane.html (in the report), .csv, .tex with all limits
# config   mass_plane; figures

PLANE_BLOCK = run.mass_plane.model_dump(mode="json") if run.mass_plane else {}


def plane_results(wildcards):
    """Results of all mass points of the plane."""
    if not PLANE:
        raise WorkflowError(
            "mass_plane: no mass points are configured; add --configfile config/soft_electrons/mass_plane.yaml"
        )
    return [f"{RESULTS}/statistics/{point}/result.json" for point in PLANE]


rule mass_plane:
    input:
        results=plane_results,
    output:
        figure=drawing("mass_plane", "Analysis", "Expected exclusion"),
        tables=tabulated("mass_plane", "Expected exclusion"),
    log:
        f"{LOGS}/mass_plane.log",
    benchmark:
        f"{BENCHMARKS}/mass_plane.tsv"
    threads: 1
    resources:
        mem_mb=memory(550),
        runtime=minutes(10),
    params:
        code=code_of("mass_plane"),
        strengths=PLANE_BLOCK.get("strengths", []),
        published=PLANE_BLOCK.get("published", {}),
        looks=LOOKS,
    message:
        "Drawing the expected exclusion"
    script:
        "scripts/mass_plane.py"
