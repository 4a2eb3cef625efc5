"""What formats call the quantities of the contract, to recognise them in unknown files."""

from __future__ import annotations

EVENT_NAMES: dict[str, tuple[str, ...]] = {
    "event_number": ("eventnumber", "event", "evt", "eventid", "evtnum"),
    "weight": ("weight", "genweight", "mcweight", "eventweight", "mceventweights", "evtweight"),
    "met": ("met", "metpt", "metet", "missinget", "missingetmet", "puppimetpt", "pfmetpt"),
    "met_phi": ("metphi", "missingetphi", "puppimetphi", "pfmetphi"),
    "mu": ("mu", "averageinteractionspercrossing", "pileupntrueint"),
}
"""Quantity of an event -> what formats call it, in small letters without separators."""

FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "pt": ("pt",),
    "mass": ("mass", "m"),
    "energy": ("energy", "e"),
    "charge": ("charge", "q"),
    "d0": ("d0", "dxy"),
    "z0": ("z0", "dz"),
    "d0_error": ("d0error", "errord0", "dxyerr", "d0err"),
    "z0_error": ("z0error", "errordz", "dzerr", "z0err"),
    "q_over_p": ("qoverp",),
    "chi_squared": ("chisquared", "chi2"),
    "number_dof": ("numberdof", "ndof"),
}
"""Quantity of an object -> what formats call it; others have their own name."""

MEMBERS = {
    **{"fP.fX": "px", "fP.fY": "py", "fP.fZ": "pz", "fE": "energy", "fX": "px", "fY": "py"},
    **{f"fCoordinates.f{name.capitalize()}": name for name in ("pt", "eta", "phi")},
    **{"fCoordinates.fM": "mass", "fCoordinates.fE": "energy", "fCoordinates.fT": "energy"},
    **{"fCoordinates.fX": "px", "fCoordinates.fY": "py", "fCoordinates.fZ": "pz"},
}
"""Member of ROOT's vectors -> what it is."""

DERIVED: dict[str, tuple[str, ...]] = {
    "pt_from_px_py": ("px", "py"),
    "eta_from_px_py_pz": ("px", "py", "pz"),
    "phi_from_px_py": ("px", "py"),
    "mass_from_px_py_pz_energy": ("px", "py", "pz", "energy"),
    "mass_from_pt_eta_energy": ("pt", "eta", "energy"),
    "theta_from_eta": ("eta",),
    "pt_from_q_over_p": ("q_over_p", "theta"),
    "eta_from_theta": ("theta",),
    "sign": ("q_over_p",),
}
"""Derivation -> what it takes of an object."""
