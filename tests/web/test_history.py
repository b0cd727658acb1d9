"""How a history is laid out: by days in Brussels, and by whose hand it was."""

from datetime import datetime
from uuid import uuid4

from facility.admission.events import ConsultationAnswered, ConsultationEndedTacitly
from facility.clock import now
from facility.events.base import Event, Recorded
from facility.web.history import Moment, by_day, moments


def _moment(text: str, at: str, who: str = "") -> Moment:
    return Moment(text, datetime.fromisoformat(at), who)


def test_a_day_is_one_of_brussels_and_a_hand_stays_together() -> None:
    days = by_day(
        [
            _moment("fifth", "2021-07-02T06:10:00Z", "Ada Berisha"),
            _moment("fourth", "2021-07-02T06:00:00Z", "Ada Berisha"),
            _moment("third", "2021-07-01T22:30:00Z", "Paul Weber"),
            _moment("second", "2021-07-01T22:20:00Z", "Ada Berisha"),
            _moment("first", "2021-07-01T21:59:00Z"),
        ]
    )
    assert [day.day.isoformat() for day in days] == ["2021-07-02", "2021-07-01"]
    steps = [
        (step.who, step.times, [line.text for line in step.moments]) for day in days for step in day.steps
    ]
    assert steps == [
        ("Ada Berisha", "08:00 to 08:10", ["fifth", "fourth"]),
        ("Paul Weber", "00:30", ["third"]),
        ("Ada Berisha", "00:20", ["second"]),
        ("", "23:59", ["first"]),
    ]


def test_nothing_has_no_days() -> None:
    assert by_day([]) == []


def test_what_is_done_with_a_link_is_not_put_down_to_the_facility() -> None:
    key, at = uuid4(), now()
    answered = ConsultationAnswered(
        application_id=key, consultation_id=key, outcome="no_objection", late=False
    )
    silence = ConsultationEndedTacitly(application_id=key, consultation_id=key)

    def recorded(event: Event) -> Recorded:
        return Recorded(key, 1, event, 1, None, at, at, key, None)

    lines = moments([recorded(answered), recorded(silence)], {})
    assert [line.who for line in lines] == ["by mail link", "the facility"]
