from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from facility.activities.rules.counting import (
    ActivityStatus,
    ActivityView,
    AwardEnd,
    AwardLife,
    counting,
    funded,
    is_joint,
)
from facility.activities.rules.planning import may_plan
from facility.activities.rules.reporting import may_complete, may_reverse, may_verify
from facility.refused import Refused

START = date(2021, 10, 5)
MIDNIGHT = datetime(2021, 10, 4, 22, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AWARD = AwardLife(datetime(2021, 9, 1, tzinfo=UTC))
SOUND = ActivityView(
    start=START,
    award=AWARD,
    completed=True,
    evidence=frozenset({"agenda", "attendance_list", "report", "photos"}),
    reported_by="ada",
    verified_by="vera",
    attended={"AL": 8, "XK": 1, "IT": 3},
)


@pytest.mark.parametrize(
    ("award", "expected"),
    [
        (None, False),
        (AwardLife(MIDNIGHT), True),
        (AwardLife(MIDNIGHT + SECOND), False),
        (AwardLife(MIDNIGHT - SECOND, MIDNIGHT, AwardEnd.CLOSED), False),
        (AwardLife(MIDNIGHT - SECOND, MIDNIGHT + SECOND, AwardEnd.CLOSED), True),
        (AwardLife(MIDNIGHT - SECOND, MIDNIGHT + SECOND, AwardEnd.WITHDRAWN), False),
        (AwardLife(MIDNIGHT - SECOND, MIDNIGHT + SECOND, AwardEnd.INELIGIBLE), False),
    ],
)
def test_funded_when_its_first_day_begins(award: AwardLife | None, expected: bool) -> None:
    assert funded(START, award) is expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"award": None, "completed": False}, "not_funded"),
        ({"completed": False, "evidence": frozenset()}, "not_completed"),
        ({"evidence": frozenset({"agenda", "report"}), "verified_by": None}, "missing_evidence"),
        ({"verified_by": None, "attended": {}}, "not_verified"),
        ({"verified_by": "ada", "attended": {}}, "not_verified"),
        ({"attended": {"AL": 8, "XK": 0, "TR": 5}}, "too_few_beneficiaries_attended"),
    ],
)
def test_the_first_reason_why_it_does_not_count(changes: dict[str, Any], reason: str | None) -> None:
    assert counting(msgspec.structs.replace(SOUND, **changes)) == reason


def test_joint_needs_people_from_two_beneficiaries() -> None:
    assert [is_joint(present) for present in ({"AL": 1, "ME": 1}, {"AL": 9}, {"AL": 9, "TR": 9}, {})] == [
        True,
        False,
        False,
        False,
    ]


def test_what_is_planned_needs_a_standing_award() -> None:
    may_plan(START, START, AWARD, AWARD.made_at)
    with pytest.raises(Refused, match="not_funded"):
        may_plan(START, START, AWARD, AWARD.made_at - SECOND)
    with pytest.raises(Refused, match="ends_before_it_starts"):
        may_plan(START, START - timedelta(days=1), AWARD, AWARD.made_at)


def test_completed_from_its_last_day_on_and_verified_by_another() -> None:
    may_complete(ActivityStatus.PLANNED, START, START)
    with pytest.raises(Refused, match="not_over_yet"):
        may_complete(ActivityStatus.PLANNED, START, START - timedelta(days=1))
    with pytest.raises(Refused, match="wrong_status"):
        may_complete(ActivityStatus.CANCELLED, START, START)
    may_verify(ActivityStatus.COMPLETED, {"ada", "omar"}, "vera")
    with pytest.raises(Refused, match="same_person"):
        may_verify(ActivityStatus.COMPLETED, {"ada", "omar"}, "ada")
    with pytest.raises(Refused, match="wrong_status"):
        may_verify(ActivityStatus.PLANNED, {"ada"}, "vera")


def test_taken_back_with_a_reason() -> None:
    may_reverse(ActivityStatus.VERIFIED, "wrong list")
    with pytest.raises(Refused, match="reason_missing"):
        may_reverse(ActivityStatus.VERIFIED, "")
    with pytest.raises(Refused, match="wrong_status"):
        may_reverse(ActivityStatus.PLANNED, "wrong list")
