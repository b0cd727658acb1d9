"""Why an award is kept out of the public list (Regulation (EU, Euratom) 2024/2509, Article 38(3)(d))."""

from enum import StrEnum


class Why(StrEnum):
    """What its publication would threaten."""

    PEOPLE = "people"
    OPERATIONS = "operations"
    RIGHTS = "rights"
