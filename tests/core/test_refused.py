import pytest

from facility.refused import Reason, Refused, refuse, refuse_if


def test_refuse_raises_one_reason_with_what_its_sentence_needs() -> None:
    with pytest.raises(Refused) as caught:
        refuse("envelope_exhausted", kind="invalid", field="amount", free="1.00")
    assert caught.value.reasons == (Reason("envelope_exhausted", "amount", {"free": "1.00"}),)
    assert (caught.value.kind, caught.value.codes) == ("invalid", ("envelope_exhausted",))


def test_refuse_if_raises_all_reasons_or_nothing() -> None:
    refuse_if([])
    with pytest.raises(Refused) as caught:
        refuse_if([Reason("late"), Reason("not_open")], "conflict")
    assert (caught.value.kind, caught.value.codes) == ("conflict", ("late", "not_open"))
