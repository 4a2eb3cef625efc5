from __future__ import annotations

from typing import Literal

import pytest

from hepchain.config.taggers import settings_of_kind
from hepchain.errors import ConfigError
from hepchain.modules import modules_in
from hepchain.training.tagger import Tagger, tagger_class

KINDS = modules_in("hepchain.training.taggers.settings")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_config_has_a_tagger(kind: str) -> None:
    assert settings_of_kind(kind).model_fields["kind"].annotation == Literal[kind]
    found = tagger_class(kind)
    for method in ("fit", "score", "save", "to_onnx", "software"):
        assert callable(getattr(found, method))
        assert getattr(Tagger, method)


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError, match="no kind 'forest'"):
        tagger_class("forest")
