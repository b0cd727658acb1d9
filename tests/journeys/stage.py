"""What a journey does not concern, done before it by the very commands: calls, applications, what follows from them."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility import clock
from facility.accounts.models import Person
from facility.applications.service.confirmations import confirm_party
from facility.contracts.models import Contract
from facility.contracts.service.money import open_envelope
from facility.db import Database, Tx
from facility.deployments.models.request import Deployment
from facility.deployments.service.requesting import confirm_shortlist, request_expertise
from facility.experts.service.pool import register_expert
from facility.story.after_award import EXPERT, REQUEST
from facility.story.calls import CALL, SHORT_GRID
from facility.story.drafts import Part, answered, write_draft
from facility.story.teller import Teller
from tests.journeys.cast import REGISTERED, Company, address
from tests.journeys.machinery import Service, until

ANSWERS = answered(
    ("X.JIT",),
    "Investigators of the partners work on one question together.",
    "A workshop of three days for twenty-four people.",
    "Cases of the last two years stalled where they crossed the border.",
)


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

    def tell[T](self, acts: Callable[[Teller], Awaitable[T]], *cast: str) -> T:
        """What these people do; the worker carries on what it sets off."""
        for key in cast:
            self.company[key]

        async def run(db: Database) -> T:
            return await acts(await Teller(db, delivers=False).meet())

        return self.service.with_database(run)

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
        now = clock.now().replace(microsecond=0)
        opens_at = opens_at or now - timedelta(days=1)
        before = opens_at - timedelta(hours=1)

        async def publish(teller: Teller) -> UUID:
            envelope_id = await teller.act(before, "ada", _envelope, f"For {reference}", amount)
            draft = msgspec.structs.replace(
                CALL,
                reference=reference,
                title=title,
                opens_at=opens_at,
                closes_at=closes_at or now + timedelta(days=20),
                envelope_id=envelope_id,
                amount=Decimal(amount),
                award_min=Decimal("1000.00"),
                **{"grid": SHORT_GRID, **more},
            )
            return await teller.publish(draft, before)

        return self.tell(publish, "ada", "vera")

    def envelope(self, name: str, amount: str) -> None:
        """Money that a call may draw on."""
        self.tell(lambda teller: teller.act(clock.now(), "ada", _envelope, name, amount), "ada")

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

        async def write(tx: Tx) -> UUID:
            own = await part(tx, lead, "Hosts the workshop.", amounts[0])
            others = [
                await part(tx, key, "Sends investigators.", amount)
                for key, amount in zip(partners, amounts[1:], strict=True)
            ]
            draft = await write_draft(tx, call_id, title, own, others, answers=ANSWERS)
            for key, party_id in zip(partners if confirmed else (), draft.partners, strict=False):
                signatory = REGISTERED[key][0]
                await confirm_party(tx, party_id, signatory_name=signatory, signatory_function="Head of unit")
            return draft.id

        return self.tell(lambda teller: teller.act(at or clock.now(), lead, write), lead, *partners)

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
        name = REGISTERED[lead][0]
        self.tell(lambda teller: teller.hand_in(key, lead, received_at, name=name))
        return key

    def closed(
        self,
        reference: str,
        title: str,
        wishes: Sequence[Wish],
        amount: str = "60000.00",
        ago: timedelta = timedelta(0),
        opened: bool = True,
        **more: Any,
    ) -> list[UUID]:
        """A call that closed an hour (and as much as is told) ago and was opened, nothing of it checked: its id, the
        applications'. `more` of a CallDraft stands in place of what is usual here."""
        now = clock.now().replace(microsecond=0) - ago
        closes_at = now - timedelta(hours=1)
        call_id = self.call(
            reference, title, opens_at=now - timedelta(days=10), closes_at=closes_at, amount=amount, **more
        )
        made = [
            self.submitted(
                call_id, wish.title, lead=wish.lead, partners=wish.partners, amounts=wish.amounts, at=at
            )
            for wish, at in zip(wishes, _hours_before(closes_at, len(wishes)), strict=True)
        ]
        state = "SELECT state FROM call WHERE id = :id"
        until(f"{reference} closes", lambda: self.service.value_of(state, id=call_id) == "closed")
        if opened:
            self.open(call_id)
        return [call_id, *made]

    def open(self, call_id: UUID) -> None:
        """Ada and Vera open a closed call together."""
        self.tell(lambda teller: teller.open(call_id, clock.now()))

    def admit(self, application_id: UUID, at: datetime | None = None) -> None:
        """Ada finds it admissible."""
        self.tell(lambda teller: teller.admit([application_id], at or clock.now()))

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
        scores = {key: Decimal(given) for key, given in points.items()}

        async def assess(teller: Teller) -> None:
            instant = at or clock.now()
            await teller.appoint(assessor, [application_id], instant)
            await teller.score(application_id, assessor, scores, instant)

        self.tell(assess, assessor)

    def awarded(self, reference: str, title: str, wish: Wish, ago: timedelta = timedelta(0)) -> UUID:
        """An application with an award, of a call that Vera proposed and Paul decided so long ago; its id."""
        call_id, application_id = self.closed(reference, title, [wish], ago=ago)
        at = clock.now() - ago
        self.admit(application_id, at)
        for assessor in ("elena", "erik"):
            self.score(application_id, assessor, "16", "70", at)
        self.tell(lambda teller: teller.decide(call_id, at), "paul")
        return application_id

    def expert(
        self, code: str, country: str, first: date, last: date, *, recent: int = 0, **more: Any
    ) -> None:
        """An expert of the pool for joint investigation teams, who speaks English and is free on these days; `more` of an
        ExpertDraft stands in place of what is usual."""
        draft = msgspec.structs.replace(
            EXPERT,
            code=code,
            name=f"Xenia {code}",
            email=address(code.lower()),
            country=country,
            deployments_12m=recent,
            available=[(first, last)],
            **more,
        )
        self.tell(lambda teller: teller.act(clock.now(), "ada", register_expert, draft), "ada")

    def request_expert(
        self, application_id: UUID, first: date, last: date, *, at: datetime | None = None, **more: Any
    ) -> Deployment:
        """A request for one expert on these days, who is asked as the shortlist says; `more` of a RequestDraft stands in place
        of what is usual."""
        draft = msgspec.structs.replace(
            REQUEST, application_id=application_id, starts_on=first, ends_on=last, **more
        )

        async def ask(teller: Teller) -> Deployment:
            instant = at or clock.now()
            deployment = await teller.act(instant, "ada", request_expertise, draft)
            return await teller.act(instant, "ada", confirm_shortlist, deployment.id)

        return self.tell(ask, "ada")


async def part(tx: Tx, key: str, role: str, amount: str) -> Part:
    """What the institution of somebody of the cast does in an application."""
    query = select(Person.institution_id).where(Person.email == address(key))
    institution_id = (await tx.session.scalars(query)).one()
    assert institution_id is not None
    return Part(institution_id, role, Decimal(amount), REGISTERED[key][0], address(key))


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
