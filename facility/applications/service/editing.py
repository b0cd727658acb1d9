"""What every edit of a draft has in common: the version, and the confirmations that it voids."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, select, text, update

from facility.applications.events import ApplicationChanged, ConfirmationsVoided
from facility.applications.models.application import Application, Party
from facility.applications.models.writing import SectionChange
from facility.applications.rules.drafting import may_edit
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.applications.service.amounts import add_up
from facility.applications.service.confirmed_content import touched_names
from facility.calls.models.call import Call
from facility.db import Tx, new_id
from facility.events.log import record
from facility.forms.checks import Answers
from facility.refused import refuse
from facility.web.i18n import listed


async def lock_draft(tx: Tx, application_id: UUID, version: int | None = None) -> Application:
    """The application, locked, if it may be edited. Refused: "not_a_draft", or "edited_meanwhile" when it is no longer
    the version that the editor saw (None: whatever it is)."""
    application = await tx.lock(Application, application_id)
    may_edit(editable=application.editable)
    check_version(application, version)
    return application


async def lock_party(tx: Tx, party_id: UUID) -> tuple[Application, Party]:
    """The party and its application, both locked, the application first."""
    application_id = (await tx.get(Party, party_id)).application_id
    application = await tx.lock(Application, application_id)
    return application, await tx.lock(Party, party_id)


async def lead_of(tx: Tx, application_id: UUID) -> UUID:
    """The id of the lead's own part. Raises Refused (missing)."""
    query = select(Party.id).where(Party.application_id == application_id, Party.is_lead)
    return await tx.session.scalar(query) or refuse("not_found", kind="missing", what="application")


def check_version(application: Application, version: int | None) -> None:
    """Refused ("edited_meanwhile") unless the version is the current one."""
    if version is not None and version != application.version:
        refuse("edited_meanwhile", version=str(application.version))


async def changed(
    tx: Tx, application: Application, fields: Collection[str], *, may_void: bool, material: bool = True
) -> None:
    """Make the next version, void the confirmations that the change touches (rules.confirmation), and record both; the version
    stays where nothing that all partners confirm has changed.

    Refused ("voids_confirmations", with whose) where it would void and the caller doesn't accept that.
    """
    application.saved_at = tx.now
    if material:
        application.version += 1
    await void_touched(tx, application, may_void=may_void)
    await record(
        tx,
        ApplicationChanged(application_id=application.id, fields=sorted(fields), version=application.version),
    )


async def void_touched(tx: Tx, application: Application, *, may_void: bool) -> None:
    """Void the confirmations that no longer stand on what was confirmed. Refused ("voids_confirmations") unless may_void."""
    touched = await touched_names(tx, application)
    if not touched:
        return
    if not may_void:
        refuse("voids_confirmations", count=str(len(touched)), names=listed(list(touched.values())))
    await tx.session.execute(
        update(Party)
        .where(Party.id.in_(touched))
        .values(confirmation=Confirmation.VOID)
        .execution_options(synchronize_session="fetch")
    )
    await record(
        tx,
        ConfirmationsVoided(
            application_id=application.id, party_ids=sorted(touched), version=application.version
        ),
    )


async def open_again(tx: Tx, application: Application) -> None:
    """What could not be edited can be again: whoever has left meanwhile is in no sum any more, and the others confirm anew."""
    await add_up(tx, application)
    await void_touched(tx, application, may_void=True)


def section_change(
    tx: Tx,
    application: Application,
    place: tuple[UUID, str],
    version: int,
    before: Answers,
    after: Answers,
) -> SectionChange:
    """The row of what one save replaced. place: the party and the key; version: the one that the save made."""
    party_id, key = place
    return SectionChange(
        id=new_id(),
        application_id=application.id,
        party_id=party_id,
        section=key,
        version=version,
        application_version=application.version,
        saved_by=tx.actor,
        saved_at=tx.now,
        before=dict(before),
        after=dict(after),
    )


async def check_seen(
    tx: Tx,
    application: Application,
    place: tuple[UUID, str],
    names: Collection[str],
    *,
    seen: int | None,
    version: int,
) -> None:
    """Refused ("edited_meanwhile") where somebody has saved one of these fields since the version that the editor saw (None: whatever
    it is). place: the party and the key; version: the one that stands."""
    if seen is None or seen == version:
        return
    party_id, key = place
    since = await tx.session.scalars(
        select(SectionChange.after).where(
            SectionChange.application_id == application.id,
            SectionChange.party_id == party_id,
            SectionChange.section == key,
            SectionChange.version > seen,
        )
    )
    saved = [after.keys() for after in since]
    if not saved or any(not keys.isdisjoint(names) for keys in saved):
        refuse("edited_meanwhile", version=str(application.version))


def status_of(application: Application) -> ApplicationStatus:
    """Its status as the rules know it."""
    return ApplicationStatus(application.status)


# The call first, as everywhere: PostgreSQL takes a statement's row locks in the order in which it names them.
_WITH_CALL = (
    select(Application, Call)
    .join(Call, Call.id == Application.call_id)
    .where(Application.id == bindparam("id"))
    .suffix_with(text("FOR SHARE OF call FOR NO KEY UPDATE OF application"))
    .execution_options(populate_existing=True)
)


async def lock_with_call(tx: Tx, application_id: UUID) -> tuple[Application, Call]:
    """The application, locked, and its call, held so that it can't close or be decided meanwhile: one round trip where
    `calls.share_call` and `tx.lock` take two. Raises Refused (missing)."""
    row = (await tx.session.execute(_WITH_CALL, {"id": application_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    return row.Application, row.Call
