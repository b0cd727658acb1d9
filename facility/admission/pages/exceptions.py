"""The decision on an exception for a single beneficiary: its consultations beside it, objections answered in it."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.admission import words
from facility.admission.pages.consultations import consultation_words
from facility.admission.pages.staff import unsealed
from facility.admission.queries.consultation import consultations
from facility.admission.rules.consultation import MAX_TEXT, exception_needs
from facility.admission.service.exceptions import decide_exception
from facility.admission.words import OBJECTION_UNANSWERED
from facility.applications.queries.application import ApplicationShown
from facility.applications.rules.drafting import MAX_REASON
from facility.applications.words import WORDS
from facility.calls.rules.forms import THEMES, TITLE, By
from facility.forms.checks import Answer
from facility.forms.types import Field
from facility.web import render
from facility.web.access import Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, translated
from facility.web.reasons import OF_DECISION

DECIDES = {"allow": allow(Role.AUTHORISING)}


async def _page(
    view: render.View, connection: AsyncConnection, application_id: UUID, fields: Fields, *, status: int = 200
) -> Page:
    application = await unsealed(connection, application_id)
    lines = await consultations(connection, application_id)
    needs = exception_needs(application.track, [line.as_consulted for line in lines])
    return view.page(
        "admission/exception.html",
        status=status,
        application=application,
        answers=_answers(application),
        lines=lines,
        objections=[line for line in lines if line.current and line.unanswered],
        # An objection is answered in the decision itself; everything else comes before it.
        needs=[words.AGAINST[code] for code in needs if code != "objection_unanswered"],
        form=fields,
        most=MAX_TEXT,
        **consultation_words(),
        **WORDS,
    )


def _answers(application: ApplicationShown) -> list[tuple[Field, Answer]]:
    """The request in the lead's words, the justification first; what is restricted stands on the application's page."""
    return [
        (field, answer)
        for section in application.form.questions(By.LEAD)
        for field, answer in application.answered(section)
        if field.key not in (TITLE, THEMES) and not field.restricted
    ]


@get("/applications/{application_id:uuid}/exception", opt=DECIDES)
async def exception_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The request, its consultations, and the question."""
    return await _page(view, read, application_id, Fields.showing())


@post("/applications/{application_id:uuid}/exception", opt=DECIDES)
async def judge_exception(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Approves or refuses it, with the reason, and with what is said to each objection."""
    fields = Fields(form)
    approved = fields.choice("approved", ("yes", "no")) == "yes"
    reason = fields.text("reason", missing=translated(OF_DECISION), most=MAX_REASON, multiline=True)
    unanswered = translated(OBJECTION_UNANSWERED)
    answers = {
        row.key("id"): row.text("answer", missing=unanswered, most=MAX_TEXT, multiline=True)
        for row in fields.rows("objections")
    }

    async def again(connection: AsyncConnection, status: int) -> Page:
        return await _page(view, connection, application_id, fields, status=status)

    async with redrawn(tx, fields, again):
        await decide_exception(tx, application_id, approved=approved, reason=reason, answers=answers)
    return view.go(f"/applications/{application_id}", _("The decision is saved. The lead gets a mail."))


HANDLERS = [exception_form, judge_exception]
