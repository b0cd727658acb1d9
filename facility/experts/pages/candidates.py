"""Those who are to join the pool: the secretariat's list, and its decision."""

from datetime import date
from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.accounts.queries.people import history_lines
from facility.experts import words
from facility.experts.access import KEEPERS, READERS
from facility.experts.forms import candidacy as forms
from facility.experts.queries import candidacies as queries
from facility.experts.queries.pool import themes
from facility.experts.rules.candidacy import RENEWED_YEARS, CandidacyState, years_after
from facility.experts.service import joining as service
from facility.forms.reading import read_texts
from facility.web import render
from facility.web.access import Role
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _


@get("/experts/candidates", opt=READERS)
async def candidates(view: View, read: Read) -> Page:
    """Who waits first."""
    return view.page(
        "experts/candidates.html", candidates=await queries.candidates(read), states=words.CANDIDACY_STATES
    )


async def _page(
    view: render.View,
    connection: AsyncConnection,
    candidacy_id: UUID,
    fields: Fields | None = None,
    status: int = 200,
) -> Page:
    candidacy = await queries.candidate(connection, candidacy_id)
    usual = years_after(clock.now().astimezone(clock.BRUSSELS).date(), RENEWED_YEARS)
    return view.page(
        "experts/candidate.html",
        status=status,
        candidacy=candidacy,
        states=words.CANDIDACY_STATES,
        genders=words.GENDERS,
        themes=dict(await themes(connection, retired=True)),
        decision=forms.decision(),
        form=fields or Fields.showing({"valid_until": usual.isoformat()}),
        history=await history_lines(connection, candidacy_id),
        may_decide=view.me.has(Role.SECRETARIAT) and candidacy.state is CandidacyState.WAITING,
    )


@get("/experts/candidates/{candidacy_id:uuid}", opt=READERS)
async def candidate(view: View, read: Read, candidacy_id: FromPath[UUID]) -> Page:
    """What the candidate has stated, and the decision."""
    return await _page(view, read, candidacy_id)


@post("/experts/candidates/{candidacy_id:uuid}", opt=KEEPERS)
async def decide(view: View, form: Form, tx: Tx, candidacy_id: FromPath[UUID]) -> Page:
    """Validates or refuses, with a reason."""
    fields = Fields(form)
    typed = read_texts(fields, forms.decision())

    async def again(read: AsyncConnection, status: int) -> Page:
        return await _page(view, read, candidacy_id, fields, status)

    async with redrawn(tx, fields, again, late=("candidacy_decided",)):
        if typed["decision"] == "refuse":
            await service.refuse_candidate(tx, candidacy_id, reason=typed["reason"])
            return view.go(
                f"/experts/candidates/{candidacy_id}", _("The candidate is refused and gets a mail.")
            )
        until = date.fromisoformat(typed["valid_until"]) if typed["valid_until"] else None
        expert = await service.validate_candidate(
            tx, candidacy_id, code=typed["code"], valid_until=until, reason=typed["reason"]
        )
    return view.go(f"/experts/{expert.id}", _("The candidate is in the pool now and gets a mail."))


HANDLERS = [candidates, candidate, decide]
