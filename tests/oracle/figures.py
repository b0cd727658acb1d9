"""Cents, days and levels of the second computation, and results that can be compared."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any

BALKANS = ["AL", "BA", "ME", "MK", "RS", "XK"]


UNION = (
    "Austria AT, Belgium BE, Bulgaria BG, Croatia HR, Cyprus CY, Czechia CZ, Denmark DK, Estonia EE, Finland FI, "
    "France FR, Germany DE, Greece GR, Hungary HU, Ireland IE, Italy IT, Latvia LV, Lithuania LT, Luxembourg LU, "
    "Malta MT, Netherlands NL, Poland PL, Portugal PT, Romania RO, Slovakia SK, Slovenia SI, Spain ES, Sweden SE"
)


LEVELS = ["A1", "A2", "B1", "B2", "C1", "C2"]


def normal(result: dict[str, Any]) -> dict[str, Any]:
    """The result with its instants as instants, so that two can be compared with ==."""
    deployments = {}
    for reference, deployment in result["deployments"].items():
        deployments[reference] = dict(deployment)
        if "invitations" in deployment:
            deployments[reference]["invitations"] = [
                {
                    **invitation,
                    "invited_at": instant(invitation["invited_at"]),
                    "at": instant(invitation["at"]),
                }
                for invitation in deployment["invitations"]
            ]
    return {**result, "deployments": deployments}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def euro(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def two_decimals(value: Fraction) -> str:
    for hundredths in count(int(value * 100)):  # the first whose upper edge lies above the value
        if value < Fraction(hundredths, 100) + Fraction(1, 200):
            return euro(hundredths)
    raise AssertionError


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=i) for i in range((end - start).days + 1)}


def at_least(level: str | None, least: str) -> bool:
    return level is not None and LEVELS.index(level) >= LEVELS.index(least)


def split(amount: int, donors: list[dict[str, str]]) -> dict[str, int]:
    whole = sum(cents(donor["amount"]) for donor in donors)
    exact = {donor["name"]: Fraction(amount * cents(donor["amount"]), whole) for donor in donors}
    parts = {name: int(share) for name, share in exact.items()}
    while sum(parts.values()) < amount:  # a cent to the one that is furthest short; of equals the first
        neediest = max(exact, key=lambda name: exact[name] - parts[name])
        parts[neediest] += 1
    return parts


def score(expert: dict[str, Any], deployment: dict[str, Any]) -> int:
    points = sum(weight * expert["themes"].get(theme, 0) for theme, weight in deployment["themes"].items())
    regional = [expert["languages"].get(language) for language in ("sq", "bs", "hr", "sr", "cnr", "mk")]
    if any(at_least(level, "B1") for level in regional):
        points += deployment["bonus"]["regional_language"]
    if expert["deployments_12m"] == 0:
        points += deployment["bonus"]["no_recent_deployment"]
    return int(points)
