"""What of data stays closed until everything that the analysis decides on is decided."""

from __future__ import annotations

from hepchain.config.selection import SelectionConfig
from hepchain.selection.cutflow import Cut
from hepchain.selection.mass_window import in_window
from hepchain.selection.zstar import Mask, event_cuts, skim_cut
from hepchain.selection.zstar_files import Candidates


def in_signal_region(candidates: Candidates, config: SelectionConfig, splitting: float) -> Mask:
    """Which candidates pass everything: mass window, veto and tagger, shape (n,).

    The others are those of control regions: masses above every signal and in the veto (J/psi), and
    candidates that the tagger refuses.

    Parameters
    ----------
    candidates : those that pass all other requirements
    splitting : largest mass splitting of all signals [GeV]
    """
    below, outside = in_window(candidates.mass, splitting, config.candidate.mass_veto)
    result: Mask = below & outside & candidates.passes_tagger
    return result


def open_cuts(config: SelectionConfig) -> list[Cut]:
    """Lines of a cut-flow that tell nothing about the signal region: requirements on the event.

    From a later line and the candidates of the control regions follows how many are closed.
    """
    return [skim_cut(), *event_cuts(config)]
