"""Makes the toys, and those of the statistics, importable whatever import mode pytest uses."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "statistics")]
