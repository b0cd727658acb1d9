from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from facility.deployments.rules.answers import (
    InvitationStatus,
    Next,
    answer_by,
    may_accept,
    may_cancel,
    may_decline,
    next_to_ask,
)
from facility.deployments.rules.shortlist import ExpertiseRequest, Match, Part, shortlist
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import Skill
from facility.experts.rules.profile import ExpertProfile
from facility.refused import Refused

OCTOBER = (date(2021, 10, 1), date(2021, 10, 31))
REQUEST = ExpertiseRequest(
    start=date(2021, 10, 4),
    end=date(2021, 10, 8),
    seats=2,
    language="en",
    level="C1",
    themes={"X.JIT": 3, "OC.FIREARMS": 2},
    min_theme_level=3,
    regional_language=2,
    no_recent_deployment=1,
)
X01 = ExpertProfile(
    "X01", "IT", {"OC.FIREARMS": 5, "X.JIT": 4}, {"en": "C1", "sq": "B1"}, (OCTOBER,), deployments_12m=0
)
AT = datetime(2021, 9, 6, 7, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def like_x01(**changes: Any) -> ExpertProfile:
    return msgspec.structs.replace(X01, **changes)


def test_a_score_says_what_it_is_made_of() -> None:
    parts = (
        Part("theme", 12, "X.JIT", level=4, weight=3),
        Part("theme", 10, "OC.FIREARMS", level=5, weight=2),
        Part("regional_language", 2, "sq"),
        Part("no_recent_deployment", 1),
    )
    assert shortlist([X01], REQUEST, {}).ranked == (Match("X01", 25, parts),)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"country": "RS", "conflict": True, "available": ()}, "not_eu_member_state"),
        ({"conflict": True, "available": ()}, "conflict"),
        ({"available": (), "languages": {}}, "not_available"),
        ({"available": ((date(2021, 10, 1), date(2021, 10, 7)),)}, "not_available"),
        ({"languages": {"en": "B2"}, "themes": {}}, "language"),
        ({"themes": {"X.JIT": 2, "X.SIENA": 5}}, "theme"),
    ],
)
def test_the_first_reason_that_applies(changes: dict[str, Any], reason: str) -> None:
    listed = shortlist([like_x01(**changes)], REQUEST, {})
    assert (listed.ranked, listed.excluded) == ((), {"X01": reason})


def test_a_request_that_names_a_skill_asks_for_its_level() -> None:
    writes_less = like_x01(id="X02", skills={"en": {Skill.WRITING: "B2"}})
    speaks_less = like_x01(id="X03", languages={"en": "B2"}, skills={"en": {Skill.WRITING: "C1"}})
    as_whole = shortlist([X01, writes_less, speaks_less], REQUEST, {})
    assert [match.expert for match in as_whole.ranked] == ["X01", "X02"]
    written = msgspec.structs.replace(REQUEST, skill=Skill.WRITING)
    by_skill = shortlist([X01, writes_less, speaks_less], written, {})
    assert {match.expert for match in by_skill.ranked} == {"X01", "X03"}
    assert by_skill.excluded == {"X02": "language"}


def test_bcms_count_as_the_same_where_the_request_says_so() -> None:
    croatian = msgspec.structs.replace(REQUEST, language="hr", level="B2")
    pool = [
        like_x01(id="X02", languages={"hr": "B2", "sr": "C2"}),
        like_x01(id="X03", languages={"sr": "B2", "cnr": "C1"}),
        like_x01(id="X04", languages={"bs": "B1"}),
        like_x01(id="X05", languages={"mk": "C2"}),
    ]
    alone = shortlist(pool, croatian, {})
    assert [(match.expert, match.language) for match in alone.ranked] == [("X02", "")]
    together = shortlist(pool, msgspec.structs.replace(croatian, bcms=True), {})
    assert [(match.expert, match.language) for match in together.ranked] == [("X02", "hr"), ("X03", "cnr")]
    assert together.excluded == {"X04": "language", "X05": "language"}
    english = msgspec.structs.replace(REQUEST, bcms=True)
    assert shortlist([X01, *pool], english, {}).ranked == shortlist([X01, *pool], REQUEST, {}).ranked


def test_a_request_that_names_a_branch_leaves_others_out() -> None:
    pool = [like_x01(branch=Branch.POLICE), like_x01(id="X02", branch=Branch.OTHER), like_x01(id="X03")]
    listed = shortlist(pool, msgspec.structs.replace(REQUEST, branch=Branch.POLICE), {})
    assert [match.expert for match in listed.ranked] == ["X01"]
    assert listed.excluded == {"X02": "branch", "X03": "branch"}


def test_booked_elsewhere_is_not_available() -> None:
    assert shortlist([X01], REQUEST, {"X01": {date(2021, 10, 8)}}).excluded == {"X01": "not_available"}
    assert shortlist([X01], REQUEST, {"X01": {date(2021, 10, 9)}}).excluded == {}


def test_a_theme_below_the_level_still_scores_beside_another() -> None:
    assert (
        shortlist([like_x01(themes={"X.JIT": 1, "OC.FIREARMS": 3})], REQUEST, {}).ranked[0].score == 3 + 6 + 3
    )


def test_order_is_score_then_fewer_deployments_then_id() -> None:
    request = msgspec.structs.replace(REQUEST, no_recent_deployment=0)
    pool = [
        like_x01(id="b"),
        like_x01(id="Z"),
        like_x01(id="a", deployments_12m=2),
        like_x01(id="c", themes={"X.JIT": 5, "OC.FIREARMS": 5}, deployments_12m=9),
    ]
    assert [match.expert for match in shortlist(pool, request, {}).ranked] == ["c", "Z", "b", "a"]


def test_the_list_is_walked_past_who_is_booked() -> None:
    assert next_to_ask(["a", "b", "c"], {"a", "c"}) == Next("b", ("a",))
    assert next_to_ask(["a", "b"], {"a", "b"}) == Next(None, ("a", "b"))
    assert next_to_ask([], set()) == Next(None, ())


def test_the_window_is_elapsed_hours() -> None:
    last = answer_by(AT, 72)
    assert last == datetime(2021, 9, 9, 7, tzinfo=UTC)


def test_only_an_open_invitation_is_answered_and_in_time() -> None:
    last = answer_by(AT, 72)
    may_accept(InvitationStatus.OPEN, last, last, booked=False)
    may_decline(InvitationStatus.OPEN, last, last)
    for status in set(InvitationStatus) - {InvitationStatus.OPEN}:
        with pytest.raises(Refused) as caught:
            may_accept(status, last, AT, booked=False)
        assert caught.value.reasons[0].params == {"status": status.value}
    with pytest.raises(Refused) as caught:
        may_decline(InvitationStatus.OPEN, last, last + SECOND)
    assert caught.value.reasons[0].params == {"status": "expired"}
    with pytest.raises(Refused, match="booked_elsewhere"):
        may_accept(InvitationStatus.OPEN, last, AT, booked=True)


DAY = date(2021, 10, 4)


@pytest.mark.parametrize(
    ("status", "reason", "ended", "today", "code"),
    [
        (InvitationStatus.OPEN, "ill", False, DAY, "not_accepted"),
        (InvitationStatus.ACCEPTED, "ill", True, DAY, "deployment_ended"),
        (InvitationStatus.ACCEPTED, "ill", False, DAY + timedelta(days=1), "too_late_to_cancel"),
        (InvitationStatus.ACCEPTED, "  ", False, DAY, "reason_missing"),
    ],
)
def test_a_yes_is_not_taken_back(
    status: InvitationStatus, reason: str, ended: bool, today: date, code: str
) -> None:
    with pytest.raises(Refused, match=code):
        may_cancel(status, reason, ended=ended, today=today, last_day=DAY)


def test_a_yes_is_taken_back_with_a_reason_up_to_the_last_day() -> None:
    may_cancel(InvitationStatus.ACCEPTED, "ill", ended=False, today=DAY, last_day=DAY)
