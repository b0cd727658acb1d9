"""What an application says, statement by statement, for the rule of who confirms what (rules.confirmation)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.queries.budget import BudgetLineShown
from facility.applications.queries.content import Parts, PartyLine, answers_of
from facility.applications.rules.activities import Planned
from facility.applications.rules.confirmation import Statement
from facility.calls.rules.forms import By, FormDefinition, FormSection
from facility.forms.checks import Answer, Answers
from facility.forms.sections import answered
from facility.forms.types import Field
from facility.web.i18n import _


def statements_of(application: Any, form: FormDefinition, parts: Parts) -> list[Statement]:
    """Everything that partners confirm; `application`: an Application, or anything with its columns. It holds all that is
    confidential: hand on only what `agreed` gives one party."""
    return [
        *_by_lead(application, form, parts),
        *(_activity(activity, parts) for activity in parts.plan.activities),
        *(_party(party) for party in parts.on_board),
        Statement("requested", _("Requested, EUR"), f"{application.requested:.2f}"),
        *(Statement(f"document.{d.sha256}", _("Documents"), d.name) for d in parts.documents),
        *(statement for party in parts.on_board for statement in _own(application, form, parts, party)),
    ]


def _by_lead(application: Any, form: FormDefinition, parts: Parts) -> Iterator[Statement]:
    for section in form.questions(By.LEAD):
        yield from _answered(section, answers_of(application, parts, section), None)


def _party(party: PartyLine) -> Statement:
    return Statement(f"party.{party.id}", f"{party.institution}: {_('role')}", party.role)


def _activity(activity: Planned, parts: Parts) -> Statement:
    """Participants by the beneficiaries of their institutions, whose names may change."""
    days = f"{activity.starts_on} – {activity.ends_on}" if activity.starts_on else f"{activity.month:%Y-%m}"
    people = [
        f"{party.chip}: {activity.people[party.id]}"
        for party in parts.on_board
        if party.id in activity.people
    ]
    lines = (
        f"{activity.title} ({activity.kind.value.replace('_', ' ')})",
        f"{activity.place}, {activity.country}",
        f"{days}, {activity.days} d",
        ", ".join(people),
        activity.purpose,
    )
    return Statement(f"activity.{activity.id}", _("Activities"), "\n".join(filter(None, lines)))


def _line(line: BudgetLineShown) -> str:
    return (
        f"{line.description}: {line.quantity:.2f} × {line.units:.2f} {line.unit} × {line.unit_cost:.2f}"
        f" = {line.amount:.2f}"
    )


def _own(application: Any, form: FormDefinition, parts: Parts, party: PartyLine) -> Iterator[Statement]:
    yield Statement("amount", _("Your amount, EUR"), f"{party.amount:.2f}", party.id)
    lines = [_line(line) for line in parts.plan.lines if line.party == party.id]
    if lines:
        yield Statement("lines", _("Your lines of the budget"), "\n".join(lines), party.id)
    for section in form.questions(By.PARTY):
        yield from _answered(
            section, answers_of(application, parts, section, party.id, confidential=True), party.id
        )


def _answered(section: FormSection, answers: Answers, own: UUID | None) -> Iterator[Statement]:
    for field, answer in answered(section, answers):
        if field.material:
            yield Statement(f"{section.key}.{field.key}", field.label, _text(field, answer), own)


def _text(field: Field, answer: Answer) -> str:
    labels = {option.key: option.label for option in field.options}
    if isinstance(answer, list):
        return ", ".join(labels.get(key, key) for key in answer)
    return labels.get(answer, answer)


_KEPT = text(
    """
    SELECT DISTINCT ON (party_id) party_id, items FROM confirmed_content WHERE party_id IN :parties
    ORDER BY party_id, confirmed_at DESC, id DESC
    """
).bindparams(bindparam("parties", expanding=True))

type Content = Sequence[Mapping[str, str]]


async def confirmed_contents(
    connection: AsyncConnection, parties: Iterable[UUID]
) -> dict[UUID, Content | None]:
    """What each of these parties confirmed last; None where it wasn't kept."""
    wanted = list(parties)
    if not wanted:
        return {}
    rows = await connection.execute(_KEPT, {"parties": wanted})
    kept = {row.party_id: row.items for row in rows}
    return {party_id: kept.get(party_id) for party_id in wanted}
