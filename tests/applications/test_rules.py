from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from facility.applications.rules.confirmation import may_confirm, may_decline
from facility.applications.rules.parties import enough_beneficiaries
from facility.applications.rules.status import TRANSITIONS, ApplicationStatus, scenario_status
from facility.applications.rules.submission import ApplicationView, Partner, on_board, submission_reasons
from facility.applications.rules.withdrawal import may_take_up_again, may_withdraw
from facility.calls.rules.call import CallRules, Grid
from facility.refused import Refused

S = ApplicationStatus
OPENS, CLOSES = datetime(2021, 6, 1, 7, tzinfo=UTC), datetime(2021, 7, 30, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CALL = CallRules(
    opens_at=OPENS,
    closes_at=CLOSES,
    amount=Decimal("100000.00"),
    award_min=Decimal("5000.00"),
    award_max=Decimal("60000.00"),
    min_beneficiaries=2,
    extended_to=frozenset(),
    skip_unaffordable=False,
    grid=Grid((), {}, 1, ()),
)
SOUND = ApplicationView("joint", "AL", (Partner("XK", confirmed=True),), Decimal("20000.00"))


def reasons(received_at: datetime = CLOSES, call: CallRules = CALL, **changes: Any) -> tuple[str, ...]:
    return submission_reasons(msgspec.structs.replace(SOUND, **changes), call, received_at)


def test_exactly_on_time_is_in_time() -> None:
    instants = (OPENS - SECOND, OPENS, CLOSES, CLOSES + SECOND)
    assert [reasons(at) for at in instants] == [("not_open",), (), (), ("late",)]


def test_amounts_at_the_limits_are_within() -> None:
    amounts = ("4999.99", "5000.00", "60000.00", "60000.01")
    assert [reasons(requested=Decimal(amount)) for amount in amounts] == [
        ("below_award_min",),
        (),
        (),
        ("above_award_max",),
    ]


def test_turkey_takes_part_where_the_call_is_extended_but_never_counts() -> None:
    extended = msgspec.structs.replace(CALL, extended_to=frozenset({"TR"}))
    turkey = Partner("TR", confirmed=True)
    assert reasons(partners=(turkey,)) == ("partner_not_eligible", "too_few_beneficiaries")
    assert reasons(partners=(turkey,), call=extended) == ("too_few_beneficiaries",)
    assert reasons(partners=(turkey, *SOUND.partners), call=extended) == ()
    assert reasons(lead="TR") == ("partner_not_eligible", "too_few_beneficiaries")


def test_every_partner_must_have_confirmed() -> None:
    some = (Partner("XK", confirmed=True), Partner("ME"))
    assert reasons(partners=some) == ("partner_not_confirmed",)
    assert reasons(partners=tuple(msgspec.structs.replace(partner, confirmed=True) for partner in some)) == ()


def test_every_reason_is_given_in_order() -> None:
    assert reasons(
        CLOSES + SECOND, partners=(Partner("TR"),), requested=Decimal("1.00"), marked_document=True
    ) == (
        "below_award_min",
        "classified_document",
        "late",
        "partner_not_confirmed",
        "partner_not_eligible",
        "too_few_beneficiaries",
    )


def test_exception_track_asks_for_a_consultation_alone() -> None:
    alone: dict[str, Any] = {
        "track": "exception",
        "partners": (),
        "requested": Decimal(0),
        "marked_document": True,
    }
    assert reasons(CLOSES + SECOND, **alone) == ("consultation_missing",)
    assert reasons(CLOSES + SECOND, **alone, consultation=True) == ()


def test_a_partner_is_off_board_from_the_instant_it_leaves() -> None:
    partners = (Partner("XK", left_at=CLOSES), Partner("ME"))
    assert on_board("AL", partners, CLOSES - SECOND) == ("AL", "XK", "ME")
    assert on_board("AL", partners, CLOSES) == ("AL", "ME")
    assert [enough_beneficiaries(on_board("AL", partners, CLOSES), least) for least in (2, 3)] == [
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("status", "decided_at", "allowed"),
    [
        (S.SUBMITTED, None, True),
        (S.ADMISSIBLE, CLOSES, True),
        (S.ADMISSIBLE, CLOSES - SECOND, False),
        (S.EXCEPTION_APPROVED, None, True),
        (S.EXCEPTION_APPROVED, CLOSES - SECOND, False),
        (S.DRAFT, None, False),
        (S.WITHDRAWN, None, False),
        (S.AWARDED, CLOSES - SECOND, True),
        (S.RESERVE, CLOSES - SECOND, True),
        (S.CLOSED, CLOSES - SECOND, False),
        (S.BELOW_THRESHOLD, CLOSES - SECOND, False),
    ],
)
def test_when_a_lead_may_withdraw(
    status: ApplicationStatus, decided_at: datetime | None, allowed: bool
) -> None:
    if allowed:
        may_withdraw(status, decided_at, CLOSES)
    else:
        with pytest.raises(Refused, match="nothing_to_withdraw"):
            may_withdraw(status, decided_at, CLOSES)


def test_a_withdrawn_application_is_taken_up_again_until_the_call_closes() -> None:
    may_take_up_again(S.WITHDRAWN, CALL, CLOSES)
    with pytest.raises(Refused, match="late"):
        may_take_up_again(S.WITHDRAWN, CALL, CLOSES + SECOND)
    with pytest.raises(Refused, match="wrong_status"):
        may_take_up_again(S.AWARDED, CALL, CLOSES)


@pytest.mark.parametrize(
    ("status", "changes", "refusal"),
    [
        (S.DRAFT, {}, None),
        (S.SUBMITTED, {}, "not_a_draft"),
        (S.DRAFT, {"confirmed": True}, "already_confirmed"),
        (S.DRAFT, {"declined": True}, "already_declined"),
        (S.DRAFT, {"left": True}, "left"),
    ],
)
def test_a_partner_answers_once(
    status: ApplicationStatus, changes: dict[str, bool], refusal: str | None
) -> None:
    state = {"confirmed": False, "declined": False, "left": False} | changes
    if refusal is None:
        may_confirm(editable=status is S.DRAFT, **state, signatory="Mira Petrović")
        may_decline(editable=status is S.DRAFT, **state, reason="no staff")
        return
    with pytest.raises(Refused, match=refusal):
        may_confirm(editable=status is S.DRAFT, **state, signatory="Mira Petrović")
    with pytest.raises(Refused, match=refusal):
        may_decline(editable=status is S.DRAFT, **state, reason="no staff")


def test_an_answer_names_its_signatory_or_its_reason() -> None:
    with pytest.raises(Refused, match="signatory_missing"):
        may_confirm(editable=True, confirmed=False, declined=False, left=False, signatory=" ")
    with pytest.raises(Refused, match="reason_missing"):
        may_decline(editable=True, confirmed=False, declined=False, left=False, reason="")


def test_every_status_has_its_place_in_the_table() -> None:
    assert set(TRANSITIONS) == set(ApplicationStatus)
    reached = set().union(*TRANSITIONS.values())
    assert reached == set(ApplicationStatus)


def test_statuses_in_the_words_of_a_rehearsal() -> None:
    joint = (
        S.DRAFT,
        S.WITHDRAWN,
        S.INELIGIBLE,
        S.NOT_ASSESSED,
        S.BELOW_THRESHOLD,
        S.AWARDED,
        S.RESERVE,
        S.CLOSED,
    )
    assert [scenario_status(status, "joint") for status in joint] == [
        "not_submitted",
        "withdrawn",
        "ineligible",
        "not_assessed",
        "below_threshold",
        "awarded",
        "reserve",
        "closed",
    ]
    exception = (S.DRAFT, S.SUBMITTED, S.EXCEPTION_APPROVED, S.WITHDRAWN)
    assert [scenario_status(status, "exception") for status in exception] == [
        "not_submitted",
        "exception_track",
        "exception_track",
        "withdrawn",
    ]
    with pytest.raises(ValueError, match="not decided"):
        scenario_status(S.ADMISSIBLE, "joint")
