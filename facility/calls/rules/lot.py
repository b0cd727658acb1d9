"""A draw by lot that anyone can do again: what was drawn is fixed by a hash before anybody can know whom it favours."""

import hashlib


def commitment_of(seed: str) -> str:
    """What is published with the call: SHA-256 of the seed, in hexadecimal."""
    return hashlib.sha256(seed.encode()).hexdigest()


def place_of(seed: str, reference: str) -> str:
    """An application's place in the draw, the smallest first: SHA-256 of the seed and its reference, in hexadecimal."""
    return hashlib.sha256(f"{seed}{reference}".encode()).hexdigest()
