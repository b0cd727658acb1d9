"""A call that can be judged and decided, built by the very commands: a small cast, an envelope, applications, scores."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

import facility.awards.reactions.awards
import facility.awards.reactions.complaints
import facility.awards.reactions.proposals
import facility.awards.reactions.ranking
import facility.awards.reactions.urgent
import facility.evaluation.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.submission import submit
from facility.awards.models.award import Award
from facility.awards.models.decision import AwardDecision
from facility.awards.service.deciding import propose
from facility.awards.service.ending import close_award, propose_closing
from facility.awards.service.enlargement import agree_to_enlargement
from facility.awards.service.withdrawal import agree_to_withdrawal, propose_withdrawal
from facility.calls.rules.call import CallDraft
from facility.calls.rules.cool_down import CoolDown
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.contracts.models import Envelope
from facility.contracts.service.enlargement import propose_enlargement
from facility.db import Database, Tx
from facility.evaluation.service import assessing as evaluation
from facility.story.calls import CALL, SHORT_GRID, enter_money
from facility.story.drafts import Part, write_draft
from facility.story.teller import Teller
from tests.cast import INSTITUTIONS, call_together
from tests.prepared import Prepared

OPENS = datetime(2021, 6, 1, 7, tzinfo=UTC)
CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)
DECIDED = datetime(2021, 9, 1, 13, 30, tzinfo=UTC)
GRID = msgspec.structs.replace(SHORT_GRID, min_assessments=1)
DONORS = (
    ("EU", Decimal("15800000.00")),
    ("DE", Decimal("1500000.00")),
    ("IT", Decimal("900000.00")),
)
NO_COOL_DOWN = CoolDown()


class Judging:
    """The cast by first name, and what was built so far by its short name."""

    prepared: Prepared | None = None
    """By which `kept` goes on from it."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.teller = Teller(db)
        self.institutions: dict[str, UUID] = {}
        self.envelopes: dict[str, UUID] = {}
        self.calls: dict[str, UUID] = {}
        self.applications: dict[str, UUID] = {}

    @property
    def people(self) -> dict[str, UUID]:
        """The cast by their first names."""
        return self.teller.people

    async def act[T](
        self, actor: str | None, command: Callable[[Tx], Awaitable[T]], at: datetime = DECIDED
    ) -> T:
        """One command by this person, and all it sets off."""
        return await self.teller.act(at, actor, command)

    async def cast(self) -> None:
        """The named cast; institutions by their beneficiary's code."""
        made = await self.act(None, call_together, OPENS - timedelta(days=9))
        await self.teller.meet()
        self.institutions = {place.beneficiary: getattr(made, key) for key, place in INSTITUTIONS.items()}

    async def envelope(self, name: str = "Facility", amount: str = "80000.00") -> UUID:
        """An envelope of a contract of its own with three donors."""

        at = OPENS - timedelta(days=8)
        self.envelopes[name] = await self.teller.act(
            at, "ada", enter_money, amount, name, contract=f"CA {name}", donors=DONORS
        )
        return self.envelopes[name]

    async def call(self, reference: str = "TAF-2021-01", **more: Any) -> UUID:
        """A published call; `more` as for `draft`."""
        return await self.publish(self.draft(reference, **more))

    async def publish(self, draft: CallDraft) -> UUID:
        """Drafted by Ada and published by Vera a week before calls open."""
        self.calls[draft.reference] = await self.teller.publish(draft, OPENS - timedelta(days=7))
        return self.calls[draft.reference]

    def draft(
        self, reference: str, amount: str = "80000.00", *, envelope: str = "Facility", **more: Any
    ) -> CallDraft:
        """What is published; `more` of a CallDraft stands in place of what is usual here."""
        usual = {"closes_at": CLOSES, "award_min": Decimal("1.00"), "extended_to": ("TR",), "grid": GRID}
        return msgspec.structs.replace(
            CALL,
            reference=reference,
            opens_at=OPENS,
            envelope_id=self.envelopes[envelope],
            amount=Decimal(amount),
            extension_decision="Decision 7/2021",
            **usual | more,
        )

    async def apply(
        self,
        name: str,
        requested: str,
        *,
        partners: tuple[str, ...] = ("XK", "ME"),
        call: str = "TAF-2021-01",
        received_at: datetime = CLOSES - timedelta(days=1),
        lead: str = "AL",
        each: str = "0.00",
    ) -> UUID:
        """A submitted application of Albania's police, or of another beneficiary's, with confirmed partners. requested: the lead's
        part; each: that of each partner."""

        call_id = self.calls[call]

        async def enter(tx: Tx) -> UUID:
            return await self._submitted(tx, call_id, name, requested, partners, received_at, lead, each)

        self.applications[name] = await self.act("omar", enter, received_at)
        return self.applications[name]

    async def _submitted(
        self,
        tx: Tx,
        call_id: UUID,
        name: str,
        requested: str,
        partners: tuple[str, ...],
        received_at: datetime,
        lead: str = "AL",
        each: str = "0.00",
    ) -> UUID:
        own = self.part(lead, "lead", requested)
        others = [self.part(code, "partner", each) for code in partners]
        draft = await write_draft(tx, call_id, f"Joint work {name}", own, others, reference=name)
        for party_id in draft.partners:
            await confirm_party(tx, party_id, signatory_name="Sava Signatory", signatory_function="Head")
        await submit(tx, draft.id, received_at=received_at)
        return draft.id

    def part(self, code: str, role: str, amount: str) -> Part:
        address = f"partner-{code.lower()}@example.org"
        return Part(self.institutions[code], role, Decimal(amount), "Petra Partner", address)

    async def close(self, call: str = "TAF-2021-01") -> None:
        """The call closes and is opened, and everything of the joint track that came in is admissible."""
        call_id = self.calls[call]
        await self.teller.close(call_id, CLOSES)
        query = select(Application.id).where(
            Application.call_id == call_id, Application.status == "submitted", Application.track == "joint"
        )
        async with self.db.reader() as connection:
            received = (await connection.execute(query)).scalars().all()
        await self.teller.admit(received, CLOSES)

    async def declare(self, assessor: str, name: str, *, conflict: bool = False) -> None:
        """Assigned, signed for the call where that is new, and declared on the application."""
        key, reason = self.applications[name], "worked there" if conflict else ""
        await self.teller.appoint(assessor, [key], CLOSES)
        await self.act(
            assessor,
            lambda tx: evaluation.declare_conflict(tx, key, conflict=conflict, reason=reason),
            CLOSES,
        )

    async def score(self, assessor: str, name: str, capacity: str, relevance: str) -> None:
        """A sent assessment, with all declarations before it."""
        await self.declare(assessor, name)
        key = self.applications[name]
        received_at = (await self.row(Application, key)).received_at or CLOSES
        at = max(received_at, CLOSES) + timedelta(days=1)
        scores = {"capacity": Decimal(capacity), "relevance": Decimal(relevance)}
        await self.teller.score(key, assessor, scores, at)

    async def decide(self, call: str = "TAF-2021-01", at: datetime = DECIDED) -> AwardDecision:
        """Proposed by Vera, decided by Paul."""
        return await self.teller.decide(self.calls[call], at)

    async def end(self, name: str, final_cost: str, at: datetime = DECIDED) -> None:
        """The award is closed at this cost, as Ada proposes and Vera confirms."""
        key = (await self.award(name)).id
        cost = Decimal(final_cost)
        await self.act("ada", lambda tx: propose_closing(tx, key, final_cost=cost, reason="Final report"), at)
        await self.act("vera", lambda tx: close_award(tx, key), at)

    async def enlarge(self, amount: str, envelope: str = "Facility", at: datetime = DECIDED) -> list[UUID]:
        """Ada proposes that the envelope hold so much, Paul agrees; who is served by it."""
        key = self.envelopes[envelope]
        made = await self.act(
            "ada", lambda tx: propose_enlargement(tx, key, Decimal(amount), reason="More was paid in."), at
        )
        return await self.act("paul", lambda tx: agree_to_enlargement(tx, key, made.id), at)

    async def withdraw_award(self, name: str, reason: str, at: datetime = DECIDED) -> list[UUID]:
        """Ada proposes to withdraw the award on the facility's side, Paul agrees; who is served by it."""
        key = (await self.award(name)).id
        await self.act("ada", lambda tx: propose_withdrawal(tx, key, reason=reason), at)
        return await self.act("paul", lambda tx: agree_to_withdrawal(tx, key), at)

    async def proposed(self, references: list[str], requested: str, *, envelope: str = "Facility") -> None:
        """Calls with one assessed application each, their rankings proposed: in one transaction, since they are many."""
        people = self.people
        async with self.db.transaction(now=OPENS - timedelta(days=7)) as tx:
            for reference in references:
                tx.now, tx.actor = OPENS - timedelta(days=7), people["ada"]
                made = await draft_call(tx, self.draft(reference, "100.00", envelope=envelope))
                tx.actor = people["vera"]
                await publish_call(tx, made.id)
                tx.now, tx.actor = OPENS, people["omar"]
                key = await self._submitted(tx, made.id, reference, requested, ("XK",), OPENS)
                tx.now, tx.actor = CLOSES, people["ada"]
                await close_call(tx, made.id, due_at=CLOSES)
                await start_opening(tx, made.id)
                tx.actor = people["vera"]
                await confirm_opening(tx, made.id)
                tx.actor = people["ada"]
                await check_admissibility(tx, key, admissible=True, reason="")
                await evaluation.assign(tx, key, people["elena"])
                tx.actor = people["elena"]
                await evaluation.sign_declaration(tx, made.id)
                await evaluation.declare_conflict(tx, key, conflict=False)
                scores = {"capacity": Decimal(16), "relevance": Decimal(64)}
                await evaluation.send_assessment(tx, key, scores, {})
                tx.actor = people["vera"]
                await propose(tx, made.id)
                self.calls[reference], self.applications[reference] = made.id, key

    async def row[Row](self, model: type[Row], key: UUID | tuple[UUID, ...]) -> Row:
        """The row as it is now."""
        async with self.db.transaction(now=DECIDED) as tx:
            return await tx.session.get_one(model, key)

    async def statuses(self) -> dict[str, str]:
        """Every application's status by its short name."""
        return {name: (await self.row(Application, key)).status for name, key in self.applications.items()}

    async def award(self, name: str) -> Award:
        """The application's award, standing or ended."""
        async with self.db.transaction(now=DECIDED) as tx:
            query = select(Award).where(Award.application_id == self.applications[name])
            return (await tx.session.scalars(query)).one()

    async def free(self, envelope: str = "Facility") -> Decimal:
        """What is free in the envelope, in EUR."""
        row = await self.row(Envelope, self.envelopes[envelope])
        return row.amount - row.committed


async def judging(db: Database, amount: str = "80000.00") -> Judging:
    """The cast, an envelope of this amount, and a published call of the same amount."""
    play = Judging(db)
    await play.cast()
    await play.envelope(amount=amount)
    await play.call(amount=amount)
    return play
