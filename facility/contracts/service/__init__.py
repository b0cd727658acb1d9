"""Commands on money, and the reference data from which agreements are entered."""
