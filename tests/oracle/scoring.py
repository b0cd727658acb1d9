"""Which scores count, as the second computation has it: over a grid and assessments as JSON has them."""

from fractions import Fraction
from hashlib import sha256
from typing import Any

Grid = dict[str, Any]


def counted(grid: Grid, assessments: list[dict[str, str | None]]) -> dict[str, Fraction | None]:
    """The score that counts of each section, of each sub-criterion ("capacity.staff") and in all ("total")."""
    result: dict[str, Fraction | None] = {}
    reached, possible, whole = Fraction(0), 0, 0
    for section in grid["sections"]:
        key, most = section["key"], section["max"]
        whole += most
        criteria = section.get("criteria", [])
        if criteria:
            share = _share(grid, assessments, section, result)
            result[key] = None if share is None else share * most
        else:
            result[key] = _middle(grid, [assessment[key] for assessment in assessments])
        points = result[key]
        if points is not None:
            reached, possible = reached + points, possible + most
    result["total"] = reached * Fraction(whole, possible) if possible else Fraction(0)
    return result


def _share(
    grid: Grid,
    assessments: list[dict[str, str | None]],
    section: dict[str, Any],
    result: dict[str, Fraction | None],
) -> Fraction | None:
    """Of what can be reached in the sub-criteria that apply, how much was."""
    got, could = Fraction(0), 0
    for criterion in section["criteria"]:
        name = f"{section['key']}.{criterion['key']}"
        score = result[name] = _middle(grid, [assessment[name] for assessment in assessments])
        if score is not None:
            weight = criterion.get("weight", 1)
            got, could = got + weight * score, could + 5 * weight
    return got / could if could else None


def _middle(grid: Grid, scores: list[str | None]) -> Fraction | None:
    given = sorted(Fraction(score) for score in scores if score is not None)
    if not given:
        return None
    if grid.get("aggregate") == "median":
        half = len(given) // 2
        return given[half] if len(given) % 2 else (given[half - 1] + given[half]) / 2
    return sum(given, Fraction(0)) / len(given)


def settled(
    grid: Grid, sent: list[tuple[int, dict[str, str | None]]], agreed: dict[str, str | None] | None
) -> list[dict[str, str | None]] | None:
    """The scores from which those that count are made, of assessments with the minute in which each was sent; None where something has to be
    settled first."""
    if agreed is not None:
        return [agreed]
    given = [scores for _minute, scores in sent]
    if grid.get("aggregate") == "consensus" and len(given) > 1:
        return None
    if "divergence" not in grid:
        return given
    for minute in sorted(minute for minute, _scores in sent):
        by_then = [scores for at, scores in sent if at <= minute]
        if len(by_then) < grid["min_assessments"]:
            continue
        totals = [counted(grid, [scores])["total"] or Fraction(0) for scores in by_then]
        if max(totals) - min(totals) > grid["divergence"]:
            one_more = any(at > minute for at, _scores in sent)
            return given if one_more and grid.get("settles") != "consensus" else None
    return given


def missed(grid: Grid, scores: dict[str, Fraction | None]) -> list[str]:
    """What keeps an application from being ranked."""
    names = []
    for key, least in grid["thresholds"].items():
        points = scores[key]
        if points is not None and points < Fraction(least):
            names.append(key)
    for section in grid["sections"]:
        if "reject_at" in section:
            for criterion in section.get("criteria", []):
                name = f"{section['key']}.{criterion['key']}"
                score = scores[name]
                if score is not None and score <= Fraction(section["reject_at"]):
                    names.append(name)
    return sorted(names)


def tie(grid: Grid, scores: dict[str, Fraction | None], key: str) -> Fraction:
    """What a section brings in a tie; where it does not apply, the total's share of it."""
    points, total = scores[key], scores["total"]
    if points is not None:
        return points
    most = {section["key"]: section["max"] for section in grid["sections"]}
    assert total is not None
    return total * Fraction(most[key], sum(most.values()))


def lot(seed: str, reference: str) -> str:
    """The place in the draw: the smallest comes first."""
    return sha256((seed + reference).encode()).hexdigest()
