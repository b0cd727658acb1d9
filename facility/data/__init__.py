"""Files that come with the code: reference data, the formats of scenarios and ranking bundles, and examples of scenarios."""

from pathlib import Path

DATA = Path(__file__).parent
