from __future__ import annotations

from typing import get_args

import pytest

from hepchain.config.training import TaggerSettings
from hepchain.errors import ConfigError
from hepchain.training.tagger import Tagger, tagger_class

KINDS = [get_args(model.model_fields["kind"].annotation)[0] for model in get_args(TaggerSettings)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_config_has_a_tagger(kind: str) -> None:
    found = tagger_class(kind)
    for method in ("fit", "score", "save", "load", "software"):
        assert callable(getattr(found, method))
        assert getattr(Tagger, method)


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="no kind 'forest'"):
        tagger_class("forest")
