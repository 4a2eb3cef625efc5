"""One job of event generation."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hepchain.errors import ConfigError
from hepchain.identity import EVENTS_PER_PART
from hepchain.io.parquet import ParquetWriter
from hepchain.processes import known_processes, maker_of
from hepchain.simulation.generation.events import (
    EVENTS_PER_ROW_GROUP,
    Summary,
    concatenate,
)
from hepchain.simulation.generation.source import SampleKeys, Source

logger = logging.getLogger(__name__)


def generate(
    sample_name: str,
    sample: SampleKeys,
    part: int,
    events: int,
    seed: int,
    output_parquet: str | Path,
    output_json: str | Path,
    chain: str | None = None,
) -> None:
    """Generate one part of a sample.

    Parameters
    ----------
    sample_name, part : name of the job; with ``seed`` they fix every random number
    sample : its ``process`` says what to generate
    events : number of events to keep, after all filters
    seed : of the run
    output_parquet, output_json : the two files of the job
    chain : whose processes are known besides the general ones

    Raises
    ------
    ConfigError : the sample has no process, or masses that cannot be generated
    StageError : the generator does not start, or keeps far too few events
    """
    source = source_of(sample_name, sample, part, seed, chain)
    _write_events(source, events, part * EVENTS_PER_PART, output_parquet)
    cross_section = source.cross_section()
    Summary(
        sample=sample_name,
        part=part,
        seed=seed,
        process=str(sample["process"]),
        sum_of_weights=float(source.trials),
        events_generated=source.trials,
        events_kept=events,
        cross_section_pb=cross_section.value if cross_section else None,
        cross_section_error_pb=cross_section.error if cross_section else None,
    ).write(output_json)


def _write_events(source: Source, events: int, first_number: int, output: str | Path) -> None:
    with ParquetWriter.open(output) as writer:
        for columns in row_groups(source, events, first_number):
            writer.write(columns)
            logger.info("%d events kept of %d generated", writer.rows, source.trials)


def source_of(
    sample_name: str, sample: SampleKeys, part: int, seed: int, chain: str | None = None
) -> Source:
    """The generator of a sample's process.

    Raises
    ------
    ConfigError : the sample has no process, one that is not known, or masses that cannot be
        generated
    """
    process = sample.get("process")
    if process is None:
        raise ConfigError(
            f"samples.{sample_name}: is read from `files`; only samples with a `process` are "
            f"generated ({', '.join(known_processes(chain))})"
        )
    return maker_of(process, chain).source(sample_name, sample, part, seed)


def row_groups(source: Source, events: int, first_number: int) -> Iterator[dict[str, Any]]:
    """Columns of ``events`` kept events in chunks of at most ``EVENTS_PER_ROW_GROUP``.

    Never more events are asked for than are missing, so that none has to be thrown away and the
    count of generated events belongs to exactly the kept ones.
    """
    chunks: list[dict[str, Any]] = []
    kept = in_chunks = 0
    while kept < events:
        missing = min(events - kept, EVENTS_PER_ROW_GROUP - in_chunks)
        batch = source.next_events(min(missing, source.batch_size), kept)
        if len(batch):
            chunks.append(batch.columns(first_number + kept))
            kept += len(batch)
            in_chunks += len(batch)
        if in_chunks == EVENTS_PER_ROW_GROUP or kept == events:
            yield concatenate(chunks)
            chunks, in_chunks = [], 0
