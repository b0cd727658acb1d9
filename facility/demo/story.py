"""How the present of the demo is told: calls, applications and assessments by the cast, at instants counted from now."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Party
from facility.applications.rules.exceptions import JUSTIFICATION
from facility.applications.rules.submission import DECLARATIONS, Signature
from facility.applications.service import submission
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.parties import add_party, change_party
from facility.calls.rules.call import CallDraft, Grid, Section
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import PLAIN
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.clock import BRUSSELS
from facility.db import Tx
from facility.demo import budgets
from facility.demo.texts import CALL_TEXT, WHY_ALONE, answered
from facility.demo.troupe import OFFICERS, Troupe
from facility.evaluation.service import assessing as evaluation

SECTIONS = (
    Section("capacity", "Financial and operational capacity", 20),
    Section("relevance", "Relevance of the action", 20),
    Section("design", "Design of the action", 15),
    Section("implementation", "Implementation approach", 15),
    Section("sustainability", "Sustainability of the action", 15),
    Section("cost_effectiveness", "Budget and cost-effectiveness", 15),
)
GRID = Grid(
    sections=SECTIONS,
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=2,
    tie_break=("relevance", "design", "beneficiaries", "received_at"),
)
COMMENT = "Well founded; the comment is part of the demo story."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An application of the story: who leads, with whom, what for, and for how much (EUR: lead, then partners)."""

    title: str
    lead: str
    partners: tuple[str, ...]
    amounts: tuple[str, ...]
    themes: tuple[str, ...]
    summary: str = (
        "Investigators of the partners work on one question together, with experts from Member States."
    )
    plan: str = "A workshop of three days for twenty-four people, followed by a study trip of one week."
    origin: str = "Cases of the last two years stalled where they crossed the border."


class Story:
    """Commands of the present, told at instants relative to now."""

    def __init__(self, troupe: Troupe, now: datetime) -> None:
        self.troupe = troupe
        self.now = now
        self.act = troupe.act

    def day(self, days: int) -> date:
        """A working day about so many days from now: a weekend's work is done on the Friday before."""
        day = (self.now + timedelta(days=days)).astimezone(BRUSSELS).date()
        return day - timedelta(days=max(0, day.weekday() - 4))

    def noon(self, days: int) -> datetime:
        """Noon in Brussels on such a day."""
        return datetime.combine(self.day(days), time(12), BRUSSELS)

    def monday(self, weeks: int) -> date:
        """The Monday so many weeks from this week's."""
        today = self.now.astimezone(BRUSSELS).date()
        return today + timedelta(weeks=weeks, days=-today.weekday())

    async def call(
        self,
        number: int,
        title: str,
        opens: int,
        closes: int,
        amount: str,
        form: FormDefinition = PLAIN,
        *,
        asks: tuple[int, int] | None = None,
    ) -> UUID:
        """A published call, open from and to so many days from now; drafted by Ada, published by Vera. asks: until when
        questions are taken, and answered."""
        draft = CallDraft(
            reference=f"TAF-{self.now.year}-{number:02}",
            title=title,
            text=CALL_TEXT,
            opens_at=self.noon(opens),
            closes_at=self.noon(closes),
            questions_until=asks and self.noon(asks[0]),
            answers_until=asks and self.noon(asks[1]),
            envelope_id=self.troupe.envelope_id,
            amount=Decimal(amount),
            award_min=Decimal("5000.00"),
            award_max=Decimal("60000.00"),
            min_beneficiaries=2,
            grid=GRID,
            form=form,
        )
        call = await self.act(self.noon(opens - 2), "ada", draft_call, draft)
        await self.act(self.noon(opens - 1), "vera", publish_call, call.id)
        return call.id

    async def apply(
        self,
        call_id: UUID,
        wish: Wish,
        at: datetime,
        *,
        confirm: int = 9,
        budget: Sequence[budgets.Row] = (),
    ) -> UUID:
        """A draft with its texts and partners, and a budget where the call asks for lines; the first `confirm` partners
        have confirmed."""
        application = await self.act(
            at,
            wish.lead,
            start_application,
            call_id=call_id,
            lead_institution_id=self.troupe.places[OFFICERS[wish.lead][1]],
            title=wish.title,
            track="joint" if wish.partners else "exception",
        )
        await self.act(
            at,
            wish.lead,
            save_answers,
            application.id,
            answered(wish.themes, wish.summary, wish.plan, wish.origin)
            | ({} if wish.partners else {JUSTIFICATION.key: {"justification": WHY_ALONE}}),
        )
        await self.act(at, wish.lead, _set_lead_part, application.id, Decimal(wish.amounts[0]))
        parties = [
            await self._add_partner(application.id, wish.lead, partner, amount, at)
            for partner, amount in zip(wish.partners, wish.amounts[1:], strict=True)
        ]
        if budget:
            month = self.day(120).replace(day=1)
            await self.act(at, wish.lead, budgets.write_plan, application.id, budget, month)
        for party_id, partner in list(zip(parties, wish.partners, strict=True))[:confirm]:
            await self.act(
                at + timedelta(hours=5),
                partner,
                confirm_party,
                party_id,
                signatory_name=OFFICERS[partner][0],
                signatory_function="Head of unit",
            )
        return application.id

    async def _add_partner(
        self, application_id: UUID, lead: str, partner: str, amount: str, at: datetime
    ) -> UUID:
        name, place = OFFICERS[partner]
        party = await self.act(
            at,
            lead,
            add_party,
            application_id,
            institution_id=self.troupe.places[place],
            role="Sends investigators and prosecutors, and hosts the study trip.",
            amount=Decimal(amount),
            contact_name=name,
            contact_email=f"{partner}@facility.example",
        )
        await self.act(at, lead, invite_party, party.id)
        return party.id

    async def submit(self, application_id: UUID, wish: Wish, at: datetime) -> None:
        """Hand it in, signed by the officer."""
        signature = Signature(
            name=OFFICERS[wish.lead][0], function="Head of department", declared=DECLARATIONS
        )
        await self.act(at, wish.lead, submission.submit, application_id, received_at=at, signature=signature)

    async def close(self, call_id: UUID, at: datetime) -> None:
        """The call closes, and Ada and Vera open it together."""
        await self.act(at, None, close_call, call_id, due_at=at)
        await self.act(at, "ada", start_opening, call_id)
        await self.act(at, "vera", confirm_opening, call_id)

    async def score(self, application_id: UUID, assessor: str, scores: Sequence[int], at: datetime) -> None:
        """Declare no conflict, and send these scores."""
        await self.act(at, assessor, evaluation.declare_conflict, application_id, conflict=False)
        given = {section.key: Decimal(points) for section, points in zip(SECTIONS, scores, strict=True)}
        comments = {section.key: COMMENT for section in SECTIONS}
        await self.act(at, assessor, evaluation.send_assessment, application_id, given, comments)


async def _set_lead_part(tx: Tx, application_id: UUID, amount: Decimal) -> None:
    lead = select(Party.id).where(Party.application_id == application_id, Party.is_lead)
    party_id = (await tx.session.execute(lead)).scalar_one()
    role = "Plans the activities, hosts the workshop and keeps the accounts."
    await change_party(tx, party_id, role=role, amount=amount)
