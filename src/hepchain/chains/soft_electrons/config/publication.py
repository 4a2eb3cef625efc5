"""Block ``publication``: what a submission to HEPData says beside the numbers."""

from __future__ import annotations

from pydantic import Field

from hepchain.config.base import Block


class PublicationConfig(Block):
    """Statistical models and tables for others; not part of the default target."""

    record: str = Field(
        pattern=r"^ins[0-9]{7}$",
        description="record of the publication in INSPIRE, to which the models refer; ins0000000 "
        "while there is none",
    )
    abstract: str = Field(description="what the tables are of, for those who find them")
    reactions: list[str] = Field(description="keywords: reactions, as HEPData writes them")
    phrases: list[str] = Field(description="keywords: anything else")
