"""Commands on results and indicators, and the reference data from which they are entered."""
