"""How the present of the demo is told: calls, applications and assessments by the cast, at instants counted from now."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.accounts.models import Institution
from facility.activities.service.evidence import AttendanceRow, attach_evidence, set_attendance
from facility.applications.rules.exceptions import JUSTIFICATION
from facility.applications.rules.status import Track
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.calls.rules.call import CallDraft
from facility.clock import BRUSSELS
from facility.db import Database
from facility.demo import budgets
from facility.demo.texts import CALL_TEXT, WHY_ALONE
from facility.files.store import Store
from facility.pdf import render_pdf
from facility.story.after_award import EVIDENCE
from facility.story.calls import CALL
from facility.story.cast import OFFICERS, PLACES, enter_people, enter_places
from facility.story.drafts import Part, answered, write_draft
from facility.story.teller import Teller

COMPLETE = "Complete, signed and in time."
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


class Story(Teller):
    """The cast of the demo at work, at instants relative to now; the envelope that pays for its calls."""

    def __init__(self, db: Database, store: Store, now: datetime) -> None:
        super().__init__(db)
        self.store = store
        self.now = now
        self.places: dict[str, UUID] = {}
        self.envelope_id = UUID(int=0)

    async def call_together(self, at: datetime) -> None:
        """Make every account and institution of the cast."""
        self.places = await self.act(at, None, enter_places)
        self.people = await self.act(at, None, enter_people, self.places)

    async def meet(self) -> Self:
        """Get to know who and what is there already."""
        async with self.db.reader() as connection:
            query = select(Institution.name, Institution.beneficiary_code, Institution.id)
            known = {(name, code): key for name, code, key in await connection.execute(query)}
        self.places = {key: known[place.name, place.beneficiary] for key, place in PLACES.items()}
        return await super().meet()

    def paper(self, title: str, *paragraphs: str) -> tuple[int, str]:
        """A small PDF in the file store: its size in bytes and its SHA-256."""
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        content = render_pdf(
            f"<html lang=en><title>{title}</title><h1>{title}</h1>{body}</html>", title=title
        )
        return len(content), self.store.put(content)

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

    def call_draft(
        self, number: int, title: str, opens: int, closes: int, amount: str, **more: Any
    ) -> CallDraft:
        """A call open from and to so many days from now; `more` stands in place of what `CALL` says."""
        usual = {"text": CALL_TEXT, "envelope_id": self.envelope_id, "amount": Decimal(amount)}
        return msgspec.structs.replace(
            CALL,
            reference=f"TAF-{self.now.year}-{number:02}",
            title=title,
            opens_at=self.noon(opens),
            closes_at=self.noon(closes),
            **usual | more,
        )

    async def call(self, number: int, title: str, opens: int, closes: int, amount: str, **more: Any) -> UUID:
        """The same, published."""
        draft = self.call_draft(number, title, opens, closes, amount, **more)
        return await self.publish(draft, self.noon(opens - 2), self.noon(opens - 1))

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
        lead, *partners = [
            self._part(who, amount)
            for who, amount in zip((wish.lead, *wish.partners), wish.amounts, strict=True)
        ]
        answers = answered(wish.themes, wish.summary, wish.plan, wish.origin)
        if not partners:
            answers[JUSTIFICATION.key] = {"justification": WHY_ALONE}
        lead = msgspec.structs.replace(
            lead, role="Plans the activities, hosts the workshop and keeps the accounts."
        )
        track: Track = "joint" if partners else "exception"
        draft = await self.act(
            at, wish.lead, write_draft, call_id, wish.title, lead, partners, answers=answers, track=track
        )
        for party_id in draft.partners:
            await self.act(at, wish.lead, invite_party, party_id)
        if budget:
            month = self.day(120).replace(day=1)
            await self.act(at, wish.lead, budgets.write_plan, draft.id, budget, month)
        for party_id, partner in list(zip(draft.partners, wish.partners, strict=True))[:confirm]:
            signatory = {"signatory_name": OFFICERS[partner][0], "signatory_function": "Head of unit"}
            await self.act(at + timedelta(hours=5), partner, confirm_party, party_id, **signatory)
        return draft.id

    def _part(self, who: str, amount: str) -> Part:
        name, place = OFFICERS[who]
        return Part(
            self.places[place],
            "Sends investigators and prosecutors, and hosts the study trip.",
            Decimal(amount),
            contact_name=name,
            contact_email=f"{who}@facility.example",
        )

    async def submit(self, application_id: UUID, wish: Wish, at: datetime) -> None:
        """Hand it in, signed by the officer."""
        await self.hand_in(application_id, wish.lead, at, name=OFFICERS[wish.lead][0])

    async def report(self, activity_id: UUID, rows: Sequence[AttendanceRow], at: datetime) -> None:
        """Omar enters who was there, and attaches every paper that is needed."""
        await self.act(at, "omar", set_attendance, activity_id, rows)
        for kind in EVIDENCE:
            words = kind.replace("_", " ")
            size, sha256 = self.paper(f"Workshop: {words}", "A paper of the demo story.")
            name = f"{words}.pdf"
            await self.act(
                at, "omar", attach_evidence, activity_id, kind=kind, name=name, size=size, sha256=sha256
            )
