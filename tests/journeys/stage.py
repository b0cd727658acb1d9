"""What a journey does not concern, done before it by the very commands: calls, applications, what follows from them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from facility import clock
from facility.applications import service as applications
from facility.applications.models import Party
from facility.applications.rules import DECLARATIONS, Signature
from facility.calls.rules import CallDraft, Grid, Section
from facility.calls.service import draft_call, publish_call
from facility.contracts.models import Contract
from facility.contracts.service import open_envelope
from facility.db import Tx
from tests.journeys.cast import REGISTERED, Company, address
from tests.journeys.machinery import Service

GRID = Grid(
    sections=(
        Section("capacity", "Financial and operational capacity", 20),
        Section("relevance", "Relevance", 80),
    ),
    thresholds={"capacity": Decimal(12), "total": Decimal(60)},
    min_assessments=2,
    tie_break=("relevance", "beneficiaries", "received_at"),
)


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
    ) -> UUID:
        """A published call on an envelope of its own, open for twenty days unless told otherwise."""
        for key in ("ada", "vera"):
            self.company[key]
        now = clock.now().replace(microsecond=0)
        opens_at = opens_at or now - timedelta(days=1)

        async def draft(tx: Tx) -> UUID:
            contract = (await tx.session.scalars(select(Contract).where(Contract.reference == "CA1"))).one()
            envelope = await open_envelope(
                tx, contract_id=contract.id, name=f"For {reference}", amount=Decimal(amount)
            )
            told = CallDraft(
                reference=reference,
                title=title,
                text="For teams of police and prosecution that work on the same cases.",
                opens_at=opens_at,
                closes_at=closes_at or now + timedelta(days=20),
                envelope_id=envelope.id,
                amount=Decimal(amount),
                award_min=Decimal("1000.00"),
                award_max=Decimal("60000.00"),
                min_beneficiaries=2,
                grid=GRID,
            )
            return (await draft_call(tx, told)).id

        before = opens_at - timedelta(hours=1)
        call_id = self.service.act(address("ada"), draft, before)
        self.service.act(address("vera"), lambda tx: publish_call(tx, call_id), before)
        return call_id

    def ready(
        self,
        call_id: UUID,
        title: str,
        *,
        lead: str = "omar",
        partners: Sequence[str] = ("arta",),
        amounts: Sequence[str] = ("30000.00", "20000.00"),
        at: datetime | None = None,
    ) -> UUID:
        """A draft with everything in it, confirmed by its partners, that can be submitted."""
        places = {key: self._place(key) for key in (lead, *partners)}

        async def write(tx: Tx) -> UUID:
            made = await applications.start_application(
                tx, call_id=call_id, lead_institution_id=places[lead], title=title, track="joint"
            )
            await applications.save_content(
                tx,
                made.id,
                themes=("X.JIT",),
                summary="Investigators of the partners work on one question together.",
                plan="A workshop of three days for twenty-four people.",
                casework_origin="Cases of the last two years stalled where they crossed the border.",
            )
            query = select(Party.id).where(Party.application_id == made.id, Party.is_lead)
            own = (await tx.session.scalars(query)).one()
            await applications.change_party(tx, own, role="Hosts the workshop.", amount=Decimal(amounts[0]))
            for key, amount in zip(partners, amounts[1:], strict=True):
                party = await applications.add_party(
                    tx,
                    made.id,
                    institution_id=places[key],
                    role="Sends investigators.",
                    amount=Decimal(amount),
                    contact_name=REGISTERED[key][0],
                    contact_email=address(key),
                )
                await applications.confirm_party(
                    tx, party.id, signatory_name=REGISTERED[key][0], signatory_function="Head of unit"
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
            lambda tx: applications.submit(tx, key, received_at=received_at, signature=signature),
            received_at,
        )
        return key

    def _place(self, key: str) -> UUID:
        self.company[key]
        found: UUID = self.service.one(
            "SELECT institution_id FROM person WHERE email = :email", email=address(key)
        )
        return found


def seconds_from_now(seconds: int) -> datetime:
    """A whole second to come: calls open and close at whole seconds."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=seconds)
