"""Files that come with the code: reference data, the format of scenarios, and examples of them."""

from pathlib import Path

DATA = Path(__file__).parent
