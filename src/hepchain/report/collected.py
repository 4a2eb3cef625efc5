"""What a report needs of the loaded workflow: results with captions, stages and their order."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from snakemake.iocontainers import Wildcards
from snakemake.rules import Rule

PARAMETER = re.compile(r"snakemake\.params\.(\w+)")
WILDCARD = r"\{\w+(?:,[^{}]*)?\}"
BESIDE = ("assumptions", "benchmarks", "logs")
"""Folders of the results that are no stage."""


def texts_digest(paths: Iterable[str | Path]) -> str:
    """Digest of the files that are written by hand: captions, templates, descriptions."""
    text = json.dumps([Path(path).read_text(encoding="utf-8") for path in paths])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rules_of(workflow: Any, folder: str) -> list[Rule]:
    """Rules that write below this folder."""
    return [
        rule
        for rule in workflow.rules
        if any(str(output).startswith(f"{folder}/") for output in rule.output)
    ]


def reported(rules: Sequence[Rule], paths: Iterable[str], folder: str) -> list[dict[str, Any]]:
    """Those of the paths that carry a caption (``report(...)``), a record each.

    ``name`` and ``base`` are the path below ``folder`` without suffix and ``figures/``, the latter
    without what stands for a wildcard; ``files`` are the other results of the job of that name.
    """
    asked = list(dict.fromkeys(map(str, paths)))
    records = [_record(rules, path, folder) for path in asked]
    return [record for record in records if record is not None]


def _record(rules: Sequence[Rule], path: str, folder: str) -> dict[str, Any] | None:
    for rule in rules:
        for output in rule.output:
            flag = output.flags.get("report")
            match = output.match(path) if flag and flag.caption else None
            if match:
                wildcards = match.groupdict()
                name = _name(path, folder)
                files = [str(other.apply_wildcards(wildcards)) for other in rule.output]
                return {
                    "name": name,
                    "base": _name(re.sub(f"_{WILDCARD}", "", str(output)), folder),
                    "title": _title(flag.labels, wildcards),
                    "path": path,
                    "files": [f for f in files if _name(f, folder) == name and f != path],
                    # In the parameters of a job; the same in a copy of the folder.
                    "caption": os.path.relpath(str(flag.caption)),
                    "wildcards": wildcards,
                    "params": _said(rule, str(flag.caption)),
                }
    return None


def _title(labels: Mapping[str, str] | None, wildcards: Mapping[str, str]) -> str:
    texts = (text.format(**wildcards) for text in (labels or {}).values())
    return ", ".join(text for text in texts if text)


def _name(path: str, folder: str) -> str:
    relative = PurePosixPath(path).relative_to(folder)
    return str(relative.with_suffix("")).removeprefix("figures/")


def _said(rule: Rule, caption: str) -> dict[str, Any]:
    """Parameters of the rule that its caption speaks of."""
    with open(caption, encoding="utf-8") as file:
        names = set(PARAMETER.findall(file.read()))
    return {name: value for name, value in rule.params.items() if name in names}


def known_names(rules: Sequence[Rule], folder: str) -> list[str]:
    """Names of all results with captions, made in this run or not; without wildcards."""
    return sorted(
        {
            _name(re.sub(f"_?{WILDCARD}", "", str(output)), folder)
            for rule in rules
            for output in rule.output
            if output.flags.get("report")
        }
    )


def stages(rules: Sequence[Rule], targets: Iterable[str], folder: str) -> dict[str, Any]:
    """Stages by the folders of their results, with their rules, and which one needs which.

    Goes back from the targets, job by job, as Snakemake does: what the graph shows is what runs.
    """
    pending, seen = list(map(str, targets)), set[str]()
    members: dict[str, set[str]] = defaultdict(set)
    edges: set[tuple[str, str]] = set()
    while pending:
        path = pending.pop()
        if path in seen:
            continue
        seen.add(path)
        rule = next((rule for rule in rules if rule.is_producer(path)), None)
        if rule is None:
            continue
        wildcards = Wildcards(fromdict=rule.get_wildcards(path))
        needed = [str(item) for item in rule.expand_input(wildcards)[0]]
        seen.update(str(output.apply_wildcards(wildcards)) for output in rule.output)
        pending += needed
        here = _stage(str(rule.output[0]), folder)
        members[here].add(rule.name)
        edges |= {(_stage(item, folder), here) for item in needed}
    known = {(start, end) for start, end in edges if start in members and start != end}
    return {
        "rules": {stage: sorted(names) for stage, names in sorted(members.items())},
        "edges": sorted(known),
    }


def _stage(path: str, folder: str) -> str:
    """Folder of a result; empty for what belongs to no stage."""
    parts = PurePosixPath(path).parts
    depth = len(PurePosixPath(folder).parts)
    inside = path.startswith(f"{folder}/") and len(parts) > depth + 1
    return parts[depth] if inside and parts[depth] not in BESIDE else ""
