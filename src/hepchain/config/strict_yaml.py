"""YAML that is read as it was meant: what YAML 1.1 lets pass in silence is refused or left as text.

A key that is given twice and a key that is no text are errors. Numbers are those of people: `1e-3`
is one, while `0123` (83 in YAML 1.1), `1:30` (90) and dates are text, which no number takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

import yaml

_COMPILED: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as fast, and every job reads the configuration."""

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|0b[01_]+)")
_NUMBER = re.compile(
    r"[-+]?(?:(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
    r"|[0-9][0-9_]*[eE][-+]?[0-9]+|\.(?:inf|Inf|INF))|\.(?:nan|NaN|NAN)"
)


class _Loader(_COMPILED):  # type: ignore[misc, valid-type]
    """The safe loader, with numbers of its own."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[Any]]] = {
        first: [item for item in items if item[0].removeprefix(_TAG) in ("bool", "null", "merge")]
        for first, items in _COMPILED.yaml_implicit_resolvers.items()
    }


for _name, _pattern in (("int", _INTEGER), ("float", _NUMBER)):
    whole = re.compile(f"(?:{_pattern.pattern})$")
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", whole, list("-+.0123456789"))


def parse(text: str) -> Any:
    """Content of a YAML text.

    Raises
    ------
    yaml.YAMLError : it is not YAML, a number has too many digits, keys are given twice or are no
        text; each of them is named with its line
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        problems = list(_problems(node, "", set()))
        if problems:
            raise yaml.YAMLError("\n".join(problems))
        return None if node is None else loader.construct_document(node)
    except (ValueError, RecursionError) as error:
        raise yaml.YAMLError(str(error)) from error
    finally:
        loader.dispose()


def _problems(
    node: yaml.Node | None, where: str, seen: set[int], above: tuple[int, ...] = ()
) -> Iterator[str]:
    """What is wrong with the keys of a node and of all nodes below, which are visited once."""
    if node is not None and id(node) in above:
        yield f"line {node.start_mark.line + 1}: '{where.rstrip('.')}' contains itself"
    if id(node) in seen:
        return
    seen.add(id(node))
    above = (*above, id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _problems(item, where, seen, above)
    elif isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line, name = key.start_mark.line + 1, f"{where}{key.value}"
            kind = key.tag.removeprefix(_TAG)
            if kind not in ("str", "merge"):
                shown = name if isinstance(key, yaml.ScalarNode) else f"{where}..."
                yield f"line {line}: the key '{shown}' is no text ({kind}); put it in quotes"
            elif name in lines:
                yield f"lines {lines[name]} and {line}: '{name}' is given twice; keep one"
            lines.setdefault(name, line)
            yield from _problems(value, f"{name}.", seen, above)
