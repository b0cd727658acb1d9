"""A call that can be judged and decided, built by the very commands: a small cast, an envelope, applications, scores."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

import facility.awards.reactions
import facility.evaluation.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application, Party
from facility.applications.service.answers import start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.parties import add_party, change_party
from facility.applications.service.submission import submit
from facility.awards.models import Award, AwardDecision
from facility.awards.service import deciding
from facility.awards.service.deciding import propose
from facility.awards.service.ending import close_award, propose_closing
from facility.awards.service.enlargement import agree_to_enlargement
from facility.awards.service.withdrawal import agree_to_withdrawal, propose_withdrawal
from facility.calls.rules.call import CallDraft, Grid, Section
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import PLAIN
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.contracts.models import Envelope
from facility.contracts.service.enlargement import propose_enlargement
from facility.contracts.service.money import open_contract, open_envelope
from facility.db import Database, Tx
from facility.evaluation.models import Declaration
from facility.evaluation.service import assessing as evaluation
from facility.events.relay import deliver_all
from tests.cast import INSTITUTIONS, OFFICERS, STAFF, call_together

OPENS = datetime(2021, 6, 1, 7, tzinfo=UTC)
CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)
DECIDED = datetime(2021, 9, 1, 13, 30, tzinfo=UTC)
GRID = Grid(
    sections=(
        Section("capacity", "Financial and operational capacity", 20),
        Section("relevance", "Relevance", 80),
    ),
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=1,
    tie_break=("relevance", "beneficiaries", "received_at"),
)
NO_COOL_DOWN = CoolDown()

PEOPLE = STAFF.keys() | OFFICERS.keys()


class Judging:
    """The cast by first name, and what was built so far by its short name."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.people: dict[str, UUID] = {}
        self.institutions: dict[str, UUID] = {}
        self.envelopes: dict[str, UUID] = {}
        self.calls: dict[str, UUID] = {}
        self.applications: dict[str, UUID] = {}

    async def act[T](
        self, actor: str | None, command: Callable[[Tx], Awaitable[T]], at: datetime = DECIDED
    ) -> T:
        """One command by this person, and all it sets off."""
        async with self.db.transaction(now=at, actor=self.people[actor] if actor else None) as tx:
            result = await command(tx)
        await deliver_all(self.db, lambda: at)
        return result

    async def cast(self) -> None:
        """The named cast; institutions by their beneficiary's code."""
        made = await self.act(None, call_together, OPENS - timedelta(days=9))
        self.people = {key: value for key, value in msgspec.structs.asdict(made).items() if key in PEOPLE}
        self.institutions = {code: getattr(made, key) for key, (_, _, code) in INSTITUTIONS.items()}

    async def envelope(self, name: str = "Facility", amount: str = "80000.00") -> UUID:
        """An envelope of a contract of its own with three donors."""

        async def enter(tx: Tx) -> UUID:
            donors = [
                ("EU", Decimal("15800000.00")),
                ("DE", Decimal("1500000.00")),
                ("IT", Decimal("900000.00")),
            ]
            contract = await open_contract(tx, reference=f"CA {name}", counterpart="GIZ", donors=donors)
            return (await open_envelope(tx, contract_id=contract.id, name=name, amount=Decimal(amount))).id

        self.envelopes[name] = await self.act("ada", enter, OPENS - timedelta(days=8))
        return self.envelopes[name]

    async def call(
        self,
        reference: str = "TAF-2021-01",
        *,
        envelope: str = "Facility",
        amount: str = "80000.00",
        grid: Grid = GRID,
        skip: bool = False,
        award_max: str = "60000.00",
        cool_down: CoolDown = NO_COOL_DOWN,
        form: FormDefinition = PLAIN,
    ) -> UUID:
        """A published call."""
        draft = self._draft(
            reference, envelope, amount, grid=grid, skip=skip, award_max=award_max, cool_down=cool_down
        )
        draft = msgspec.structs.replace(draft, form=form)
        at = OPENS - timedelta(days=7)
        made = await self.act("ada", lambda tx: draft_call(tx, draft), at)
        await self.act("vera", lambda tx: publish_call(tx, made.id), at)
        self.calls[reference] = made.id
        return made.id

    def _draft(
        self,
        reference: str,
        envelope: str,
        amount: str,
        *,
        grid: Grid = GRID,
        skip: bool = False,
        award_max: str = "60000.00",
        cool_down: CoolDown = NO_COOL_DOWN,
    ) -> CallDraft:
        return CallDraft(
            reference=reference,
            title="Joint initiatives",
            text="What we look for.",
            opens_at=OPENS,
            closes_at=CLOSES,
            envelope_id=self.envelopes[envelope],
            amount=Decimal(amount),
            award_min=Decimal("1.00"),
            award_max=Decimal(award_max),
            min_beneficiaries=2,
            extended_to=("TR",),
            extension_decision="Decision 7/2021",
            grid=grid,
            skip_unaffordable=skip,
            cool_down=cool_down,
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
    ) -> UUID:
        """A submitted application of Albania's police, or of another beneficiary's, with confirmed partners."""

        call_id = self.calls[call]

        async def enter(tx: Tx) -> UUID:
            return await self._submitted(tx, call_id, name, requested, partners, received_at, lead)

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
    ) -> UUID:
        made = await start_application(
            tx,
            call_id=call_id,
            lead_institution_id=self.institutions[lead],
            title=f"Joint work {name}",
            track="joint",
            reference=name,
        )
        query = select(Party.id).where(Party.application_id == made.id)
        party = (await tx.session.scalars(query)).one()
        await change_party(tx, party, role="lead", amount=Decimal(requested))
        parties = [await self._partner(tx, made.id, code) for code in partners]
        for party_id in parties:
            await confirm_party(tx, party_id, signatory_name="Sava Signatory", signatory_function="Head")
        await submit(tx, made.id, received_at=received_at)
        return made.id

    async def _partner(self, tx: Tx, application_id: UUID, code: str) -> UUID:
        party = await add_party(
            tx,
            application_id,
            institution_id=self.institutions[code],
            role="partner",
            amount=Decimal("0.00"),
            contact_name="Petra Partner",
            contact_email=f"partner-{code.lower()}@example.org",
        )
        await tx.flush()
        return party.id

    async def close(self, call: str = "TAF-2021-01") -> None:
        """The call closes and is opened, and everything that came in is admissible."""
        call_id = self.calls[call]
        await self.act(None, lambda tx: close_call(tx, call_id, due_at=CLOSES), CLOSES)
        await self.open(call_id)

        async def check(tx: Tx) -> None:
            query = select(Application.id).where(
                Application.call_id == call_id, Application.status == "submitted"
            )
            for key in (await tx.session.scalars(query)).all():
                await check_admissibility(tx, key, admissible=True, reason="")

        await self.act("ada", check, CLOSES)

    async def open(self, call_id: UUID, at: datetime = CLOSES) -> None:
        """Ada and Vera open the call together."""
        await self.act("ada", lambda tx: start_opening(tx, call_id), at)
        await self.act("vera", lambda tx: confirm_opening(tx, call_id), at)

    async def declare(self, assessor: str, name: str, *, conflict: bool = False, sign: bool = True) -> None:
        """Assigned, signed for the call where that is new, and declared on the application."""
        key = self.applications[name]
        await self.act("ada", lambda tx: evaluation.assign(tx, key, self.people[assessor]), CLOSES)
        call_id = (await self.row(Application, key)).call_id
        if sign and not await self._signed(call_id, assessor):
            await self.act(assessor, lambda tx: evaluation.sign_declaration(tx, call_id), CLOSES)
        await self.act(
            assessor,
            lambda tx: evaluation.declare_conflict(
                tx, key, conflict=conflict, reason="worked there" if conflict else ""
            ),
            CLOSES,
        )

    async def _signed(self, call_id: UUID, assessor: str) -> bool:
        async with self.db.transaction(now=CLOSES) as tx:
            found = await tx.session.get(Declaration, (call_id, self.people[assessor]))
            return found is not None

    async def score(self, assessor: str, name: str, capacity: str, relevance: str) -> None:
        """A sent assessment, with all declarations before it."""
        await self.declare(assessor, name)
        scores = {"capacity": Decimal(capacity), "relevance": Decimal(relevance)}
        comments = {"capacity": "Sound.", "relevance": "To the point."}
        key = self.applications[name]
        received_at = (await self.row(Application, key)).received_at or CLOSES
        await self.act(
            assessor,
            lambda tx: evaluation.send_assessment(tx, key, scores, comments),
            max(received_at, CLOSES) + timedelta(days=1),
        )

    async def decide(self, call: str = "TAF-2021-01", at: datetime = DECIDED) -> AwardDecision:
        """Proposed by Vera, decided by Paul."""
        await self.act("vera", lambda tx: propose(tx, self.calls[call]), at)
        return await self.act("paul", lambda tx: deciding.decide(tx, self.calls[call]), at)

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
                made = await draft_call(tx, self._draft(reference, envelope, "100.00"))
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
