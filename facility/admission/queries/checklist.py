"""The checklist of an application: the items of its call, what is found for each now, and what was judged."""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.rules.beneficiaries import WESTERN_BALKANS
from facility.admission.queries.consultation import against, consultations
from facility.admission.queries.overlap import judgements
from facility.admission.rules.checklist import Facts, ItemFinding, find
from facility.admission.rules.consultation import ConsultationState
from facility.applications.models.parties import ON_BOARD_SQL
from facility.applications.queries.application import ApplicationShown
from facility.applications.rules.judged_items import Finding
from facility.applications.rules.submission import DECLARATIONS
from facility.calls.queries.checklist import checklist_in
from facility.calls.rules.checklist import ChecklistItem
from facility.calls.rules.forms import By
from facility.forms.checks import is_filled

RIGHTS = "rights"
"""The section of a form in which an application is screened for its effect on human rights."""


class Line(msgspec.Struct, frozen=True):
    """An item with what is found for it. `text`: of the call's own items."""

    item: ChecklistItem
    automatic: ItemFinding


class Checklist(msgspec.Struct, frozen=True):
    """All items of an application's call, in their order."""

    lines: tuple[Line, ...]

    @property
    def items(self) -> tuple[ChecklistItem, ...]:
        return tuple(line.item for line in self.lines)

    @property
    def findings(self) -> dict[str, ItemFinding]:
        return {line.item.key: line.automatic for line in self.lines}

    @property
    def unknown(self) -> int:
        """How many only people can tell."""
        return sum(line.automatic.finding is Finding.UNKNOWN for line in self.lines)


_MORE = text(
    f"""
    SELECT checklist, submission -> 'signature' -> 'declared' AS declared,
        (SELECT coalesce(sum(unread), 0) FROM document WHERE application_id = application.id AND removed_at IS NULL)
        AS unread,
        (SELECT count(*) FROM party JOIN institution ON institution.id = institution_id
         WHERE application_id = application.id AND {ON_BOARD_SQL} AND institution.status <> 'approved') AS unchecked
    FROM application JOIN call ON call.id = call_id WHERE application.id = :id
    """  # noqa: S608 - our own text
)


async def checklist(connection: AsyncConnection, application: ApplicationShown) -> Checklist:
    """The items, with what the facility finds for each at this moment."""
    row = (await connection.execute(_MORE, {"id": application.id})).one()
    facts = await _facts(connection, application, row)
    return Checklist(tuple(Line(item, find(item.key, facts)) for item in checklist_in(row)))


async def _facts(connection: AsyncConnection, application: ApplicationShown, row: Any) -> Facts:
    held = [line for line in await consultations(connection, application.id) if line.current]
    judged = await judgements(connection, application.id)
    on_board, call = application.parts.on_board, application.call
    return Facts(
        received_at=application.received_at or call.closes_at,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        beneficiaries=application.beneficiaries,
        min_beneficiaries=call.min_beneficiaries,
        eligible={party.beneficiary for party in on_board} <= WESTERN_BALKANS | call.extended_to,
        unchecked=row.unchecked,
        partners=len(application.parts.partners),
        confirmed=sum(party.confirmed for party in application.parts.partners),
        requested=application.requested,
        award_min=call.award_min,
        award_max=call.award_max,
        declared=None if row.declared is None else len(row.declared),
        declarations=len(DECLARATIONS),
        documents=len(application.parts.documents),
        unread=row.unread,
        refused_documents=len(application.parts.refusals),
        rights=_screened(application),
        consulted=sum(line.state is not ConsultationState.CANCELLED for line in held),
        against=against(held),
        overlap=judged[0].outcome if judged else None,
    )


def _screened(application: ApplicationShown) -> bool | None:
    section = next((s for s in application.form.questions(By.LEAD) if s.key == RIGHTS), None)
    if section is None:
        return None
    return all(is_filled(answer) for field, answer in application.answered(section) if field.required)
