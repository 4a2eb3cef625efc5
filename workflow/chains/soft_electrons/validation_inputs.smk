# What the validation of this chain compares, for workflow/rules/validation.smk: group -> inputs, and
# group -> module, whose function `comparisons(inputs, config, **arguments)` compares them.


def single_particles(file):
    """Files ``file`` of all parts of the validation sample."""
    name = run.validation.sample
    return [
        f"{RESULTS}/simulation/{name}/{file.format(part=part)}"
        for part in range(run.simulation.parts.get(name, 0))
    ]


GUN = {
    "gun": single_particles("ntuple-{part}.root"),
    "generated": single_particles("generated-{part}.parquet"),
}
# Files of the configuration: their content decides, not their time.
REAL_TRACKS = {"reconstructed": [ancient(run.validation.tracks.reference)]}

# Group -> inputs of its comparisons, by name; in the order of the report.
VALIDATION_INPUTS = {}

if run.validation.sample is not None:
    VALIDATION_INPUTS |= {
        "tracks": GUN | REAL_TRACKS,
        "hits": GUN | REAL_TRACKS,
        "efficiency": GUN,
        "trt": GUN,
        "dedx": GUN,
        "calorimeter": GUN | {"electrons": [ancient(run.validation.electrons)]},
    }


def of_signal(pattern):
    """Files of all parts of the sample that the working points are defined with."""
    return FILES.of_parts(pattern, [TEST_SAMPLE])


# Ntuples that somebody brings have no generated events, and may have no truth.
if all(run.samples[name].simulated for name in (TEST_SAMPLE, *BACKGROUNDS)):
    VALIDATION_INPUTS |= {
        "events": {
            "signal": NTUPLES[TEST_SAMPLE],
            "skimmed_events": of_signal("skimming/{sample}/events-{part}.parquet"),
            "skimmed_tracks": of_signal("skimming/{sample}/tracks-{part}.parquet"),
            "background": [path for name in BACKGROUNDS for path in NTUPLES[name]],
        },
        "composition": {
            "features": of_signal("features/{sample}/features-{part}.parquet"),
            "selected": expand(
                f"{RESULTS}/selection/{{sample}}.parquet", sample=BACKGROUNDS
            ),
        },
    }

# What the comparisons of a group are told beside their inputs.
VALIDATION_ARGUMENTS = {
    "events": {"splitting": run.samples[TEST_SAMPLE].masses.splitting}
}

VALIDATION_MODULES = {
    group: (
        f"hepchain.chains.soft_electrons.validation.{group}"
        if group in ("events", "composition")
        else f"hepchain.validation.{group}"
    )
    for group in VALIDATION_INPUTS
}

# What is known; hits are compared with real tracks alone.
VALIDATION_INPUTS = {
    group: (
        inputs
        if group == "hits"
        else inputs | {"known": [ancient(f"{run.validation.known}/{group}.yaml")]}
    )
    for group, inputs in VALIDATION_INPUTS.items()
}
