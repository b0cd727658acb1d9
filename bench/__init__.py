"""How fast the facility is, each time beside the bare way of doing the same in the same run (docs/performance.md)."""
