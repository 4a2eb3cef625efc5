import re
from pathlib import Path
from typing import Any

import pytest

from hepchain.config.ntuple import NtupleMap
from hepchain.config.reading import load_block, read_yaml
from hepchain.config.source import inputs_of
from hepchain.errors import ConfigError

MAPS = Path(__file__).parents[2] / "config" / "ntuples"


def _load(tmp_path: Path, text: str) -> NtupleMap:
    path = tmp_path / "map.yaml"
    path.write_text("tree: t\nbranches:\n" + text)
    return load_block(path, NtupleMap)


@pytest.mark.parametrize("path", sorted(MAPS.glob("*.yaml")), ids=lambda path: path.stem)
def test_maps_of_the_repository_are_valid(path: Path) -> None:
    assert "track_pt" in load_block(path, NtupleMap).branches


def test_contract_map_names_every_variable_of_the_configuration() -> None:
    names = read_yaml(MAPS.parent / "soft_electrons/variables.yaml")["variables"]
    mapped = load_block(MAPS / "hepchain.yaml", NtupleMap).branches
    assert {f"track_{name}" for name in names} <= set(mapped)
    assert all(source.branch == name for name, source in mapped.items())


def test_inputs_of_a_derivation_are_the_parameters_of_its_function() -> None:
    assert inputs_of("linked") == ["key", "index", "values"]
    for name, known in (("linkd", "did you mean 'linked'"), ("_take", "no derivation")):
        with pytest.raises(ValueError, match=known):
            inputs_of(name)


def test_bare_name_is_a_branch(tmp_path: Path) -> None:
    source = _load(tmp_path, "  track_d0: InDet.d0\n").branches["track_d0"]
    assert source.branch == "InDet.d0"
    assert source.factor == 1.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("  a: {branch: x, derive: sign, from: [a]}", "give one of `branch`, `derive`"),
        ("  a: {factor: 2}", "give one of `branch`, `derive`, `expression`, `value` and"),
        ("  a: {value: 1, otherwise: 2}", "`otherwise` goes with what a file may lack"),
        ("  a: {expression: sqtr(b)}", "a.expression: 'sqtr(b)' has 'sqtr(b)' at position 1"),
        ("  a: {expression: b + 1}\n  b: {expression: 2 * a}", "derived from itself (a <- b <- a)"),
        ("  a: {branch: x, from: [b]}", "`from` goes with `derive`"),
        ("  a: {derive: sign, from: [b], bit: 1}\n  b: x", "go with `branch`"),
        ("  a: {derive: ratio, from: [b]}\n  b: x", "takes 2 quantities"),
        ("  a: {derive: sign, from: [track_qp]}\n  track_qop: x", "mean 'track_qop'"),
        ("  a: {derive: sign, from: [b]}\n  b: {derive: sign, from: [a]}", "derived from itself"),
        ("  a: {branch: x, faktor: 2}", "did you mean 'factor'"),
        ("  a: {derive: sgn, from: [b]}\n  b: x", "a.derive"),
        ("  a: no", "branches.a: YAML reads this name as false"),
        ("  a: x\nintermediate: {a: y}", "already one of `branches`"),
        ("  a: x\npresent_where_positive: {trt: b}", "unknown quantity 'b'"),
    ],
)
def test_wrong_map_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        _load(tmp_path, text)


def test_derivations_may_share_inputs(tmp_path: Path) -> None:
    text: Any = "  a: {derive: ratio, from: [b, c]}\n  c: {derive: sign, from: [b]}\n  b: x\n"
    assert len(_load(tmp_path, text).sources) == 3


def test_names_of_an_expression_are_quantities_or_else_branches(tmp_path: Path) -> None:
    text = "  a: {expression: a * scale + b.c}\n  d: {expression: 2 * a}\nintermediate: {scale: s}"
    sources = _load(tmp_path, text).sources
    assert sources["a"].inputs == ["'a'", "scale", "'b.c'"]
    assert sources["d"].inputs == ["a"]
    assert [sources[name].branch for name in sources["a"].inputs] == ["a", "s", "b.c"]
