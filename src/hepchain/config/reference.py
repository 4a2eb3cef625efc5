"""Reference of all configuration keys, made from the models so that it is never out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

TITLE = """\
# Configuration

Made by `make docs` from the models in `src/hepchain/config/`; do not edit. The default run is
`config/config.yaml`; a file given with `--configfile` extends it: mappings merge, lists and single
values replace. Unknown keys are refused. `<name>` stands for a name of your own. The keys below
`samples`, `variables`, `mass_plane.cross_sections` and `mass_plane.published` stand in the files
that these name.
"""


@dataclass(frozen=True)
class Key:
    """One key of the configuration.

    Attributes
    ----------
    name : dotted, ``<name>`` where the user chooses
    kind : type and allowed values
    default : value if left out, empty if it must be given
    description : what it is, with its unit
    """

    name: str
    kind: str
    default: str
    description: str


def keys(model: type[BaseModel]) -> list[Key]:
    """Every key of ``model``, nested ones included, in the order of the models."""
    schema = model.model_json_schema()
    return list(_walk(schema, schema.get("$defs", {}), ""))


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
        if row.name.split(".")[0] != block:
            block = row.name.split(".")[0]
            header = "| key | value | default | meaning |\n| --- | --- | --- | --- |"
            lines.append(f"\n## {block}\n\n{header}")
        cells = (f"`{row.name}`", row.kind, row.default, row.description)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


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
    bounds = [f"{sign} {node[key]:g}" for key, sign in _BOUNDS.items() if key in node]
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
