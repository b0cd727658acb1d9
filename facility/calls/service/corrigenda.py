"""Corrigenda: a new version of a published call, drafted by one person and published by another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.calls.events import CallCorrected, CorrigendumDrafted, CorrigendumDropped
from facility.calls.models.call import Call
from facility.calls.models.version import CallVersion
from facility.calls.rules.call import CallDraft, may_publish
from facility.calls.rules.corrigenda import LEAST_NOTICE, changed_fields, corrigendum_mistakes, may_correct
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.modes import windows
from facility.calls.rules.segregation_of_duties import Duty
from facility.calls.rules.standing import CallState
from facility.calls.service.draft import refuse_mistakes
from facility.calls.service.duties import run
from facility.calls.service.people import acting, refuse_batch, refuse_if_changed
from facility.calls.service.reading import columns_of, content_of, draft_from, draft_of
from facility.db import Tx
from facility.events.log import record
from facility.refused import Reason, refuse


async def draft_corrigendum(
    tx: Tx,
    call_id: UUID,
    draft: CallDraft,
    reason: str,
    *,
    seen: datetime | None = None,
    least_notice: timedelta = LEAST_NOTICE,
) -> CallVersion:
    """Write the corrigendum that the call is to have next, or rewrite it; its author is now who did this. Nothing happens
    where its author says the same once more.

    `seen`: when the one that was rewritten had been drafted. Raises Refused: rules.corrigenda.may_correct,
    "changed_meanwhile"; (invalid) "reason_missing", rules.corrigenda.corrigendum_mistakes, rules.draft_mistakes.
    """
    author = acting(tx)
    call = await tx.lock(Call, call_id)
    refuse_batch(call)
    may_correct(call.state, call.closes_at, tx.now)
    await run(tx, call_id, Duty.DRAFTED)
    version = await tx.session.get(CallVersion, (call_id, call.current_version + 1), populate_existing=True)
    if version is not None and _says_the_same(version, author, draft, reason):
        return version
    if seen is not None and version is None:
        refuse("corrigendum_gone")
    if version is not None:
        refuse_if_changed(version, seen)
    wrong = [] if reason.strip() else [Reason("reason_missing", "reason")]
    wrong += corrigendum_mistakes(draft_of(call), draft, tx.now, least_notice=least_notice)
    await refuse_mistakes(tx, draft, call_id, wrong)
    if version is None:
        version = CallVersion(call_id=call_id, number=call.current_version + 1)
        tx.add(version)
    version.content, version.reason = content_of(draft), reason.strip()
    version.drafted_by, version.drafted_at = author, tx.now
    await tx.flush()
    fields = list(changed_fields(draft_of(call), draft))
    await record(tx, CorrigendumDrafted(call_id=call_id, number=version.number, fields=fields))
    return version


def _says_the_same(version: CallVersion, author: UUID, draft: CallDraft, reason: str) -> bool:
    same = (version.drafted_by, version.reason) == (author, reason.strip())
    return same and draft_from(version.content) == draft


async def add_to_form(
    tx: Tx,
    call_id: UUID,
    edit: Callable[[FormDefinition], FormDefinition],
    *,
    reason: str = "",
    seen: datetime | None = None,
    least_notice: timedelta = LEAST_NOTICE,
) -> CallVersion:
    """Carry an edit out on the form of the corrigendum under way, or begin one for this reason; its author is now who did
    this. What else it corrects stays. Raises Refused as draft_corrigendum, and what the edit refuses."""
    call = await tx.lock(Call, call_id)
    version = await tx.session.get(CallVersion, (call_id, call.current_version + 1), populate_existing=True)
    so_far = draft_from(version.content) if version else draft_of(call)
    draft = msgspec.structs.replace(so_far, form=edit(so_far.form))
    reason = version.reason if version else reason
    return await draft_corrigendum(tx, call_id, draft, reason, seen=seen, least_notice=least_notice)


async def drop_corrigendum(tx: Tx, call_id: UUID) -> None:
    """Throw the corrigendum under way away. Raises Refused "corrigendum_gone"."""
    acting(tx)
    call = await tx.lock(Call, call_id)
    version = await _under_way(tx, call)
    await tx.session.delete(version)
    await tx.flush()
    await record(tx, CorrigendumDropped(call_id=call_id, number=version.number))


async def publish_corrigendum(
    tx: Tx, call_id: UUID, *, seen: datetime | None = None, least_notice: timedelta = LEAST_NOTICE
) -> CallVersion:
    """Publish the corrigendum under way as a second person: from now on the call says and asks what it says.

    It waits for submissions under way, which count by the version before. `seen`: when it had been drafted, as it was
    checked. Raises Refused: "corrigendum_gone", "changed_meanwhile", "same_person", rules.corrigenda.may_correct, and
    (invalid) what would be refused in drafting by now.
    """
    publisher = acting(tx)
    call = await tx.lock(Call, call_id)
    refuse_batch(call)
    may_correct(call.state, call.closes_at, tx.now)
    version = await _under_way(tx, call)
    refuse_if_changed(version, seen)
    may_publish(version.drafted_by, publisher)
    await run(tx, call_id, Duty.PUBLISHED)
    before, after = draft_of(call), draft_from(version.content)
    wrong = corrigendum_mistakes(before, after, tx.now, least_notice=least_notice)
    await refuse_mistakes(tx, after, call_id, wrong)
    fields = changed_fields(before, after)
    columns = columns_of(after)
    for name in fields:
        setattr(call, name, columns[name])
    call.current_version = version.number
    await _correct_batches(tx, call, set(fields))
    version.published_by, version.published_at = publisher, tx.now
    await tx.flush()
    await record(
        tx,
        CallCorrected(
            call_id=call_id,
            number=version.number,
            fields=list(fields),
            closes_at=call.closes_at,
            amount=call.amount,
        ),
    )
    return version


_OPEN_BATCHES = frozenset({"title", "text", "amount", "award_min", "award_max", "form"})
_CLOSED_BATCHES = frozenset({"amount"})
"""What batches of a series take over from a corrigendum: those that still take applications, and those that wait for
their decision, which draws on the amount of the whole."""


async def _correct_batches(tx: Tx, series: Call, fields: set[str]) -> None:
    query = select(Call).where(
        Call.series_id == series.id, Call.state.in_([CallState.PUBLISHED, CallState.CLOSED])
    )
    moved = windows(series.opens_at, [datetime.fromisoformat(at) for at in series.cut_offs])
    locked = query.order_by(Call.batch).with_for_update(key_share=True)
    for batch in await tx.session.scalars(locked.execution_options(populate_existing=True)):
        batch.current_version = series.current_version
        for name in fields & (_OPEN_BATCHES if batch.state == CallState.PUBLISHED else _CLOSED_BATCHES):
            setattr(batch, name, getattr(series, name))
        if "cut_offs" in fields and batch.state == CallState.PUBLISHED:
            assert batch.batch is not None, "a series has numbered batches"
            batch.opens_at, batch.closes_at = moved[batch.batch - 1]


async def _under_way(tx: Tx, call: Call) -> CallVersion:
    version = await tx.session.get(CallVersion, (call.id, call.current_version + 1), populate_existing=True)
    if version is None:
        refuse("corrigendum_gone")
    return version
