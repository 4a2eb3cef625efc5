"""Figures of the search: events, candidates and the statistics of the mass points."""

from __future__ import annotations

from types import SimpleNamespace

from hepchain.chains.soft_electrons.figures import (
    cutflow,
    fake_composition,
    fits,
    m_ee_lineshape,
    mass,
    mass_spectra,
    sensitivity,
    working_point_scan,
    yields,
)
from hepchain.chains.soft_electrons.figures.points import read_points
from hepchain.config.figures import FiguresConfig
from hepchain.figures.style import Things
from tests.figures.drawings import Parts, drawing
from tests.figures.figure_chain import Chain
from tests.figures.figure_inputs import POINTS

LUMINOSITY = 139.0


@drawing("m_ee_lineshape", empty="not enough events")
def _line_shapes(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    shapes = [
        m_ee_lineshape.line_shape(point, [chain.events(point)], splitting)
        for point, splitting in POINTS.items()
    ]
    return m_ee_lineshape, shapes


@drawing("fake_composition", y_label=False, empty="no tracks")
def _fakes(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    scores = {name: chain.scores("keras", name) for name in ("higgsino_153_150", "wenu_jets")}
    candidates = {"wenu_jets": chain.selected("wenu_jets", "parquet")}
    points = chain.points("keras")
    fakes = fake_composition.fake_composition("keras", scores, candidates, points, "overall")
    return fake_composition, fakes


@drawing("cutflow", luminosity=True, y_label=False, empty="not enough events")
def _cut_flow(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    signals = {point: chain.selected(point, "json") for point in POINTS}
    backgrounds = {"wenu_jets": chain.selected("wenu_jets", "json")}
    return cutflow, cutflow.cut_flows(signals, backgrounds, LUMINOSITY), LUMINOSITY


@drawing("mass", luminosity=True, empty="not enough events")
def _mass(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    signals = {point: chain.selected(point, "parquet") for point in POINTS}
    backgrounds = [chain.selected("wenu_jets", "parquet")]
    spectra = mass_spectra.mass_spectra(signals, backgrounds, (3.0, 3.2), LUMINOSITY)
    return mass, spectra, LUMINOSITY


@drawing("yields", luminosity=True, empty="not enough events")
def _yields(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return yields, read_points(chain.results())


@drawing("working_point_scan", luminosity=True, empty="not enough events")
def _scan(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return working_point_scan, working_point_scan.read_scans(chain.scans())


@drawing("impacts", luminosity=True, y_label=False, empty="not enough events")
def _impacts(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return SimpleNamespace(draw=fits.draw_impacts), fits.read_fits(chain.fits())


@drawing("fit_correlations", luminosity=True, y_label=False)
def _correlations(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    return SimpleNamespace(draw=fits.draw_correlations), fits.read_fits(chain.fits())


@drawing("sensitivity", luminosity=True, empty="not enough events")
def _sensitivity(chain: Chain, things: Things, config: FiguresConfig) -> Parts:
    scores = {point: chain.scores("keras", point) for point in POINTS}
    limits = sensitivity.sensitivity(
        chain.results(), scores, chain.points("keras"), "overall", None
    )
    return sensitivity, limits
