"""What is asked by the links of consultations and clarifications."""

from facility.admission.queries.clarification import ClarificationLine
from facility.admission.rules import clarification, consultation
from facility.admission.rules.clarification import ClarificationKind, ClericalField
from facility.forms.asked import name_and_function
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.refused import Reason
from facility.web.i18n import _
from facility.web.sentences import sentence


def consultee_answer(consultee: str) -> Section:
    answers = options((("no_objection", _("We have no objection")), ("objection", _("We object"))))
    why = _("Needed if you object. For example: duplication, or risks that we should know about.")
    objects = AskedIf("answer", ("objection",))
    most = consultation.MAX_TEXT
    return Section(
        key="answer",
        title=_("Your answer"),
        fields=(
            ask("answer", _("For {consultee}", consultee=consultee), T.ONE_OF, options=answers),
            ask(
                "reason",
                _("Reasons for objecting"),
                T.LONG_TEXT,
                why,
                most=most,
                asked_if=objects,
                missing=_("Enter the reasons for objecting."),
            ),
            name_and_function(),
        ),
    )


def leads_answer(line: ClarificationLine) -> Section:
    """Where evidence is asked for, documents beside it may be enough."""
    most = clarification.MAX_TEXT
    answer = [ask("text", _("Your answer"), T.LONG_TEXT, needed=False, most=most)]
    if line.kind is ClarificationKind.CLERICAL:
        type_ = T.MAIL if line.field is ClericalField.CONTACT_EMAIL else T.SHORT_TEXT
        answer = [
            ask("value", _("What is right"), type_, missing=sentence(Reason("value_missing"))),
            ask("text", _("Anything to add"), T.LONG_TEXT, needed=False, most=most),
        ]
    return Section(key="answer", title=_("Your answer"), fields=(*answer, name_and_function()))
