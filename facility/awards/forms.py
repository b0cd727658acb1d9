"""What a complaint, its answer and an offer of a part ask; and what the secretariat writes about an application."""

from facility.awards.rules import reasons
from facility.awards.rules.complaints import MAX_TEXT
from facility.forms.asked import name_and_function
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.proposals import MAX_REASON
from facility.refused import Reason
from facility.web.fields import Fields
from facility.web.i18n import _, translated
from facility.web.reasons import OF_DECISION
from facility.web.sentences import sentence


def complaint_form() -> Section:
    hint = _("Say what was decided wrongly and why. Don't give names of suspects, victims or cases.")
    return Section(
        key="complaint",
        title=_("Your complaint"),
        fields=(
            ask(
                "text",
                _("What you complain about"),
                T.LONG_TEXT,
                hint,
                most=MAX_TEXT,
                missing=sentence(Reason("complaint_missing")),
            ),
            name_and_function(),
        ),
    )


def answer_to_complaint(*, reopens: bool, ranks_again: bool = False) -> Section:
    """reopens: an upheld complaint opens again by itself what it contests; ranks_again: whoever upholds it says whether the application is
    assessed again and the ranking made anew; of any other the answer says what is done."""
    ways = (
        (
            "others",
            _(
                "It is upheld: other assessors assess the application again, and a new version of the ranking is made"
            ),
        ),
        (
            "correction",
            _(
                "It is upheld: its assessors correct their assessments, and a new version of the ranking is made"
            ),
        ),
        ("upheld", _("It is upheld, and the ranking stays as it is")),
    )
    plain = (("upheld", _("The complaint is upheld")),)
    rejected = ("rejected", _("The complaint is rejected"))
    outcomes = options((*(ways if ranks_again else plain), rejected))
    hint = _("The lead reads them in the letter.")
    done = _(
        "The ranking is not recalculated automatically. Say what is done for this application, and by which decision."
    )
    upheld = AskedIf("outcome", ("upheld",))
    follow_up = ask(
        "follow_up",
        _("What is done"),
        T.LONG_TEXT,
        done,
        most=MAX_TEXT,
        asked_if=upheld,
        missing=sentence(Reason("follow_up_missing")),
    )
    return Section(
        key="answer",
        title=_("Decide the complaint"),
        fields=(
            ask("outcome", _("Decision"), T.ONE_OF, options=outcomes),
            ask("reason", _("Reasons"), T.LONG_TEXT, hint, most=MAX_TEXT, missing=translated(OF_DECISION)),
            *([] if reopens else [follow_up]),
        ),
    )


def refusal_reason(fields: Fields) -> str:
    """Why a proposal is refused, which its form asks as "answer"."""
    missing = _("Enter the reason for refusing the proposal.")
    return fields.text("answer", missing=missing, most=MAX_REASON, multiline=True)


def offer_form() -> Section:
    """What the lead says to an offer of a part."""
    answers = options(
        (
            ("accept", _("We agree to an award of the amount that is offered")),
            (
                "decline",
                _(
                    "We decline. The application stays on the reserve list with the full amount that it requests"
                ),
            ),
        )
    )
    return Section(
        key="offer",
        title=_("Your answer"),
        fields=(
            ask("answer", _("Your answer"), T.ONE_OF, options=answers),
            name_and_function(),
        ),
    )


def reasons_form() -> Section:
    """The strengths and weaknesses of an application."""
    most, hint = reasons.MAX_TEXT, _("In the words of the evaluation report.")
    return Section(
        key="reasons",
        title=_("Strengths and weaknesses"),
        fields=(
            ask(
                "strengths",
                _("Strengths"),
                T.LONG_TEXT,
                hint,
                most=most,
                missing=sentence(Reason("strengths_missing")),
            ),
            ask(
                "weaknesses",
                _("Weaknesses"),
                T.LONG_TEXT,
                hint,
                most=most,
                missing=sentence(Reason("weaknesses_missing")),
            ),
        ),
    )
