"""Makes the builders beside the tests importable: pytest does not, in its importlib mode."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
