from decimal import Decimal
from uuid import UUID

import pytest

from facility.applications.rules.status import ApplicationStatus
from facility.awards.rules.awards import final_commitment, may_close
from facility.awards.rules.money_line import Line, Request, draw_line
from facility.awards.rules.reserve import ReserveList, serve_envelope, serve_reserve
from facility.refused import Refused

S = ApplicationStatus


def requests(*pairs: tuple[str, str]) -> list[Request]:
    return [Request(reference, Decimal(amount)) for reference, amount in pairs]


RANKED = requests(("A", "60.00"), ("B", "50.00"), ("C", "40.00"), ("D", "0.00"))


def test_line_stops_at_the_first_that_does_not_fit() -> None:
    line = draw_line(RANKED, Decimal("100.00"), skip_unaffordable=False)
    assert line == Line(("A",), ("B", "C", "D"), Decimal("40.00"))


def test_line_goes_on_where_the_call_skips() -> None:
    line = draw_line(RANKED, Decimal("100.00"), skip_unaffordable=True)
    assert line == Line(("A", "C", "D"), ("B",), Decimal("0.00"))


def test_what_fits_to_the_cent_is_awarded() -> None:
    assert draw_line(RANKED, Decimal("110.00"), False).awards == ("A", "B")
    assert draw_line(RANKED, Decimal("109.99"), False).awards == ("A",)


def test_reserve_is_served_from_its_top() -> None:
    reserve = requests(("B", "50.00"), ("C", "40.00"), ("D", "10.00"))
    assert serve_reserve(reserve, Decimal("95.00"), skip_unaffordable=False) == ("B", "C")
    assert serve_reserve(reserve, Decimal("49.99"), skip_unaffordable=False) == ()
    assert serve_reserve(reserve, Decimal("60.00"), skip_unaffordable=True) == ("B", "D")


def waiting(call: int, pot: int, name: str, amount: str) -> ReserveList:
    """A list of one request, on a call or a series that may still commit EUR 100."""
    return ReserveList(
        UUID(int=call), UUID(int=pot), Decimal("100.00"), False, tuple(requests((name, amount)))
    )


def test_a_reserve_is_served_from_its_own_calls_amount_however_much_the_envelope_has() -> None:
    lists = [waiting(1, 1, "A", "100.01"), waiting(2, 2, "B", "100.00"), waiting(3, 3, "C", "100.00")]
    assert serve_envelope(lists, Decimal("1000.00")) == ["B", "C"]
    assert serve_envelope(lists, Decimal("199.99")) == ["B"]


def test_batches_of_a_series_share_its_amount() -> None:
    lists = [waiting(1, 9, "A", "60.00"), waiting(2, 9, "B", "40.00"), waiting(3, 9, "C", "0.01")]
    assert serve_envelope(lists, Decimal("1000.00")) == ["A", "B"]


def test_what_is_above_the_award_is_not_paid() -> None:
    assert final_commitment(Decimal("35427.70"), Decimal("32100.00")) == Decimal("32100.00")
    assert final_commitment(Decimal("35427.70"), Decimal("40000.00")) == Decimal("35427.70")


@pytest.mark.parametrize(
    ("status", "cost", "closed_by", "refusal"),
    [
        (S.CLOSED, "1.00", "vera", "not_an_award"),
        (S.RESERVE, "1.00", "vera", "not_an_award"),
        (S.AWARDED, "1.00", "ada", "same_person"),
        (S.AWARDED, "-0.01", "vera", "negative"),
    ],
)
def test_what_is_not_closed(status: ApplicationStatus, cost: str, closed_by: str, refusal: str) -> None:
    may_close(S.AWARDED, Decimal("0.00"), "ada", "vera")
    with pytest.raises(Refused) as caught:
        may_close(status, Decimal(cost), "ada", closed_by)
    assert caught.value.codes == (refusal,)
