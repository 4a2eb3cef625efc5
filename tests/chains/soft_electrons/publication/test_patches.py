"""Patch sets: what goes in comes out, and what does not belong together is refused."""

from __future__ import annotations

import copy

import pyhf
import pytest

from hepchain.errors import InputError, StageError
from hepchain.publication.patches import (
    background_only,
    make_regions,
    signal_patch,
    validate,
    verify,
    without_point,
)
from hepchain.statistics.inference import expected_limit
from tests.chains.soft_electrons.publication.publication_inputs import POINTS, model, workspace

RECORD = "ins1234567"


def test_patches_give_the_workspaces_back() -> None:
    models = {name: model(name) for name in POINTS}
    found = {}
    for region in make_regions(models.values(), "a test", RECORD):
        validate(region.background, "workspace.json", "memory")
        patches = pyhf.PatchSet(region.patch_set)
        patches.verify(region.background)
        assert patches.references == {"hepdata": RECORD}
        assert patches.labels == ["m_n2", "m_n1"]
        for patch in patches:
            assert patches[patch.values] is patches[patch.name]
            assert patch.values == POINTS[patch.name][:2]
            found[patch.name] = dict(patches.apply(region.background, patch.name))
        verify(region, region.background, region.patch_set)
    assert found == {name: item.workspace for name, item in models.items()}


def test_a_patched_workspace_has_the_limit_of_its_point() -> None:
    region = make_regions([model("c"), model("a")], "a test", RECORD)[0]
    patched = pyhf.PatchSet(region.patch_set).apply(region.background, "c")
    assert expected_limit(dict(patched), 0.95).expected == pytest.approx(
        expected_limit(workspace("c", "tight"), 0.95).expected, rel=1e-6
    )


def test_points_share_a_background_only_where_it_is_the_same() -> None:
    regions = make_regions([model("a"), model("c"), model("b", more=1e-9)], "a test", RECORD)
    names = {region.name: [item.name for item in region.models] for region in regions}
    assert names == {"below_1p5_GeV": ["c"], "below_3_GeV": ["a"], "below_3_GeV_2": ["b"]}
    together = make_regions([model("b"), model("a")], "a test", RECORD)
    assert [[item.name for item in region.models] for region in together] == [["b", "a"]]


def test_background_alone_has_no_signal_and_the_same_observation() -> None:
    before = workspace("a", "tight")
    background = background_only(before)
    names = [sample["name"] for sample in background["channels"][0]["samples"]]
    assert names == ["w", "z"]
    assert background["observations"] == before["observations"]
    assert before["channels"][0]["samples"][0]["name"] == "signal"
    assert [item["path"] for item in signal_patch(before)] == ["/channels/0/samples/0"]
    alone = pyhf.Workspace(background).model(poi_name=None)
    assert sum(alone.expected_actualdata(alone.config.suggested_init())) == pytest.approx(63.0)


def test_channels_lose_the_name_of_the_point_only() -> None:
    renamed = without_point(workspace("a", "tight"), "a")
    assert renamed["channels"][0]["name"] == renamed["observations"][0]["name"] == "tight"
    assert without_point(renamed, "a") == renamed


def test_digest_of_another_background_is_detected() -> None:
    region = make_regions([model("a")], "a test", RECORD)[0]
    changed = copy.deepcopy(region.background)
    changed["channels"][0]["samples"][0]["data"][0] += 1e-9
    with pytest.raises(StageError, match=r"below_3_GeV: patch set and .* do not belong together"):
        verify(region, changed, region.patch_set)


def test_changed_patch_is_detected() -> None:
    region = make_regions([model("a")], "a test", RECORD)[0]
    changed = copy.deepcopy(region.patch_set)
    changed["patches"][0]["patch"][0]["value"]["data"][0] *= 1.01
    with pytest.raises(StageError, match="patch a does not give the workspace of a"):
        verify(region, region.background, changed)


def test_workspace_without_signal_is_refused() -> None:
    with pytest.raises(StageError, match=r"channel a_tight has the samples \['w', 'z'\]"):
        background_only(background_only(workspace("a", "tight")))


def test_what_does_not_fit_the_schema_is_named_with_its_path() -> None:
    broken = workspace("a", "tight")
    broken["channels"][0]["samples"][1]["data"] = "many"
    with pytest.raises(InputError, match=r"some\.json: channels\[0\]\.samples\[1\]\.data: 'many'"):
        validate(broken, "workspace.json", "some.json")
    region = make_regions([model("a")], "a test", "none")[0]
    with pytest.raises(InputError, match=r"p\.json: metadata\.references\.hepdata: 'none'"):
        validate(region.patch_set, "patchset.json", "p.json")
