"""From YAML files to the checked configuration of a chain, with every problem reported at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from pydantic import TypeAdapter, ValidationError

from hepchain.chains import chain_names
from hepchain.config.chain import ChainConfig, chain_model
from hepchain.config.names import nearest
from hepchain.config.order import canonical, unknown_names
from hepchain.config.reading import describe, load_block, read_yaml
from hepchain.errors import ConfigError
from hepchain.processes import known_processes

__all__ = ["load_block", "load_chain", "read_yaml"]


def load_chain(chain: str, config: Mapping[str, Any]) -> ChainConfig:
    """Check the configuration of a chain and read the files it names.

    ``config`` is its block, with the seed and how runs start, of
    :class:`~hepchain.config.root.Configuration`; the order of keys changes nothing.

    Raises
    ------
    ConfigError : unknown keys (with the nearest right name), wrong values, unknown samples,
        variables or categories; all in one message
    """
    model = chain_model(chain)
    content, problems = _with_files(config, model.FILES)
    content = canonical(content)
    problems += unknown_names(content)
    problems += _of_other_chains(chain, content)
    problems += _unknown_processes(chain, content)
    unread = [key for key in config if key not in content]
    try:
        run = model.model_validate(content)
    except ValidationError as error:
        problems += describe(error, model, content, ignore=unread)
        if any(detail["loc"] for detail in error.errors()):
            problems += model.problems(_valid_blocks(model, content))
    else:
        if not problems:
            return run
    raise ConfigError(summary(f"{chain}.{problem}" for problem in problems))


def summary(problems: Iterable[str]) -> str:
    """One message of all these problems."""
    found = list(problems)
    plural = "problems" if len(found) > 1 else "problem"
    lines = "\n".join(f"  {problem}" for problem in found)
    return f"the configuration has {len(found)} {plural}:\n{lines}"


def _of_other_chains(chain: str, content: dict[str, Any]) -> list[str]:
    """A problem for each block that is of another chain, which is taken out of the content."""
    problems = []
    for key in content.keys() - chain_model(chain).model_fields.keys():
        owners = [name for name in chain_names() if key in chain_model(name).model_fields]
        if owners:
            del content[key]
            problems.append(f"{key}: a block of {' and '.join(owners)}, not of {chain}: move it")
    return problems


def _unknown_processes(chain: str, content: Mapping[str, Any]) -> list[str]:
    """A problem for each sample of a process that neither the chain nor the simulation has."""
    known = known_processes(chain)
    samples = content.get("samples")
    given = {
        name: sample.get("process")
        for name, sample in (samples.items() if isinstance(samples, Mapping) else ())
        if isinstance(sample, Mapping)
    }
    return [
        f"samples.{name}.process: there is no process '{process}'{nearest(process, known)}"
        for name, process in given.items()
        if isinstance(process, str) and process not in known
    ]


def _with_files(
    config: Mapping[str, Any], files: Iterable[str]
) -> tuple[dict[str, Any], list[str]]:
    """The configuration with the content of the files it names, without blocks not readable."""
    content = dict(config)
    problems: list[str] = []
    for key in files:
        *above, last = key.split(".")
        block = _copied(content, above)
        if block is None or not isinstance(block.get(last), str):
            continue
        try:
            block[last] = read_yaml(block[last])
        except ConfigError as error:
            problems.append(f"{key}: {error}")
            content.pop(key.split(".")[0])
    return content, problems


def _copied(content: dict[str, Any], keys: Iterable[str]) -> dict[str, Any] | None:
    """The block at ``keys``, copied into ``content`` on the way; None if there is none."""
    for key in keys:
        if not isinstance(content.get(key), Mapping):
            return None
        content[key] = dict(content[key])
        content = content[key]
    return content


def _valid_blocks(model: type[ChainConfig], content: Mapping[str, Any]) -> dict[str, Any]:
    """Blocks that are in order by themselves, name -> model."""
    blocks: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        try:
            adapter: TypeAdapter[Any] = TypeAdapter(cast(Any, field.annotation))
            blocks[name] = adapter.validate_python(content.get(name))
        except ValidationError:
            continue
    return blocks
