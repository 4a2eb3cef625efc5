"""Config files one over another: the only place where what one says is joined with another.

Snakemake merges as well, with the rules of its own; what it has merged is read by nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
SIZES = ("simulation.parts", "simulation.events_per_part", "simulation.varied")
"""Blocks that say something of simulated samples, by name."""
TITLES = "figures.titles"
"""Block that says something of samples, among others, by name."""


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
    out.

    Raises
    ------
    ConfigError : a file whose content is extended cannot be read
    """
    merged: Content = {}
    described: dict[str, list[Any]] = {chain: [] for chain in chain_names()}
    for layer in layers:
        # All of a block may be commented out.
        said = {k: v for k, v in layer.items() if v is not None or k not in described}
        for chain in described:
            if _is_block(merged, chain) and _is_block(said, chain):
                merged[chain] = _prepared(merged[chain], said[chain], chain_model(chain).FILES)
        merged = merge(merged, said)
        for chain, seen in described.items():
            samples = _at(merged, f"{chain}.{SAMPLES}")
            if samples is not None and seen[-1:] != [samples]:
                seen.append(samples)
    for chain, seen in described.items():
        if len(seen) > 1:
            merged[chain] = _without_gone(merged[chain], [_content(one) for one in seen])
    return merged


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


def _content(samples: Any) -> Mapping[str, Any]:
    """Samples, of their file if they have one; none of what is no list of them."""
    try:
        content = in_place(samples)
    except ConfigError:  # Of those that are read in the end, it is told later.
        return {}
    return content if isinstance(content, Mapping) else {}


def _without_gone(block: Content, lists: list[Mapping[str, Any]]) -> Content:
    """The block without what it says of samples that are on one of the lists, not on the last."""
    left = lists[-1]
    gone = {name for samples in lists for name in samples} - left.keys()
    read = {name for samples in lists for name in _simulated(samples)} - {*_simulated(left)}
    for key, names in {**dict.fromkeys(SIZES, gone | read), TITLES: gone}.items():
        taken = {name: None for name in _at(block, key) or () if name in names}
        block = merge(block, _nested(key, taken)) if taken else block
    if isinstance(block.get(ORDER), list):
        block = {**block, ORDER: [name for name in block[ORDER] if name not in gone]}
    if _at(block, "validation.sample") in gone | read:
        block = merge(block, {"validation": {"sample": None}})
    return block


def _simulated(samples: Mapping[str, Any]) -> Iterator[str]:
    for name, sample in samples.items():
        if isinstance(sample, Mapping) and sample.get("process"):
            yield name
