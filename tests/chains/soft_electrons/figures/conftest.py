"""The fixtures of all figures."""

from tests.figures.conftest import config, drawn, drawn_empty, things

__all__ = ["config", "drawn", "drawn_empty", "things"]
