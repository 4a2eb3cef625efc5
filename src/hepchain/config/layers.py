"""Config files one over another: the only place where what one says is joined with another.

Snakemake merges as well, with the rules of its own; what it has merged is read by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hepchain.chains import chain_names
from hepchain.config.chain import chain_model
from hepchain.config.order import ORDER
from hepchain.config.reading import in_place, read_yaml
from hepchain.errors import ConfigError

Content = dict[str, Any]

SAMPLES = "samples"
SOURCES = ("process", "files")
"""Keys of a sample that say where its events are from."""
SIZES = (
    *("simulation.parts", "simulation.events_per_part", "simulation.forced_electrons"),
    "simulation.varied",
)
"""Blocks that say something of simulated samples, by name."""
NAMED = (SAMPLES, "training.taggers", "simulation.variations", "variables")
"""Blocks of what has a name, or of blocks of these; lists of names and titles name it too."""
ORDERS = (ORDER, f"variables.{ORDER}")
ON_REQUEST = "training.on_request"
TITLES = "figures.titles"


def read_configs(paths: Iterable[str | Path]) -> Content:
    """Config files merged, see :func:`merge_layers`.

    Raises
    ------
    ConfigError : a file is missing, not YAML, or not a mapping of keys
    """
    return merge_layers(map(read_layer, paths))


def read_layer(path: str | Path) -> Content:
    """Content of a config file; an empty one says nothing.

    Raises
    ------
    ConfigError : the file is missing, not YAML, or not a mapping of keys
    """
    content = read_yaml(path)
    if content is None:
        return {}
    if not isinstance(content, Mapping):
        raise ConfigError(f"{path}: holds no mapping of keys to values")
    return dict(content)


def merge_layers(layers: Iterable[Mapping[str, Any]]) -> Content:
    """Contents of config files, later ones over earlier ones as :func:`merge` does it.

    In the block of a chain, keys below the name of a file (``samples``, ...) extend what is in the
    file. A sample that is given another source (``process`` or ``files``) than before is described
    anew. What is said of a sample that some layer describes and a later one has taken away is left
    out, and so are titles of other things that have been, and their places in lists of names.

    Raises
    ------
    ConfigError : a file whose content is extended cannot be read
    """
    chains = chain_names()
    merged: Content = {}
    states: dict[str, list[Content]] = {chain: [] for chain in chains}
    for layer in layers:
        # All of a block may be commented out.
        said = {
            key: value for key, value in layer.items() if value is not None or key not in chains
        }
        for chain in chains:
            if _is_block(merged, chain) and _is_block(said, chain):
                merged[chain] = _prepared(merged[chain], said[chain], chain_model(chain).FILES)
        merged = merge(merged, said)
        for chain in chains:
            if _is_block(merged, chain):
                states[chain].append(merged[chain])
    return merged | {chain: _without_gone(blocks) for chain, blocks in states.items() if blocks}


def merge(base: Mapping[str, Any], extension: Mapping[str, Any]) -> Content:
    """``base`` extended: mappings merge, null takes a key away, everything else is replaced.

    >>> merge({"a": {"b": 1, "c": 2}, "d": [1, 2]}, {"a": {"b": None}, "d": [3]})
    {'a': {'c': 2}, 'd': [3]}
    """
    merged = dict(base)
    for key, value in extension.items():
        if value is None and key in merged:
            del merged[key]
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _is_block(content: Mapping[str, Any], key: str) -> bool:
    return isinstance(content.get(key), Mapping)


def _prepared(block: Content, said: Mapping[str, Any], files: Iterable[str]) -> Content:
    """The block of a chain, so that a further layer can be merged with it."""
    for key in files:
        path, further = _at(block, key), _at(said, key)
        if isinstance(path, str) and isinstance(further, Mapping):
            block = merge(block, _nested(key, read_yaml(path)))
    samples, further = block.get(SAMPLES), said.get(SAMPLES)
    if isinstance(samples, Mapping) and isinstance(further, Mapping):
        anew = [name for name in samples if _other_source(samples[name], further.get(name))]
        block = {**block, SAMPLES: {k: v for k, v in samples.items() if k not in anew}}
    return block


def _other_source(sample: Any, further: Any) -> bool:
    """Whether a sample is given a source of another kind."""
    if not isinstance(sample, Mapping) or not isinstance(further, Mapping):
        return False
    before, after = ({key for key in SOURCES if of.get(key)} for of in (sample, further))
    return bool(before) and bool(after) and before != after


def _at(content: Any, key: str) -> Any:
    """What stands at a dotted key; None if nothing does."""
    for part in key.split("."):
        content = content.get(part) if isinstance(content, Mapping) else None
    return content


def _nested(key: str, value: Any) -> Content:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    """What stands in a block or in its file; nothing if that is no mapping."""
    try:
        content = in_place(value)
    except ConfigError:  # Of files that are read in the end, it is told later.
        return {}
    return content if isinstance(content, Mapping) else {}


def _without_gone(states: list[Content]) -> Content:
    """The last of these states of a block, without what it says of things that have been."""
    block = states[-1]
    gone: dict[str, set[str]] = {}
    for key in NAMED:
        values = [_at(state, key) for state in states]
        if any(value != values[-1] for value in values):
            gone[key] = _names(values) - _names(values[-1:])
    left = set().union(*(_names([_at(block, key)]) for key in NAMED)) if gone else set()
    names = set().union(*gone.values()) - left
    unsized = gone.get(SAMPLES, set())
    if SAMPLES in gone:
        lists = [_mapping(state.get(SAMPLES)) for state in states]
        unsized |= set().union(*map(_simulated, lists)) - _simulated(lists[-1])
    for key, those in {**dict.fromkeys(SIZES, unsized), TITLES: names}.items():
        taken = {name: None for name in _mapping(_at(block, key)) if name in those}
        block = merge(block, _nested(key, taken)) if taken else block
    keys = set().union(*map(_keys, states)) - _keys(states[-1])
    if names or keys:
        block = _without_names(block, names, keys)
    sample = _at(block, "validation.sample")
    if isinstance(sample, str) and sample in unsized:
        block = merge(block, {"validation": {"sample": None}})
    return block


def _without_names(block: Content, names: set[str], keys: set[str]) -> Content:
    """The block with lists of names, and of variations, without these; orders without keys, too."""
    varied = [f"{SIZES[-1]}.{sample}" for sample in _mapping(_at(block, SIZES[-1]))]
    for key, gone in {
        **dict.fromkeys(ORDERS, names | keys),
        **dict.fromkeys([*varied, ON_REQUEST], names),
    }.items():
        listed = _at(block, key)
        if isinstance(listed, list):
            kept = [one for one in listed if not isinstance(one, str) or one not in gone]
            block = merge(block, _nested(key, kept)) if kept != listed else block
    return block


def _keys(content: Any) -> set[str]:
    """All keys of a block, and of the blocks in it."""
    if isinstance(content, Mapping):
        return content.keys() | set().union(*map(_keys, content.values()))
    return set()


def _names(values: Iterable[Any]) -> set[str]:
    """Names in blocks, or in blocks of these."""
    found: set[str] = set()
    for content in map(_mapping, values):
        inner = [
            _mapping(value) for key, value in content.items() if key in ("variables", "categories")
        ]
        found |= set().union(*inner) if inner else content.keys()
    return found


def _simulated(samples: Mapping[str, Any]) -> set[str]:
    return {
        name
        for name, sample in samples.items()
        if isinstance(sample, Mapping) and sample.get("process")
    }
