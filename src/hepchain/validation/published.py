"""Published resolutions of tracks, as the DELPHES ATLAS card has digitised them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hepchain.validation.comparison import FloatArray
from hepchain.validation.quantities import TrackColumns

CARD = "cards/ATLAS_Run2/trackResolutionATLAS.tcl"
IMPACT_SOURCE = f"DELPHES: {CARD}, after arXiv:1405.6569 Fig. 15"
DESIGN_SOURCE = f"DELPHES: {CARD}, after the ATLAS inner detector TDR, line of 1 GeV"

TOO_SHARP = (
    "one number for all |eta| and wide bins of pT; above 1 GeV really reconstructed tracks, even "
    "those of |eta| < 0.8, are less precise than the table by a fifth"
)
DESIGN = (
    "design of the detector before its innermost pixel layer was added; really reconstructed "
    "tracks of 1 to 1.5 GeV and |eta| < 0.8 are less precise than it is at 1 GeV"
)


@dataclass(frozen=True)
class Resolution:
    """A table of resolutions in bins of pT [GeV] or of abs(eta).

    Attributes
    ----------
    axis : column to bin in, of which the absolute value is taken
    selected : tracks the table is for
    error : of each track, what the table gives
    difference : why we differ
    """

    quantity: str
    title: str
    unit: str
    axis: str
    axis_title: str
    edges: tuple[float, ...]
    values: tuple[float, ...]
    selected: Callable[[TrackColumns], npt.NDArray[np.bool_]]
    error: Callable[[TrackColumns], FloatArray]
    selection: str
    source: str
    difference: str


def _central(tracks: TrackColumns) -> npt.NDArray[np.bool_]:
    return np.asarray(np.abs(tracks["eta"]) < 2.5)


def _around_one_gev(tracks: TrackColumns) -> npt.NDArray[np.bool_]:
    inside: npt.NDArray[np.bool_] = (tracks["pt"] > 0.9) & (tracks["pt"] < 1.1)
    return inside


def _cot_theta_error(tracks: TrackColumns) -> FloatArray:
    return np.asarray(tracks["theta_error"] / np.sin(tracks["theta"]) ** 2)


def _impact(name: str, values: tuple[float, ...]) -> Resolution:
    return Resolution(
        quantity=f"{name}_resolution",
        title=f"resolution of {name}",
        unit="mm",
        axis="pt",
        axis_title="track pT [GeV]",
        edges=(0.5, 1.0, 2.0, 4.0, 6.0),
        values=values,
        selected=_central,
        error=lambda tracks: tracks[f"{name}_error"],
        selection="|η| < 2.5",
        source=IMPACT_SOURCE,
        difference=TOO_SHARP,
    )


def _design(
    name: str,
    title: str,
    values: tuple[float, ...],
    error: Callable[[TrackColumns], FloatArray],
) -> Resolution:
    return Resolution(
        quantity=f"{name}_resolution",
        title=f"resolution of {title}",
        unit="rad" if name == "phi" else "1",
        axis="eta",
        axis_title="|η|",
        edges=tuple(np.linspace(0.0, 2.5, 11)),
        values=values,
        selected=_around_one_gev,
        error=error,
        selection="pT 0.9–1.1 GeV",
        source=DESIGN_SOURCE,
        difference=DESIGN,
    )


RESOLUTIONS = (
    _impact("d0", (0.080, 0.045, 0.028, 0.020)),
    _impact("z0", (0.140, 0.096, 0.075, 0.058)),
    _design(
        "phi",
        "φ",
        (
            *(0.00151, 0.00163, 0.00172, 0.00179, 0.00210),
            *(0.00226, 0.00259, 0.00293, 0.00314, 0.00372),
        ),
        lambda tracks: tracks["phi_error"],
    ),
    _design(
        "cot_theta",
        "cot θ",
        (
            *(0.00175, 0.00185, 0.00209, 0.00246, 0.00303),
            *(0.00436, 0.00630, 0.00910, 0.01393, 0.01948),
        ),
        _cot_theta_error,
    ),
)
"""Below 6 GeV."""
