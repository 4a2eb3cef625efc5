"""Which branches are asked for follows from the configuration, not from a fixed list."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hepchain.chains.soft_electrons.selection.files import iterate_events, iterate_tracks
from hepchain.config.ntuple import NtupleMap
from hepchain.config.samples import Role
from hepchain.config.skimming import Isolation, TrackSelection
from hepchain.config.source import Source
from hepchain.io import read_parquet, write_json
from hepchain.skimming.check import check_ntuple
from hepchain.skimming.events import read_events
from hepchain.skimming.files import open_file
from hepchain.skimming.isolation import column_name
from hepchain.skimming.quality import NEEDED
from hepchain.skimming.settings import SkimSettings
from hepchain.skimming.skim import skim
from tests.skimming.conftest import CONTRACT

FEW = TrackSelection(pt=(0.5, 5.0), max_abs_eta=2.5)
CONES = Isolation(cone=0.3, constituent_pt=[1.0], max_z0_sin_theta=3.0)
ALWAYS = {"event_number", "weight", "track_pt", "track_eta", "track_charge"}
SELECTION = {
    *("met", "met_phi", "met_trigger_weight", "jet_pt"),
    *("track_phi", "track_d0", "track_z0"),
    *(f"electron_{name}" for name in ("pt", "eta", "phi", "charge", "lh_very_loose")),
    "electron_track_index",
}


def _settings(tracks: TrackSelection, isolation: Isolation | None) -> SkimSettings:
    return SkimSettings(Role.SIGNAL, tracks, isolation, {"silicon": ["pt", "eta", "d0"]}, CONTRACT)


@pytest.mark.parametrize(
    ("tracks", "isolation", "more"),
    [
        (FEW, None, set()),
        (FEW, CONES, {"track_phi", "track_z0", "track_theta"}),
        (FEW.model_copy(update={"max_abs_d0": 1.0}), None, {"track_d0"}),
        (FEW.model_copy(update={"max_z0_sin_theta": 1.0}), None, {"track_z0_sin_theta"}),
        (FEW.model_copy(update={"quality": "none"}), None, {f"track_{name}" for name in NEEDED}),
    ],
)
def test_what_cuts_and_cones_take_is_needed(
    write_ntuple: Callable[..., Path],
    contract_map: NtupleMap,
    tracks: TrackSelection,
    isolation: Isolation | None,
    more: set[str],
) -> None:
    path = write_ntuple({"event_number": np.arange(3)})
    report = check_ntuple(path, contract_map, _settings(tracks, isolation)).report
    assert report is not None
    assert {"event_number", *report.missing(Role.TRAINING)} == ALWAYS | more
    assert {"event_number", *report.missing(Role.SIGNAL)} == ALWAYS | SELECTION | more


def test_a_signal_without_hit_counts_goes_through_to_the_selection(
    make_content: Callable[..., Any],
    write_ntuple: Callable[..., Path],
    contract_map_path: str,
    tmp_path: Path,
) -> None:
    """Tracks that are not judged are all summed in cones."""
    kept = ALWAYS | SELECTION | {"track_theta"}
    content = {name: values for name, values in make_content(40).items() if name in kept}
    path, settings = write_ntuple(content), _settings(FEW, CONES)
    assert check_ntuple(path, contract_map_path, settings).usable
    write_json(tmp_path / "normalisation.json", {"weight_per_generated": 1.0})
    outputs = {key: str(tmp_path / key) for key in ("events", "tracks", "report")}
    skim([str(path)], contract_map_path, str(tmp_path / "normalisation.json"), settings, outputs)
    assert len(next(iterate_events(Path(outputs["events"]), "lh_very_loose"))) == 40
    table = read_parquet(outputs["tracks"])
    tracks = next(iterate_tracks(Path(outputs["tracks"]), column_name(0.3, 1.0)))
    assert "tight_primary" not in table.fields
    assert (tracks.cone_sum > 0).any()
    for row in np.flatnonzero(tracks.cone_sum > 0)[:5]:
        event = int(tracks.event_number[row]) - 5
        own = {
            name: content[f"track_{name}"][event].to_numpy() for name in ("pt", "eta", "phi", "z0")
        }
        phi = (own["phi"] - tracks.phi[row] + np.pi) % (2 * np.pi) - np.pi
        near = np.hypot(own["eta"] - tracks.eta[row], phi) < 0.3
        apart = abs(own["z0"] - tracks.z0[row]) / np.cosh(tracks.eta[row]) < 3.0
        others = np.arange(len(phi)) != tracks.track_index[row]
        expected = own["pt"][near & apart & others & (own["pt"] >= 1.0)].sum()
        assert tracks.cone_sum[row] == pytest.approx(expected, rel=1e-5)


def test_events_that_are_counted_by_constants_alone(
    make_content: Callable[..., Any], write_ntuple: Callable[..., Path]
) -> None:
    """No number and no weight in the file: the place of an event, and one for all."""
    sources = {"event_number": Source(entry=True), "weight": Source(branch="none", otherwise=2.0)}
    path = str(write_ntuple({"track_pt": make_content(1500)["track_pt"]}))
    with open_file(path) as file:
        events = read_events(path, file, NtupleMap(tree="events", branches=sources))
    assert events.all_numbers.tolist() == list(range(1500))
    assert events.total == 3000.0
