"""The part that a partner fills in for itself, or the lead for it."""

from uuid import UUID

from facility.applications.events import PartFilledIn
from facility.applications.queries.content import answers_of, asked_of, parts_of
from facility.applications.rules.own_parts import ROLE, may_fill_in, own_sections, readable
from facility.applications.rules.parties import Confirmation
from facility.applications.service.answers import save_answers
from facility.applications.service.editing import lock_party
from facility.applications.service.parties import change_party
from facility.calls.models.call import Call
from facility.db import Tx
from facility.events.log import record
from facility.forms.checks import Answers
from facility.refused import refuse


async def fill_in_part(
    tx: Tx,
    party_id: UUID,
    key: str,
    answers: Answers,
    *,
    seen: int | None = None,
    confidential: bool = True,
    may_void: bool = True,
) -> None:
    """Save a section of a party's own part. confidential: the editor acts for the party itself, and not the lead for it.
    seen: the version of the section, or of the party whose role it is, that the editor saw (None: whatever it is).

    Refused: as `may_fill_in`, "edited_meanwhile", "voids_confirmations" unless may_void, and "not_found" (missing) for what
    the call doesn't ask for or the editor may not write.
    """
    application, party = await lock_party(tx, party_id)
    may_fill_in(
        editable=application.editable,
        left=not party.on_board,
        declined=party.confirmation == Confirmation.DECLINED,
    )
    form = asked_of(application, await tx.get(Call, application.call_id))
    section = next((section for section in own_sections(form) if section.key == key), None)
    writable = {field.key for field in readable(section, confidential=confidential)} if section else set()
    if section is None or not writable.issuperset(answers):
        refuse("not_found", kind="missing", what="section")
    now: Answers = {"role": party.role}
    if section is not ROLE:
        parts = await parts_of(await tx.session.connection(), application.id)
        now = answers_of(application, parts, section, party_id, confidential=True)
    if all(now.get(name, "") == value for name, value in answers.items()):
        return
    if section is ROLE:
        await change_party(tx, party_id, role=str(answers.get("role", "")), seen=seen, may_void=may_void)
    else:
        await save_answers(
            tx, application.id, {key: answers}, party_id=party_id, seen=seen, may_void=may_void
        )
    await record(tx, PartFilledIn(application_id=application.id, party_id=party_id, section=key))
