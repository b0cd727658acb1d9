"""Random valid scenarios, drawn so that the rare is frequent: ties, exact thresholds, events at one instant, experts
wanted twice, money that fits to the cent, midnights in Brussels.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

Draw = st.DrawFn
BASES = (
    datetime(2021, 5, 31, 22, tzinfo=UTC),  # midnight in Brussels
    datetime(2021, 10, 28, 22, tzinfo=UTC),  # the clocks go back on the third day
    datetime(2021, 12, 29, 23, tzinfo=UTC),  # the year ends on the second
)
REFERENCES = ("A", "B", "C", "a", "Z", "É", "10", "9", "A-1", "Я")
OFFSETS = (0, 60, 120, -300, 345)
AMOUNTS = ("10.00", "20.00", "30.00", "30.01", "33.33", "50.00")
SECTIONS = ("relevance", "design", "at")
BALKANS = ("AL", "BA", "XK", "ME", "MK", "RS")
THEMES = ("X.JIT", "X.SIENA", "OC.DRUGS")
CEFR = ("A1", "B1", "B2", "C1")
LATER = (0, 1, 2, 3, 24, 25, 48, 49, 72)
"""Hours after the decision: few, so that much falls on one instant, and several on midnights in Brussels."""


def often[T](first: T, *others: T, usual: int = 4) -> st.SearchStrategy[T]:
    """Mostly the first, now and then another."""
    return st.sampled_from((*[first] * (usual * len(others)), *others))


@st.composite
def scenarios(draw: Draw) -> dict[str, Any]:
    """A scenario that keeps to schema.json and to every rule of scenarios/README for files."""
    base = draw(st.sampled_from(BASES))
    decided = draw(st.sampled_from((48, 48, 72, 57)))
    clock = Clock(draw, base, decided)
    call = _call(draw, clock)
    references = _some(draw, REFERENCES, 2, 7)
    likely = [*references[:3] * 4, *references]
    applications = [_application(draw, clock, call, name, solid=name in likely[:3]) for name in references]
    experts = [_expert(draw, clock, f"X{i}") for i in draw(st.permutations(range(draw(st.integers(0, 6)))))]
    file: dict[str, Any] = {
        "scenario": "random",
        "contract": {"reference": "CA1", "donors": _donors(draw)},
        "call": call,
        "applications": draw(st.permutations(applications)),
        "after_award": _many(draw, 0, 5, lambda: _step(draw, clock, likely)),
        "experts": experts,
        "deployments": [
            _deployment(draw, clock, f"D{i}", likely, [expert["id"] for expert in experts])
            for i in range(draw(st.integers(0, 4)))
        ],
        "activities": [_activity(draw, clock, f"V{i}", likely) for i in range(draw(st.integers(0, 4)))],
    }
    for key in ("after_award", "experts", "deployments", "activities"):
        if not file[key] and draw(st.booleans()):
            del file[key]
    return file


class Clock:
    """Writes instants as hours from the base, each in an offset of its own."""

    def __init__(self, draw: Draw, base: datetime, decided: int) -> None:
        self.draw, self.base, self.decided = draw, base, decided

    def at(self, hours: int, microseconds: int = 0) -> str:
        offset = timezone(timedelta(minutes=self.draw(st.sampled_from(OFFSETS))))
        moment = self.base + timedelta(hours=hours, microseconds=microseconds)
        return moment.astimezone(offset).isoformat().replace("+00:00", self.draw(often("+00:00", "Z")))

    def later(self) -> str:
        return self.at(self.decided + self.draw(st.sampled_from((0, 0, *LATER))))

    def day(self, number: int) -> str:
        return (self.base + timedelta(hours=2, days=number)).date().isoformat()

    def span(self, first: int, last: int) -> list[str]:
        start = self.draw(st.integers(first, last))
        return [self.day(start), self.day(self.draw(st.integers(start, last)))]


def _some(draw: Draw, pool: tuple[str, ...], least: int, most: int) -> list[str]:
    return draw(st.lists(st.sampled_from(pool), min_size=least, max_size=most, unique=True))


def _many(draw: Draw, least: int, most: int, make: Any) -> list[Any]:
    return [make() for _ in range(draw(st.integers(least, most)))]


def _donors(draw: Draw) -> list[dict[str, str]]:
    amounts = draw(
        st.lists(st.sampled_from(("1.00", "1.00", "2.00", "0.00", "7.77")), min_size=1, max_size=4)
    )
    if not any(amount != "0.00" for amount in amounts):
        amounts.append("3.00")
    return [{"name": f"donor {i}", "amount": amount} for i, amount in enumerate(amounts)]


def _call(draw: Draw, clock: Clock) -> dict[str, Any]:
    sections = _some(draw, SECTIONS, 1, 3)
    ties = draw(st.permutations([*sections, "beneficiaries", "received_at"]))
    call: dict[str, Any] = {
        "reference": "RND",
        "mode": "deadline",
        "opens_at": clock.at(0),
        "closes_at": clock.at(48),
        "decided_at": clock.at(clock.decided),
        "envelope": draw(st.sampled_from(("60.00", "80.00", "83.33", "100.00", "0.00"))),
        "award_min": draw(often("10.00", "20.00")),
        "award_max": draw(often("50.00", "30.00")),
        "min_beneficiaries": draw(often(2, 1, 3)),
        "grid": {
            "sections": [{"key": key, "title": key, "max": 5} for key in sections],
            "thresholds": _thresholds(draw, sections),
            "min_assessments": draw(often(1, 2)),
            "tie_break": list(ties[: draw(st.integers(0, len(ties)))]),
        },
    }
    if draw(st.booleans()):
        call["extended_to"] = draw(st.sampled_from((["TR"], [])))
    if draw(st.booleans()):
        call["skip_unaffordable"] = draw(st.booleans())
    return call


def _thresholds(draw: Draw, sections: list[str]) -> dict[str, str]:
    keys = draw(st.lists(st.sampled_from([*sections, "total"]), unique=True, max_size=2))
    total = {1: "4", 2: "8", 3: "12"}[len(sections)]
    return {key: total if key == "total" else draw(st.sampled_from(("3.5", "2", "3.33"))) for key in keys}


def _application(
    draw: Draw, clock: Clock, call: dict[str, Any], reference: str, *, solid: bool
) -> dict[str, Any]:
    """A solid one mostly gets as far as the ranking; any other may fail at everything."""
    if solid and draw(often(True, False)):
        return _solid(draw, clock, call, reference)
    # hour, microseconds, and an hour that isn't before it; now and then just too early, or just too late
    hour, beyond, received = draw(often((0, 0, 0), (0, -1, 0), (48, 1, 49)))
    if beyond == 0:
        hour = received = draw(st.sampled_from((0, 1, 2, 48)))
    application: dict[str, Any] = {
        "reference": reference,
        "title": f"Title of {reference}",
        "track": draw(often("joint", "exception")),
        "lead": {"institution": "Lead", "beneficiary": draw(st.sampled_from(BALKANS))},
        "partners": _many(draw, 1, 3, lambda: _partner(draw, clock, received)),
        "requested": draw(st.sampled_from(AMOUNTS)),
        "received_at": clock.at(hour, beyond),
    }
    if draw(often(False, True)):
        application["withdrawn_at"] = _exit(draw, clock, received)
    if draw(st.booleans()):
        application["consultation"] = draw(st.sampled_from((None, "IISG", "IISG")))
    if draw(often(False, True)):
        marking = draw(st.sampled_from((None, None, "SECRET UE/EU SECRET")))
        application["documents"] = [{"name": "plain.pdf"}, {"name": "annex.pdf", "marking": marking}]
    application["assessments"] = _assessments(draw, call["grid"], often(2, 3, 1, 0))
    application["recusals"] = draw(often([], ["E1"], ["E2", "E9"]))
    return application


def _solid(draw: Draw, clock: Clock, call: dict[str, Any], reference: str) -> dict[str, Any]:
    codes = draw(st.permutations(BALKANS))
    application: dict[str, Any] = {
        "reference": reference,
        "title": f"Title of {reference}",
        "track": "joint",
        "lead": {"institution": "Lead", "beneficiary": codes[0]},
        "partners": [
            {"institution": f"Partner {code}", "beneficiary": code, "confirmed": True}
            for code in codes[1 : draw(st.integers(3, 4))]
        ],
        "requested": draw(st.sampled_from(("20.00", "20.00", "30.00", call["award_max"]))),
        "received_at": clock.at(draw(st.sampled_from((0, 1, 48)))),
        "assessments": _assessments(draw, call["grid"], st.just(2)),
    }
    for partner in application["partners"]:
        if draw(often(False, True)):
            partner["withdrew_at"] = clock.later()
    if draw(often(False, True)):
        application["withdrawn_at"] = clock.later()
    return application


def _partner(draw: Draw, clock: Clock, received: int) -> dict[str, Any]:
    partner: dict[str, Any] = {
        "institution": "Partner",
        "beneficiary": draw(st.sampled_from((*BALKANS, *BALKANS, *BALKANS, "TR"))),
        "confirmed": draw(st.sampled_from((True,) * 19 + (False,))),
    }
    if draw(st.sampled_from((False,) * 5 + (True,))):
        partner["withdrew_at"] = _exit(draw, clock, received)
    return partner


def _exit(draw: Draw, clock: Clock, received: int) -> str:
    if received < 49 and draw(often(False, True)):
        return clock.at(received)
    return clock.later() if clock.decided >= received else clock.at(received)


def _assessments(draw: Draw, grid: dict[str, Any], counts: st.SearchStrategy[int]) -> dict[str, Any]:
    scores = st.sampled_from(("3.5", "4", "4.5", "3.34", "3.32", "5"))
    count = draw(counts)
    keys = [section["key"] for section in grid["sections"]]
    alike = draw(st.booleans())  # equal totals from unequal sections
    if alike:
        return {
            f"E{i + 1}": dict(zip(keys, draw(st.permutations(["3", "4", "5"])), strict=False))
            for i in range(count)
        }
    return {f"E{i + 1}": {key: draw(scores) for key in keys} for i in range(count)}


def _step(draw: Draw, clock: Clock, references: list[str]) -> dict[str, Any]:
    # half of them as a day begins, which decides what an activity of that day is paid from
    hours = draw(st.sampled_from((*LATER, 24, 24, 24, 48, 48, 48)))
    step = {"application": draw(st.sampled_from(references)), "at": clock.at(clock.decided + hours)}
    if draw(st.booleans()):
        return {**step, "what": "withdrawn"}
    cost = draw(st.sampled_from(("0.00", "9.99", "10.00", "29.99", "60.00")))
    return {**step, "what": "closed", "final_cost": cost}


def _expert(draw: Draw, clock: Clock, name: str) -> dict[str, Any]:
    expert: dict[str, Any] = {
        "id": name,
        "country": draw(often("IT", "GR", "EL", "RS", "GB", usual=6)),
        "themes": draw(st.dictionaries(st.sampled_from(THEMES), st.integers(2, 5), min_size=1)),
        "languages": {"en": draw(often("C1", "B2"))}
        | draw(st.dictionaries(st.sampled_from(("sq", "cnr", "fr")), st.sampled_from(CEFR), max_size=2)),
        "available": draw(often([clock.day(0), clock.day(20)], None, clock.span(8, 14))),
        "deployments_12m": draw(st.integers(0, 2)),
    }
    if draw(st.booleans()):
        expert["conflict"] = draw(often(None, "worked for the lead"))
    return expert


def _deployment(
    draw: Draw, clock: Clock, name: str, references: list[str], experts: list[str]
) -> dict[str, Any]:
    start, end = clock.span(8, 10)
    deployment: dict[str, Any] = {
        "reference": name,
        "application": draw(st.sampled_from(references)),
        "start": start,
        "end": end,
        "seats": draw(st.integers(1, 3)),
        "language": draw(often("en:C1", "en:B2", "sq:B1")),
        "themes": draw(st.dictionaries(st.sampled_from(THEMES), st.integers(1, 3), min_size=1)),
        "min_theme_level": draw(often(2, 3, 4)),
        "bonus": {
            "regional_language": draw(st.integers(0, 2)),
            "no_recent_deployment": draw(st.integers(0, 2)),
        },
        "invited_at": clock.at(clock.decided + draw(st.sampled_from((*LATER[:5], 0, 1, 1, -1)))),
        "respond_within_hours": draw(st.sampled_from((1, 2, 24))),
    }
    if draw(often(True, False)):
        answers = st.sampled_from(("accept", "accept", "decline"))
        hours = st.sampled_from((0, 0, 1, 2, 3, 24, 25))
        replies = st.fixed_dictionaries({"answer": answers, "after_hours": hours})
        deployment["replies"] = {expert: draw(replies) for expert in experts if draw(often(True, False))}
    return deployment


def _activity(draw: Draw, clock: Clock, name: str, references: list[str]) -> dict[str, Any]:
    decided = clock.decided // 24
    start = clock.day(decided + draw(st.sampled_from((1, 1, 2, 2, 0, 3, -1))))
    end = clock.day(decided + draw(st.integers(3, 6)))
    activity: dict[str, Any] = {
        "reference": name,
        "application": draw(st.sampled_from(references)),
        "kind": draw(st.sampled_from(("workshop", "seminar", "internship", "study_trip", "expert_mission"))),
        "start": start,
        "end": end,
        "completed": draw(often(True, False)),
        "attended": draw(
            st.dictionaries(
                st.sampled_from((*BALKANS, "TR", "IT")), st.integers(0, 3), min_size=1, max_size=5
            )
        ),
        "evidence": draw(often(["report", "agenda", "attendance_list"], ["agenda", "photos", "report"])),
        "reported_by": "ada",
    }
    if draw(st.sampled_from((True, True, True, False))):
        activity["verified_by"] = draw(often("vera", "ada", None))
    return activity
