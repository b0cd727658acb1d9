"""A draft under everybody's hands: commands in any order, and a plain second computation of what they must come to."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Application, Party
from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database, Tx
from facility.refused import Refused
from facility.story.calls import CALL
from facility.story.drafts import Part, write_draft
from tests.applications.asking import FORM
from tests.applications.conftest import BEFORE, GRID, NOW, OPENS, Stage

_NUMBERS = itertools.count(1)
LONG = timedelta(days=3)
MOST, LEAST = Decimal("60000.00"), Decimal("5000.00")


class Member(msgspec.Struct):
    """A party as the second computation knows it; `kept`: what it saw when it confirmed; gone: it left by itself."""

    id: UUID
    code: str
    institution: UUID
    role: str
    amount: Decimal
    own: tuple[str, str] = ("", "")
    state: str = "none"
    kept: Any = None
    on_board: bool = True
    gone: bool = False


class Play:
    """One application of a call of its own, and beside it what it must be."""

    def __init__(
        self, db: Database, stage: Stage, application: UUID, call: UUID, members: list[Member]
    ) -> None:
        self.db, self.stage, self.application, self.call = db, stage, application, call
        self.members = members
        self.title, self.status, self.now = "Firearms", "draft", NOW
        self.closes, self.closed = NOW + LONG, False
        self.receipt: tuple[str, Any] | None = None
        self.standing: tuple[str, list[Member]] | None = None

    @classmethod
    async def begin(cls, db: Database, stage: Stage) -> "Play":
        """A draft of Omar's with partners of XK and ME, to a call that nobody else uses."""
        number = next(_NUMBERS)
        async with db.transaction(now=BEFORE, actor=stage.sara) as tx:
            first = await tx.get(Call, stage.call)
            call = await draft_call(tx, _draft(f"TAF-9{number}", first.envelope_id))
        async with db.transaction(now=BEFORE, actor=stage.anna) as tx:
            await publish_call(tx, call.id)
        parts = [Part(stage.police, "Leads", Decimal("3000.00"))]
        parts += [Part(**newcomer(institution)) for institution in (stage.partner, stage.prosecutor)]
        async with db.transaction(now=NOW, actor=stage.omar) as tx:
            made = await write_draft(tx, call.id, "Firearms", parts[0], parts[1:])
            lead = select(Party.id).where(Party.application_id == made.id, Party.is_lead)
            ids = [(await tx.session.scalars(lead)).one(), *made.partners]
        members = [
            Member(key, code, part.institution_id, part.role, part.amount)
            for key, code, part in zip(ids, ("AL", "XK", "ME"), parts, strict=True)
        ]
        return cls(db, stage, made.id, call.id, members)

    @property
    def editable(self) -> bool:
        """A draft, or what was submitted and is being changed."""
        return self.status == "draft" or self.standing is not None

    def discard(self) -> None:
        """Back to what was submitted; who has left by itself stays away, and who came since is not there."""
        assert self.standing is not None
        self.title, before = self.standing
        known = {member.id: member for member in before}
        for member in self.members:
            was = known.get(member.id)
            if was is None:
                member.on_board = False
                continue
            member.on_board = was.on_board and not member.gone
            member.role, member.amount, member.own, member.state, member.kept = (
                *(was.role, was.amount, was.own),
                *(was.state, was.kept),
            )
        self.standing = None

    @property
    def board(self) -> list[Member]:
        """Who takes part, the lead first."""
        return [member for member in self.members if member.on_board]

    @property
    def total(self) -> Decimal:
        """What they ask for together."""
        return sum((member.amount for member in self.board), Decimal(0))

    def sees(self, member: Member) -> Any:
        """What a partner confirms, put down plainly."""
        everybody = sorted((str(party.id), party.role) for party in self.board)
        return (self.title, everybody, self.total, member.amount, member.own)

    def void(self) -> None:
        """After any change."""
        for member in self.board[1:]:
            if member.state == "confirmed" and member.kept != self.sees(member):
                member.state = "void"

    def reasons(self) -> set[str]:
        """Every reason against submitting now."""
        codes = {member.code for member in self.board if member.code != "TR"}
        return {
            code
            for code, stands in {
                "late": self.now > self.closes,
                "too_few_beneficiaries": len(codes) < 2,
                "partner_not_eligible": any(member.code == "TR" for member in self.board),
                "partner_not_confirmed": any(member.state != "confirmed" for member in self.board[1:]),
                "above_award_max": self.total > MOST,
                "below_award_min": self.total < LEAST,
            }.items()
            if stands
        }

    async def run(self, command: Callable[[Tx], Awaitable[Any]]) -> set[str]:
        """Carry a command out; the codes with which it was refused."""
        self.now += timedelta(minutes=1)
        try:
            async with self.db.transaction(now=self.now, actor=self.stage.omar) as tx:
                await command(tx)
        except Refused as refused:
            return set(refused.codes)
        return set()

    async def check(self) -> None:
        """The rows say what the second computation says; what was fingerprinted is what it was."""
        async with self.db.transaction(now=self.now) as tx:
            application = await tx.get(Application, self.application)
            rows = await tx.session.scalars(select(Party).where(Party.application_id == self.application))
            known = {row.id: row for row in rows}
            kept = await tx.session.scalar(
                select(Application.submission).where(Application.id == self.application)
            )
        assert application.status == self.status
        assert application.title == self.title
        assert {key for key, row in known.items() if row.on_board} == {member.id for member in self.board}
        assert {member.id: (member.role, member.amount) for member in self.board} == {
            member.id: (known[member.id].role, known[member.id].amount) for member in self.board
        }
        assert {member.id: member.state for member in self.board[1:]} == {
            member.id: known[member.id].confirmation for member in self.board[1:]
        }
        if self.editable:
            assert application.requested == self.total
        if self.receipt is not None:
            assert (application.fingerprint, kept) == self.receipt
        if self.status == "submitted":
            assert kept is not None
            assert all(party["confirmation"] for party in kept["parties"] if not party["lead"])


def _draft(reference: str, envelope_id: UUID) -> CallDraft:
    return msgspec.structs.replace(
        CALL,
        reference=reference,
        title="Any order",
        opens_at=OPENS,
        closes_at=NOW + LONG,
        envelope_id=envelope_id,
        amount=Decimal("1000.00"),
        award_min=LEAST,
        award_max=MOST,
        grid=GRID,
        form=FORM,
    )


def newcomer(institution_id: UUID) -> dict[str, Any]:
    """What is told of a partner that is added or put in another one's place."""
    return {
        "institution_id": institution_id,
        "role": "Hosts",
        "amount": Decimal("2000.00"),
        "contact_name": "",
        "contact_email": "somebody@example.org",
    }
