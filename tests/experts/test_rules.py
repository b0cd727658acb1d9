from datetime import date

import pytest

from facility.accounts.rules.beneficiaries import EU_MEMBER_STATES
from facility.experts.rules.branches import Branch, branch_of
from facility.experts.rules.calendar import is_available, is_booked
from facility.experts.rules.languages import (
    CEFR,
    Levels,
    Skill,
    Skills,
    differing,
    language_taken,
    level_in,
    regional_language,
)
from facility.experts.rules.profile import Period


def october(day: int) -> date:
    return date(2021, 10, day)


def test_today_s_members() -> None:
    assert len(EU_MEMBER_STATES) == 27
    assert EU_MEMBER_STATES.isdisjoint({"EL", "GB", "RS", "NO", "CH"})


def test_a_language_is_spoken_at_its_level_or_better() -> None:
    taken = [language_taken({"en": "C1"}, {}, ("en",), level) for level in CEFR[3:]]
    assert taken == ["en", "en", None]
    assert language_taken({"en": "C1"}, {}, ("fr",), "A1") is None


def test_a_skill_that_is_not_stated_has_the_level_of_the_language() -> None:
    levels: Levels = {"en": "C1"}
    skills: Skills = {"en": {Skill.WRITING: "B1"}, "fr": {Skill.READING: "C2"}}
    reached = [level_in(levels, skills, "en", skill) for skill in (None, Skill.READING, Skill.WRITING)]
    assert reached == ["C1", "C1", "B1"]
    assert level_in(levels, skills, "fr", Skill.READING) is None


def test_only_what_differs_is_kept_of_skills() -> None:
    skills: Skills = {"en": {Skill.WRITING: "C1", Skill.READING: "C2"}, "fr": {Skill.READING: "C2"}}
    assert differing({"en": "C1", "de": "B1"}, skills) == {"en": {Skill.READING: "C2"}}


def test_the_language_that_is_asked_for_is_taken_before_a_better_one() -> None:
    bcms = ("hr", "bs", "sr", "cnr")
    assert language_taken({"hr": "B2", "sr": "C2"}, {}, bcms, "B2") == "hr"
    assert language_taken({"hr": "B1", "sr": "C1", "cnr": "C1"}, {}, bcms, "B2") == "sr"
    assert (
        language_taken({"hr": "C2", "sr": "C1"}, {"hr": {Skill.WRITING: "A2"}}, bcms, "B2", Skill.WRITING)
        == "sr"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("police", (Branch.POLICE, "")),
        ("  Border  Guard ", (Branch.BORDER_GUARD, "")),
        ("prosecutor", (Branch.PROSECUTION, "")),
        ("Fire brigade", (Branch.OTHER, "Fire brigade")),
        ("other", (Branch.OTHER, "other")),
        (" ", (None, "")),
    ],
)
def test_the_branch_that_a_text_names(text: str, expected: tuple[Branch | None, str]) -> None:
    assert branch_of(text) == expected


def test_the_best_regional_language_counts_from_b1() -> None:
    assert regional_language({"sq": "A2", "en": "C2"}) is None
    assert regional_language({"sr": "B1", "mk": "C1", "hr": "C1"}) == "hr"
    assert regional_language({"cnr": "B1"}) == "cnr"


@pytest.mark.parametrize(
    ("periods", "available"),
    [
        ([(4, 8)], True),
        ([(1, 31)], True),
        ([(5, 8)], False),
        ([(4, 7)], False),
        ([(6, 9), (1, 5)], True),
        ([(1, 4), (6, 9)], False),
        ([(1, 6), (2, 3), (5, 8)], True),
        ([], False),
    ],
)
def test_available_on_every_day(periods: list[tuple[int, int]], available: bool) -> None:
    spans: list[Period] = [(october(first), october(last)) for first, last in periods]
    assert is_available(spans, october(4), october(8)) is available


def test_booked_on_one_day_is_booked() -> None:
    assert [is_booked({october(day)}, october(4), october(8)) for day in (3, 4, 8, 9)] == [
        False,
        True,
        True,
        False,
    ]
    assert is_booked({october(1), october(5), october(30)}, october(4), october(8))
    assert not is_booked({october(1), october(30)}, october(4), october(8))
