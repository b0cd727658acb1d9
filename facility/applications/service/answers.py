"""Starting an application, and the answers to what its call asks."""

import secrets
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import func, select, text

from facility.accounts.models import Institution, Person
from facility.accounts.service.institutions import chosen
from facility.applications.events import ApplicationStarted
from facility.applications.models.application import Application, Party, SectionAnswers
from facility.applications.models.writing import SectionChange
from facility.applications.queries.content import asked_of
from facility.applications.rules.drafting import may_start
from facility.applications.rules.status import ApplicationStatus, Track
from facility.applications.service.editing import changed, check_seen, lead_of, lock_draft, section_change
from facility.calls.models.call import Call
from facility.calls.rules.forms import THEMES, TITLE, By, FormDefinition, FormSection
from facility.calls.service.batches import series_of
from facility.db import Tx, new_id
from facility.drafting.service import end
from facility.events.log import record
from facility.forms.checks import Answer, Answers
from facility.refused import refuse


async def start_application(
    tx: Tx,
    *,
    call_id: UUID,
    lead_institution_id: UUID,
    title: str,
    track: Track,
    reference: str | None = None,
) -> Application:
    """A new draft of this lead; reference: the call's with a number of its own, unless one is given. If the same person
    has just started the same draft and not written in it, that one is returned.

    Whether the call is open is checked at submission; here it must be published (Refused: "not_published").
    """
    institution = await chosen(tx, lead_institution_id)
    call = await series_of(tx, await tx.get(Call, call_id))
    call_id = call.id
    may_start(published=call.state != "draft")
    number = await _next_number(tx, call_id)
    if untouched := await _untouched(tx, call_id, institution, title, track):
        return untouched
    application = Application(
        id=new_id(),
        call_id=call_id,
        number=number,
        reference=f"{call.reference}/{number:03}" if reference is None else reference,
        title=title,
        track=track,
        status=ApplicationStatus.DRAFT,
        reasons=[],
        lead_institution_id=institution.id,
        themes=[],
        requested=Decimal("0.00"),
        version=1,
        started_by=tx.actor,
        started_at=tx.now,
        saved_at=tx.now,
    )
    tx.add(application)
    await tx.flush()
    tx.add(await _lead_party(tx, application, institution))
    await tx.flush()
    await record(tx, ApplicationStarted(application_id=application.id, call_id=call_id, track=track))
    return application


async def _untouched(
    tx: Tx, call_id: UUID, institution: Institution, title: str, track: Track
) -> Application | None:
    """The draft that the actor has started in the same way and nobody has written in."""
    if tx.actor is None:
        return None
    query = select(Application).filter_by(
        call_id=call_id,
        lead_institution_id=institution.id,
        title=title,
        track=track,
        status=ApplicationStatus.DRAFT,
        version=1,
        started_by=tx.actor,
    )
    unsaved = query.where(Application.saved_at == Application.started_at).order_by(Application.number)
    return (await tx.session.scalars(unsaved.limit(1))).first()


async def _lead_party(tx: Tx, application: Application, institution: Institution) -> Party:
    starter = await tx.session.get(Person, tx.actor) if tx.actor else None
    return Party(
        id=new_id(),
        application_id=application.id,
        institution_id=institution.id,
        beneficiary_code=institution.beneficiary_code,
        is_lead=True,
        position=0,
        added_at=application.started_at,
        role="",
        amount=Decimal("0.00"),
        contact_name=starter.name if starter else "",
        contact_email=starter.email if starter else "",
    )


async def _next_number(tx: Tx, call_id: UUID) -> int:
    # Two who start at once wait for each other here, and not at the call's row, which submissions hold.
    await tx.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('application.number'), hashtext(:call))"),
        {"call": str(call_id)},
    )
    # Numbers run through a series, whichever batch an application is in by now.
    batches = select(Call.id).where((Call.id == call_id) | (Call.series_id == call_id))
    last = await tx.session.scalar(
        select(func.max(Application.number)).where(Application.call_id.in_(batches))
    )
    return (last or 0) + 1


async def save_answers(
    tx: Tx,
    application_id: UUID,
    answers: Mapping[str, Answers],
    *,
    party_id: UUID | None = None,
    seen: int | None = None,
    may_void: bool = True,
) -> Application:
    """Change the answers that are given, by section and field; nothing happens where none differs. What was there before
    stays in section_change, and the actor's working copies of these sections end.

    party_id: whose own part it is; None for what the lead answers once for all. seen: the version of the section that the
    editor saw, 0 before the first (None: whatever it is). What the fields take is asked by the page.
    Refused: "not_a_draft", "edited_meanwhile", "voids_confirmations" unless may_void, and "not_found" (missing) for
    sections and fields that the call doesn't ask for of this party.
    """
    application = await lock_draft(tx, application_id)
    form = asked_of(application, await tx.get(Call, application.call_id))
    of = party_id or await lead_of(tx, application_id)
    by = By.PARTY if party_id else By.LEAD
    results = [
        await _save(tx, application, _section(form, key, by, given), of, given, seen)
        for key, given in answers.items()
    ]
    if saved := [result for result in results if result]:
        await changed(
            tx,
            application,
            [f"{section.key}.{name}" for section, name in _fields(saved)],
            # What a party writes in its own part is nobody else's business.
            material=by is By.LEAD and any(section.field(name).material for section, name in _fields(saved)),
            may_void=may_void,
        )
        tx.add(*(result.change(tx, application, of) for result in saved))
    await end(tx, of, answers.keys())
    return application


class _Saved(NamedTuple):
    """A section of which answers were changed: what they were, and what they are."""

    section: FormSection
    row: SectionAnswers
    before: dict[str, Answer]
    after: dict[str, Answer]

    def change(self, tx: Tx, application: Application, party_id: UUID) -> SectionChange:
        """What is kept of the save."""
        place = (party_id, self.section.key)
        return section_change(tx, application, place, self.row.version, self.before, self.after)


def _fields(saved: Iterable[_Saved]) -> list[tuple[FormSection, str]]:
    """Every field whose answer was changed, with its section."""
    return [(result.section, name) for result in saved for name in result.after]


def _section(form: FormDefinition, key: str, by: By, given: Answers) -> FormSection:
    section = form.section(key)
    if section is None or section.by is not by or not given.keys() <= {f.key for f in section.fields}:
        refuse("not_found", kind="missing", what="section")
    return section


async def _save(
    tx: Tx, application: Application, section: FormSection, of: UUID, given: Answers, seen: int | None
) -> _Saved | None:
    """Change the answers of a section that differ; None where none does."""
    row = await tx.session.get(SectionAnswers, (application.id, of, section.key), populate_existing=True)
    before = {name: _kept(application, row, name) for name in given}
    # Nothing is nothing, whether it stood in a text or in a list.
    new = {name: value for name, value in given.items() if (value or "") != (before[name] or "")}
    if not new:
        return None
    version = row.version if row else 0
    await check_seen(tx, application, (of, section.key), given, seen=seen, version=version)
    row = row or _first(tx, application, of, section.key)
    _keep(tx, application, row, section, new)
    return _Saved(section, row, {name: before[name] for name in new}, new)


def _kept(application: Application, row: SectionAnswers | None, name: str) -> Answer:
    if name in (TITLE, THEMES):
        return cast("Answer", getattr(application, name))
    return cast("Answer", row.answers.get(name, "")) if row else ""


def _first(tx: Tx, application: Application, party_id: UUID, section: str) -> SectionAnswers:
    row = SectionAnswers(
        application_id=application.id, party_id=party_id, section=section, answers={}, salts={}, version=0
    )
    tx.add(row)
    return row


def _keep(tx: Tx, application: Application, row: SectionAnswers, section: FormSection, new: Answers) -> None:
    for name in (TITLE, THEMES):
        if name in new:
            setattr(application, name, new[name])
    row.answers = {**row.answers, **{k: v for k, v in new.items() if k not in (TITLE, THEMES)}}
    confidential = [name for name in new if section.field(name).confidential]
    row.salts = {**row.salts, **{name: secrets.token_hex(16) for name in confidential}}
    row.version += 1
    row.saved_by, row.saved_at = tx.actor, tx.now
