"""Reference of all configuration keys, made from the models so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from hepchain.chains import chain_names
from hepchain.config.base import LARGEST
from hepchain.config.chain import chain_model
from hepchain.config.names import nearest
from hepchain.config.root import SHARED, RootConfig
from hepchain.errors import ConfigError

Schema = dict[str, Any]

TITLE = """\
# Configuration

Made by `make docs` from the models in `src/hepchain/config/` and those of the chains; do not edit.
The default run is `config/config.yaml` with `config/<chain>/config.yaml` of each chain, whose keys
stand below the name of the chain; a file given with `--configfile` extends them: mappings merge,
lists and single values replace, `null` removes a key, an empty file changes nothing. The order of
keys decides nothing, in a file or on the command line: what has names is listed by `order`, then by
name, and what has a part of its own is named. Unknown keys, and keys given twice, are refused. The
keys below `samples`, `variables`, `mass_plane.cross_sections` and `mass_plane.published` stand in
the files that these name; in a later file, keys extend what is in the file there, and a name
replaces it ([samples of your own](ntuples.md#your-own-list-of-samples)).

`<name>` stands for a name of your own: letters, digits and underscores, a letter first and no
underscore last, at most 64. Two names of a block differ in more than capitals.

Values are taken as they are written: text (`"3"`) is no number, `true` and `yes` are not 1, an
integer has no point and no exponent and is at most 2147483647 where nothing else is said. `1e-3` is
a number; `0123` and `1:30` are text. On the command line a block is written as in a file, with its
key of the first level in front: `--config 'soft_electrons={blinding: {open: true}}' seed=7`.
"""


@dataclass(frozen=True)
class Key:
    """One key of the configuration; ``default`` is empty if it must be given."""

    name: str
    kind: str
    default: str
    description: str


def keys(model: type[BaseModel]) -> list[Key]:
    """Every key of ``model``, nested ones included, in the order of the models."""
    schema = model.model_json_schema()
    return list(_walk(schema, schema.get("$defs", {}), ""))


def every_key() -> list[Key]:
    """Keys of the root, then those of each chain below its name, without those of the root."""
    rows = keys(RootConfig)
    for chain in chain_names():
        rows += [
            replace(key, name=f"{chain}.{key.name}")
            for key in keys(chain_model(chain))
            if key.name.split(".")[0] not in SHARED
        ]
    return rows


def selected(rows: Sequence[Key], beginnings: Iterable[str]) -> Sequence[Key]:
    """The keys that begin with one of these; all if there are none.

    Raises
    ------
    ConfigError : no key begins with one of them
    """
    beginnings = tuple(beginnings)
    names = [row.name for row in rows]
    for beginning in beginnings:
        if not any(name.startswith(beginning) for name in names):
            ending = [name for name in names if name.endswith(f".{beginning}")]
            raise ConfigError(f"{beginning}: no key begins so{_offer(beginning, ending, names)}")
    return [row for row in rows if row.name.startswith(beginnings)] if beginnings else rows


def _offer(beginning: str, ending: list[str], names: list[str]) -> str:
    if ending:
        return f"; these end so: {', '.join(ending)}"
    blocks = dict.fromkeys(name.split(".")[0] for name in names)
    return nearest(beginning, names if "." in beginning else blocks)


def table(rows: Iterable[Key]) -> str:
    """The keys for a terminal: two lines a key."""
    return "\n".join(
        f"{row.name}  ({row.kind}{f'; default {row.default}' if row.default else ''})\n"
        f"    {row.description}"
        for row in rows
    )


def markdown(rows: Iterable[Key]) -> str:
    """The keys as a page with a table for each block."""
    lines, block = [TITLE.rstrip()], None
    for row in rows:
        if _block(row.name) != block:
            block = _block(row.name)
            header = "| key | value | default | meaning |\n| --- | --- | --- | --- |"
            lines.append(f"\n## {block}\n\n{header}")
        cells = (f"`{row.name}`", row.kind, row.default, row.description)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _block(name: str) -> str:
    """The block that a key is listed with: one of the root or of a chain."""
    return ".".join(name.split(".")[: 2 if name.split(".")[0] in chain_names() else 1])


def _walk(schema: Schema, definitions: Schema, prefix: str) -> Iterator[Key]:
    required = schema.get("required", [])
    for name, node in schema.get("properties", {}).items():
        target = _resolve(node, definitions)
        description = node.get("description") or target.get("description", "")
        if "const" in target:
            description = "with this value the keys that follow"
        default = "" if name in required else _default(node)
        kind = _kind(target, definitions)
        yield Key(f"{prefix}{name}", kind, default, description.split("\n")[0])
        yield from _below(target, definitions, f"{prefix}{name}")


def _below(node: Schema, definitions: Schema, name: str) -> Iterator[Key]:
    """Keys inside a node: of a block, of the blocks in a mapping, of the members of a union."""
    for member in _members(node):
        yield from _walk(_resolve(member, definitions), definitions, f"{name}.")
        if isinstance(member.get("additionalProperties"), dict):
            inner = _resolve(member["additionalProperties"], definitions)
            yield from _below(inner, definitions, f"{name}.<name>")


def _members(node: Schema) -> list[Schema]:
    union = [*node.get("anyOf", []), *node.get("oneOf", [])]
    return [member for member in union if member.get("type") != "null"] or [node]


def _resolve(node: Schema, definitions: Schema) -> Schema:
    """The schema a reference, or a reference that may be null, stands for."""
    members = _members(node)
    if len(members) == 1:
        node = members[0]
    if "$ref" in node:
        resolved: Schema = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return resolved
    return node


def _default(node: Schema) -> str:
    value = node.get("default")
    return "none" if value is None or value == {} else str(value)


def _kind(node: Schema, definitions: Schema) -> str:
    """Type and allowed values in words."""
    node = _resolve(node, definitions)
    members = _members(node)
    if len(members) > 1:
        return " or ".join(_kind(member, definitions) for member in members)
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return ", ".join(str(value) for value in node["enum"])
    return _KINDS.get(node.get("type", ""), _scalar)(node, definitions)


def _scalar(node: Schema, definitions: Schema) -> str:
    words = {"string": "text", "boolean": "true, false"}
    bounds = [
        f"{sign} {node[key]:.9g}"
        for key, sign in _BOUNDS.items()
        if node.get(key, LARGEST) != LARGEST
    ]
    kind: str = node.get("type", "anything")
    return " ".join([words.get(kind, kind), ", ".join(bounds)]).strip()


def _array(node: Schema, definitions: Schema) -> str:
    if "prefixItems" in node:
        items = [_kind(item, definitions) for item in node["prefixItems"]]
        return f"[{', '.join(items)}]"
    return f"list of {_kind(node['items'], definitions)}"


def _object(node: Schema, definitions: Schema) -> str:
    values = node.get("additionalProperties")
    if isinstance(values, dict):
        return f"name -> {_kind(values, definitions)}"
    return "block"


_BOUNDS = {"exclusiveMinimum": ">", "minimum": ">=", "exclusiveMaximum": "<", "maximum": "<="}
_KINDS = {"array": _array, "object": _object}
