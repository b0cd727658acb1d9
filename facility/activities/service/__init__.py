"""Commands on activities."""
