"""What a journey does not concern, done before it by the very commands: calls, applications, what follows from them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility import clock
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application, Party
from facility.applications.models.conflict import ConflictDeclaration
from facility.applications.rules.submission import DECLARATIONS, Signature
from facility.applications.service.answers import save_answers, start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.parties import add_party, change_party
from facility.applications.service.submission import submit
from facility.awards.service.deciding import decide, propose
from facility.calls.rules.call import CallDraft, Grid, Section
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.contracts.models import Contract
from facility.contracts.service.money import open_envelope
from facility.db import Tx
from facility.evaluation.models import Assignment, Declaration
from facility.evaluation.service import assessing as evaluation
from facility.experts.service import ExpertDraft, register_expert
from facility.forms.checks import Answers
from tests.journeys.cast import REGISTERED, Company, address
from tests.journeys.machinery import Service, until

GRID = Grid(
    sections=(
        Section("capacity", "Financial and operational capacity", 20),
        Section("relevance", "Relevance", 80),
    ),
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=2,
    tie_break=("relevance", "beneficiaries", "received_at"),
)

ANSWERS: dict[str, Answers] = {
    "themes": {"themes": ["X.JIT"]},
    "ask": {
        "summary": "Investigators of the partners work on one question together.",
        "plan": "A workshop of three days for twenty-four people.",
    },
    "casework": {
        "casework_origin": "Cases of the last two years stalled where they crossed the border.",
    },
}


class Wish(msgspec.Struct, frozen=True):
    """An application to be: title, lead, partners, and what each asks for (EUR, the lead first)."""

    title: str
    lead: str = "omar"
    partners: Sequence[str] = ("arta",)
    amounts: Sequence[str] = ("30000.00", "20000.00")


class Stage:
    """Commands by people of the cast, who come in when they are first named."""

    def __init__(self, company: Company, service: Service) -> None:
        self.company = company
        self.service = service

    def call(
        self,
        reference: str,
        title: str,
        *,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        amount: str = "80000.00",
        **more: Any,
    ) -> UUID:
        """A published call on an envelope of its own, open for twenty days; `more` of a CallDraft stands in place of
        what is usual."""
        for key in ("ada", "vera"):
            self.company[key]
        now = clock.now().replace(microsecond=0)
        opens_at = opens_at or now - timedelta(days=1)

        async def draft(tx: Tx) -> UUID:
            envelope = await _envelope(tx, f"For {reference}", amount)
            told = CallDraft(
                reference=reference,
                title=title,
                text="For teams of police and prosecution that work on the same cases.",
                opens_at=opens_at,
                closes_at=closes_at or now + timedelta(days=20),
                envelope_id=envelope,
                amount=Decimal(amount),
                award_min=Decimal("1000.00"),
                award_max=Decimal("60000.00"),
                min_beneficiaries=2,
                **{"grid": GRID, **more},
            )
            return (await draft_call(tx, told)).id

        before = opens_at - timedelta(hours=1)
        call_id = self.service.act(address("ada"), draft, before)
        self.service.act(address("vera"), lambda tx: publish_call(tx, call_id), before)
        return call_id

    def envelope(self, name: str, amount: str) -> None:
        """Money that a call may draw on."""
        self.company["ada"]
        self.service.act(address("ada"), lambda tx: _envelope(tx, name, amount))

    def ready(
        self,
        call_id: UUID,
        title: str,
        *,
        lead: str = "omar",
        partners: Sequence[str] = ("arta",),
        amounts: Sequence[str] = ("30000.00", "20000.00"),
        at: datetime | None = None,
        confirmed: bool = True,
    ) -> UUID:
        """A draft with everything in it, confirmed by its partners (or not yet), that can be submitted."""
        places = {key: self._place(key) for key in (lead, *partners)}

        async def write(tx: Tx) -> UUID:
            made = await start_application(
                tx, call_id=call_id, lead_institution_id=places[lead], title=title, track="joint"
            )
            await save_answers(tx, made.id, ANSWERS)
            query = select(Party.id).where(Party.application_id == made.id, Party.is_lead)
            own = (await tx.session.scalars(query)).one()
            await change_party(tx, own, role="Hosts the workshop.", amount=Decimal(amounts[0]))
            for key, amount in zip(partners, amounts[1:], strict=True):
                party_id = await _bring_in(tx, made.id, key, places[key], Decimal(amount))
                if confirmed:
                    await confirm_party(
                        tx, party_id, signatory_name=REGISTERED[key][0], signatory_function="Head of unit"
                    )
            return made.id

        return self.service.act(address(lead), write, at)

    def submitted(
        self,
        call_id: UUID,
        title: str,
        *,
        lead: str = "omar",
        partners: Sequence[str] = ("arta",),
        amounts: Sequence[str] = ("30000.00", "20000.00"),
        at: datetime | None = None,
    ) -> UUID:
        """The same, submitted."""
        received_at = at or clock.now()
        key = self.ready(call_id, title, lead=lead, partners=partners, amounts=amounts, at=received_at)
        signature = Signature(name=REGISTERED[lead][0], function="Head", declared=DECLARATIONS)
        self.service.act(
            address(lead),
            lambda tx: submit(tx, key, received_at=received_at, signature=signature),
            received_at,
        )
        return key

    def closed(
        self,
        reference: str,
        title: str,
        wishes: Sequence[Wish],
        amount: str = "60000.00",
        ago: timedelta = timedelta(0),
        opened: bool = True,
    ) -> list[UUID]:
        """A call that closed an hour (and as much as is told) ago and was opened, nothing of it checked: its id, the
        applications'."""
        now = clock.now().replace(microsecond=0) - ago
        closes_at = now - timedelta(hours=1)
        call_id = self.call(
            reference, title, opens_at=now - timedelta(days=10), closes_at=closes_at, amount=amount
        )
        made = [
            self.submitted(
                call_id, wish.title, lead=wish.lead, partners=wish.partners, amounts=wish.amounts, at=at
            )
            for wish, at in zip(wishes, _hours_before(closes_at, len(wishes)), strict=True)
        ]
        state = "SELECT state FROM call WHERE id = :id"
        until(f"{reference} closes", lambda: self.service.one(state, id=call_id) == "closed")
        if opened:
            self.open(call_id)
        return [call_id, *made]

    def open(self, call_id: UUID) -> None:
        """Ada and Vera open a closed call together."""
        self.service.act(address("ada"), lambda tx: start_opening(tx, call_id))
        self.service.act(address("vera"), lambda tx: confirm_opening(tx, call_id))

    def admit(self, application_id: UUID, at: datetime | None = None) -> None:
        """Ada finds it admissible."""
        self.service.act(
            address("ada"),
            lambda tx: check_admissibility(tx, application_id, admissible=True, reason=""),
            at,
        )

    def score(
        self,
        application_id: UUID,
        assessor: str,
        capacity: str,
        relevance: str,
        at: datetime | None = None,
    ) -> None:
        """An assessment by the grid of these journeys."""
        self.assess(application_id, assessor, {"capacity": capacity, "relevance": relevance}, at)

    def assess(
        self, application_id: UUID, assessor: str, points: dict[str, str], at: datetime | None = None
    ) -> None:
        """An assessment that is sent, with what comes before it where that is not done yet."""
        self.company[assessor]
        who = self.service.one("SELECT id FROM person WHERE email = :email", email=address(assessor))
        scores = {key: Decimal(given) for key, given in points.items()}
        comments = dict.fromkeys(points, "Sound.")

        async def assign(tx: Tx) -> None:
            if await tx.session.get(Assignment, (application_id, who)) is None:
                await evaluation.assign(tx, application_id, who)

        async def send(tx: Tx) -> None:
            call_id = (await tx.get(Application, application_id)).call_id
            if await tx.session.get(Declaration, (call_id, who)) is None:
                await evaluation.sign_declaration(tx, call_id)
            if await tx.session.get(ConflictDeclaration, (application_id, who)) is None:
                await evaluation.declare_conflict(tx, application_id, conflict=False, reason="")
            await evaluation.send_assessment(tx, application_id, scores, comments)

        self.service.act(address("ada"), assign, at)
        self.service.act(address(assessor), send, at)

    def awarded(self, reference: str, title: str, wish: Wish, ago: timedelta = timedelta(0)) -> UUID:
        """An application with an award, of a call that Vera proposed and Paul decided so long ago; its id."""
        call_id, application_id = self.closed(reference, title, [wish], ago=ago)
        self.company["paul"]
        at = clock.now() - ago
        self.admit(application_id, at)
        for assessor in ("elena", "erik"):
            self.score(application_id, assessor, "16", "70", at)
        self.service.act(address("vera"), lambda tx: propose(tx, call_id), at)
        self.service.act(address("paul"), lambda tx: decide(tx, call_id), at)
        return application_id

    def expert(self, code: str, country: str, first: date, last: date, *, recent: int = 0) -> None:
        """An expert of the pool for joint investigation teams, who speaks English and is free on these days."""
        draft = ExpertDraft(
            code=code,
            name=f"Xenia {code}",
            email=address(code.lower()),
            country=country,
            gender=None,
            branch="police",
            deployments_12m=recent,
            themes={"X.JIT": 4},
            languages={"en": "C1"},
            available=[(first, last)],
        )
        self.service.act(address("ada"), lambda tx: register_expert(tx, draft))

    def _place(self, key: str) -> UUID:
        self.company[key]
        found: UUID = self.service.one(
            "SELECT institution_id FROM person WHERE email = :email", email=address(key)
        )
        return found


async def _bring_in(tx: Tx, application_id: UUID, key: str, institution_id: UUID, amount: Decimal) -> UUID:
    """Somebody's institution as a partner; its part."""
    party = await add_party(
        tx,
        application_id,
        institution_id=institution_id,
        role="Sends investigators.",
        amount=amount,
        contact_name=REGISTERED[key][0],
        contact_email=address(key),
    )
    return party.id


async def _envelope(tx: Tx, name: str, amount: str) -> UUID:
    contract = (await tx.session.scalars(select(Contract).where(Contract.reference == "CA1"))).one()
    made = await open_envelope(tx, contract_id=contract.id, name=name, amount=Decimal(amount))
    return made.id


def _hours_before(instant: datetime, count: int) -> list[datetime]:
    """As many instants, an hour apart, the last an hour before this one."""
    return [instant - timedelta(hours=n) for n in range(count, 0, -1)]


def seconds_from_now(seconds: int) -> datetime:
    """A whole second to come: calls open and close at whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
