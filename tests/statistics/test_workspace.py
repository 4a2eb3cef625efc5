"""The workspace is one: schema, samples, modifiers, expected yields."""

import numpy as np
import pyhf
import pytest

from hepchain.statistics.templates import Template, Templates
from hepchain.statistics.workspace import Uncertainties, make_workspace

TEMPLATES = Templates(
    edges=(0.0, 1.0, 3.0),
    requested_bins=2,
    signal=Template((1.0, 3.0), (0.1, 0.3), (100, 100)),
    backgrounds={
        "w": Template((20.0, 40.0), (3.0, 4.0), (30, 40)),
        "z": Template((2.0, 0.0), (4.0, 0.0), (1, 0)),
    },
)
UNCERTAINTIES = Uncertainties(
    signal={"cross_section": 0.03, "branching_fraction": 0.2}, background=0.3, luminosity=0.017
)


def test_workspace_follows_the_schema() -> None:
    workspace = make_workspace(TEMPLATES, UNCERTAINTIES, "region")
    pyhf.schema.validate(workspace, "workspace.json")
    model = pyhf.Workspace(workspace).model()
    assert model.config.poi_name == "mu"
    assert model.config.samples == ["signal", "w", "z"]
    assert set(model.config.parameters) == {
        "mu",
        "signal_cross_section",
        "signal_branching_fraction",
        "background_normalisation",
        "luminosity",
        "staterror_signal",
        "staterror_background",
    }


def test_expected_yields_are_the_templates() -> None:
    workspace = make_workspace(TEMPLATES, UNCERTAINTIES, "region")
    model = pyhf.Workspace(workspace).model()
    parameters = np.array(model.config.suggested_init())
    for mu in (0.0, 1.0, 2.0):
        parameters[model.config.poi_index] = mu
        found = model.expected_actualdata(parameters)
        np.testing.assert_allclose(found, [22.0 + mu, 40.0 + 3.0 * mu])
    assert workspace["observations"][0]["data"] == [22.0, 40.0]


@pytest.mark.parametrize(
    ("parameter", "factors"),
    [
        ("luminosity", (np.exp(0.017), np.exp(0.017))),
        ("background_normalisation", (np.exp(0.3), 1.0)),
        ("signal_cross_section", (1.0, np.exp(0.03))),
        ("signal_branching_fraction", (1.0, np.exp(0.2))),
    ],
)
def test_a_standard_deviation_changes_the_samples_it_should(
    parameter: str, factors: tuple[float, float]
) -> None:
    model = pyhf.Workspace(make_workspace(TEMPLATES, UNCERTAINTIES, "region")).model()
    parameters = np.array(model.config.suggested_init())
    parameters[model.config.par_slice(parameter)] = 1.0
    background, signal = factors
    expected = [22.0 * background + 1.0 * signal, 40.0 * background + 3.0 * signal]
    np.testing.assert_allclose(model.expected_actualdata(parameters), expected)


def test_uncertainties_of_the_signal_add_in_quadrature() -> None:
    """Independent factors exp(size x), x normal: logarithms of the yield add."""
    model = pyhf.Workspace(make_workspace(TEMPLATES, UNCERTAINTIES, "region")).model()
    names = ["signal_cross_section", "signal_branching_fraction"]
    background = make_workspace(TEMPLATES, UNCERTAINTIES, "region")["observations"][0]["data"]
    parameters = np.array(model.config.suggested_init())
    shifts = np.random.default_rng(1).normal(size=(len(names), 1000))
    logarithms = []
    for shift in shifts.T:
        for name, value in zip(names, shift, strict=True):
            parameters[model.config.par_slice(name)] = value
        signal = np.subtract(model.expected_actualdata(parameters), background)
        logarithms.append(np.log(signal / [1.0, 3.0]))
    sizes = np.array([0.03, 0.2])
    # Within a standard deviation pyhf interpolates by a polynomial.
    np.testing.assert_allclose(logarithms, np.outer(sizes @ shifts, [1.0, 1.0]), atol=2e-4)
    assert np.std(logarithms) == pytest.approx(np.hypot(*sizes), rel=0.05)


def test_statistical_errors_of_all_backgrounds_are_one_and_of_the_signal_another() -> None:
    model = pyhf.Workspace(make_workspace(TEMPLATES, UNCERTAINTIES, "region")).model()
    background = model.config.param_set("staterror_background")
    signal = model.config.param_set("staterror_signal")
    np.testing.assert_allclose(background.sigmas, [5.0 / 22.0, 4.0 / 40.0])
    np.testing.assert_allclose(signal.sigmas, [0.1, 0.1])


def test_an_uncertainty_of_zero_has_no_parameter() -> None:
    workspace = make_workspace(TEMPLATES, Uncertainties({"cross_section": 0.0}, 0.0, 0.0), "region")
    model = pyhf.Workspace(workspace).model()
    assert set(model.config.parameters) == {"mu", "staterror_signal", "staterror_background"}


def test_signal_factor_scales_the_signal_and_its_error_only() -> None:
    scaled = make_workspace(TEMPLATES, UNCERTAINTIES, "region", signal_factor=10.0)
    signal, background, _ = scaled["channels"][0]["samples"]
    assert signal["data"] == [10.0, 30.0]
    assert signal["modifiers"][-1]["data"] == [1.0, 3.0]
    assert background["data"] == [20.0, 40.0]
