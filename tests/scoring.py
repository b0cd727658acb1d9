"""Random grids with every rule of scoring, as JSON has them, and assessments by them; drawn so that ties are frequent."""

from typing import Any

from hypothesis import strategies as st

from tests.scenarios import Draw, often, scenarios

Json = dict[str, Any]
TITLE = "Title"


@st.composite
def grids(draw: Draw, min_assessments: int = 1) -> Json:
    """A grid that a call may publish."""
    sections = [_section(draw, key) for key in ("relevance", "design", "at")[: draw(st.integers(1, 3))]]
    keys = [section["key"] for section in sections]
    most = {section["key"]: section["max"] for section in sections}
    limited = draw(st.lists(st.sampled_from([*keys, "total"]), unique=True, max_size=2))
    ties = draw(st.permutations([*keys, "beneficiaries", "received_at"]))
    grid: Json = {
        "sections": sections,
        "thresholds": {key: str(most.get(key, sum(most.values())) * 2 // 5) for key in limited},
        "min_assessments": min_assessments,
        "tie_break": list(ties[: draw(st.integers(0, len(ties)))]),
    }
    if draw(st.booleans()):
        grid["tie_break"].append("lot")
    for name, strategy in {
        "aggregate": often("median", "mean", usual=1),
        "steps": st.sampled_from(("whole", "half")),
        "comment_low": st.sampled_from((20, 40)),
        "comment_high": st.sampled_from((80, 100)),
    }.items():
        if draw(st.booleans()):
            grid[name] = draw(strategy)
    return grid


def _section(draw: Draw, key: str) -> Json:
    section: Json = {"key": key, "title": f"{TITLE} of {key}", "max": draw(st.sampled_from((5, 10, 20)))}
    if draw(often(True, False, usual=2)):
        weights = draw(st.lists(st.sampled_from((1, 1, 2, 3)), min_size=1, max_size=4))
        section["criteria"] = [
            {"key": f"c{i}", "title": f"{TITLE} {i}", "weight": weight} for i, weight in enumerate(weights)
        ]
        section["max"] = 5 * sum(weights)
        if draw(st.booleans()):
            section["reject_at"] = draw(st.sampled_from(("1", "1.5")))
    for name in ("needs_comment", "may_not_apply"):
        if draw(st.booleans()):
            section[name] = True
    return section


def assessment(draw: Draw, grid: Json) -> dict[str, str | None]:
    """What one assessor gives."""
    scores: dict[str, str | None] = {}
    for section in grid["sections"]:
        criteria = section.get("criteria", ())
        names = [f"{section['key']}.{criterion['key']}" for criterion in criteria] or [section["key"]]
        for name in names:
            given = st.sampled_from(_marks(grid, section["max"], by_criteria=bool(section.get("criteria"))))
            left_out = section.get("may_not_apply") and draw(often(False, True))
            scores[name] = None if left_out else draw(given)
    if all(score is None for score in scores.values()):
        name = next(iter(scores))
        scores[name] = "3"
    return scores


def _marks(grid: Json, most: int, *, by_criteria: bool) -> list[str]:
    marks = ["3", "4", "5", "3", "2", "1"] if by_criteria else ["3", "4", "5", str(most // 2), str(most)]
    return {"whole": marks, "half": [*marks, "3.5", "4.5"]}.get(
        grid.get("steps", ""), [*marks, "3.34", "3.32"]
    )


@st.composite
def scored_scenarios(draw: Draw) -> Json:
    """A random scenario whose call has such a grid. No scenario file can say that; the second computation can."""
    scenario = draw(scenarios())
    grid = draw(grids(scenario["call"]["grid"]["min_assessments"]))
    scenario["call"]["grid"] = grid
    scenario["call"]["lot"] = draw(st.sampled_from(("a" * 64, "b" * 64)))
    for application in scenario["applications"]:
        application["assessments"] = {
            name: assessment(draw, grid) for name in application.get("assessments", ())
        }
    return scenario
