from __future__ import annotations

import sys
from pathlib import Path

# Synthetic feature tables are shared with the tests of the training.
sys.path.insert(0, str(Path(__file__).parents[1] / "training"))
