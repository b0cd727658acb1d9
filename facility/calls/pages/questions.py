"""Questions and answers: asked by officers, answered by the secretariat for everybody."""

from functools import partial
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.calls.pages.shared import seen_in
from facility.calls.queries import questions as questions_queries
from facility.calls.queries.public import public_call, published_id
from facility.calls.queries.questions import QuestionStaff, Which, own_questions, published_answers
from facility.calls.rules.questions import MAX_ANSWER, MAX_QUESTION, MAX_REASON, takes_questions
from facility.calls.service.questions import ask_question, publish_answer, save_answer, set_aside_question
from facility.calls.words.calls import TYPED_MEANWHILE, stands
from facility.refused import Reason
from facility.web.access import ANYONE, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, FromQuery, Limits, Page, Read, Tx, View
from facility.web.i18n import N_, _, filled
from facility.web.limits import Rate
from facility.web.sentences import sentence
from facility.web.workspace import workspace_of

ASKING = Rate("question", 10, 3600)
WHICH: dict[Which, str] = {
    "waiting": N_("To answer"),
    "answered": N_("Answered"),
    "set_aside": N_("Set aside"),
}


async def _public_page(
    view: View, connection: AsyncConnection, reference: str, form: Fields, status: int = 200
) -> Page:
    call = await public_call(connection, reference)
    now = clock.now()
    return view.page(
        "calls/questions.html",
        status=status,
        call=call,
        stands=stands(call, now),
        questions=await published_answers(connection, reference),
        own=await own_questions(connection, reference, view.visitor.id) if view.visitor else [],
        takes=takes_questions(call.state, call.questions_until, now),
        may_ask=view.visitor is not None and view.visitor.has(Role.OFFICER),
        form=form,
        most=MAX_QUESTION,
    )


@get("/calls/{reference:str}/questions", opt={"allow": allow(ANYONE)})
async def questions(view: View, read: Read, reference: FromPath[str]) -> Page:
    """What was asked and answered on a call, and for officers the form to ask."""
    return await _public_page(view, read, reference, Fields.showing())


@post("/calls/{reference:str}/questions", opt={"allow": allow(Role.OFFICER)})
async def ask(view: View, tx: Tx, form: Form, limits: Limits, reference: FromPath[str]) -> Page:
    await limits.hit(ASKING, str(view.me.id))
    fields = Fields(form)
    text = fields.text(
        "question", missing=sentence(Reason("question_missing")), most=MAX_QUESTION, multiline=True
    )
    async with redrawn(tx, fields, lambda read, status: _public_page(view, read, reference, fields, status)):
        call_id = await published_id(await tx.session.connection(), reference)
        await ask_question(tx, call_id, text)
    return view.go(
        f"/calls/{reference}/questions",
        _(
            "We have received your question. You get a mail when it is answered. Only the secretariat knows that you asked."
        ),
    )


@get("/staff/questions", opt={"allow": allow(Role.SECRETARIAT)})
async def staff_questions(
    view: View,
    read: Read,
    which: FromQuery[str] = "waiting",
    call: FromQuery[UUID | None] = None,
    after: FromQuery[UUID | None] = None,
) -> Page:
    """Questions to answer, the oldest first; those answered and set aside."""
    chosen: Which = next((kind for kind in WHICH if kind == which), "waiting")
    lines, later = await questions_queries.questions(read, chosen, call=call, after=after)
    return view.page(
        "calls/staff_questions.html",
        workspace=await workspace_of(view, read, call, "questions") if call else None,
        questions=lines,
        later=later,
        after=after,
        which=chosen,
        kinds=WHICH,
        of=call,
    )


async def _answer_page(
    view: View, question: QuestionStaff, form: Fields, status: int = 200, *, seen: str | None = None
) -> Page:
    now = clock.now()
    return view.page(
        "calls/staff_question.html",
        status=status,
        question=question,
        form=form,
        seen=seen if seen is not None else question.drafted_at.isoformat() if question.drafted_at else "",
        may_answer=question.state == "published"
        and now <= question.closes_at
        and question.set_aside_at is None
        and question.archived_at is None,
        overdue=question.answers_until is not None and now > question.answers_until and not question.version,
        most=(MAX_QUESTION, MAX_ANSWER, MAX_REASON),
    )


@get("/staff/questions/{question_id:uuid}", opt={"allow": allow(Role.SECRETARIAT)})
async def staff_question(view: View, read: Read, question_id: FromPath[UUID]) -> Page:
    """One question with who asked it, and the form of its answer."""
    question = await questions_queries.question(read, question_id)
    form = Fields.showing({"public_text": question.public_text, "answer_text": question.answer_text})
    return await _answer_page(view, question, form)


@post("/staff/questions/{question_id:uuid}", opt={"allow": allow(Role.SECRETARIAT)})
async def answer(view: View, tx: Tx, form: Form, question_id: FromPath[UUID]) -> Page:
    """Keep the answer as a draft, or publish it."""
    fields = Fields(form)
    fields.ignore("seen")
    publishing = fields.choice("do", ("save", "publish")) == "publish"
    no_question = sentence(Reason("question_missing")) if publishing else None
    no_answer = sentence(Reason("answer_text_missing")) if publishing else None
    texts = {
        "public_text": fields.text("public_text", missing=no_question, most=MAX_QUESTION, multiline=True),
        "answer_text": fields.text("answer_text", missing=no_answer, most=MAX_ANSWER, multiline=True),
    }
    async with redrawn(
        tx,
        fields,
        partial(_not_saved, view, question_id, fields),
        late=("changed_meanwhile",),
        own_words=True,
    ):
        command = publish_answer if publishing else save_answer
        await command(tx, question_id, **texts, seen=seen_in(fields))
    if publishing:
        return view.go("/staff/questions", _("Published. The person who asked gets a mail."))
    return view.go(f"/staff/questions/{question_id}", _("The draft is saved. Nothing is published yet."))


async def _not_saved(
    view: View, question_id: UUID, fields: Fields, connection: AsyncConnection, status: int
) -> Page:
    question = await questions_queries.question(connection, question_id)
    if status == 409:
        fields.wrong("", filled(TYPED_MEANWHILE, name=question.drafted_by_name or ""))
        return await _answer_page(view, question, fields, status)
    return await _answer_page(view, question, fields, status, seen=fields.form.get("seen") or "")


@post("/staff/questions/{question_id:uuid}/set-aside", opt={"allow": allow(Role.SECRETARIAT)})
async def set_aside(view: View, tx: Tx, form: Form, question_id: FromPath[UUID]) -> Page:
    """Leave the question unanswered, with a reason."""
    fields = Fields(form)
    reason = fields.text(
        "reason",
        missing=_("Enter the reason for setting the question aside."),
        most=MAX_REASON,
        multiline=True,
    )

    async def again(read: AsyncConnection, status: int) -> Page:
        question = await questions_queries.question(read, question_id)
        fields.values |= {"public_text": question.public_text, "answer_text": question.answer_text}
        return await _answer_page(view, question, fields, status)

    async with redrawn(tx, fields, again):
        await set_aside_question(tx, question_id, reason)
    return view.go(
        "/staff/questions", _("The question has been set aside. The person who asked gets a mail.")
    )


HANDLERS = [questions, ask, staff_questions, staff_question, answer, set_aside]
