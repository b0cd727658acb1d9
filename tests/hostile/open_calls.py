"""Calls in every state that somebody has to go on from, made by commands: to judge, to decide, to open, to correct, to cancel."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application
from facility.applications.service.documents import record_consultation
from facility.awards.service.deciding import propose
from facility.calls.models.call import Call
from facility.calls.rules import edits
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.committee import Committee
from facility.calls.rules.cool_down import CoolDown
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import CallState
from facility.calls.service.archive import archive_call
from facility.calls.service.cancellation import ask_cancellation, confirm_cancellation
from facility.calls.service.closing import close_call
from facility.calls.service.corrigenda import add_to_form
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database
from facility.demo.budgets import BY_LINES
from facility.demo.present import FIREARMS
from facility.demo.story import Story, Wish
from facility.evaluation.rules.committee import Function
from facility.evaluation.service import assessing
from facility.evaluation.service.committee import appoint
from facility.evaluation.service.consensus import begin_consensus, send_agreed_scores
from facility.files.store import Store
from facility.forms.types import Field, FieldType
from facility.story.calls import GRID, points
from tests.hostile.test_confidential import PART

RICH = FormDefinition((*BY_LINES.sections[:-1], PART, BY_LINES.sections[-1]))
"""Activities one by one, a budget by lines, and a part that each party fills in."""
FIRST = 11
"""The number of the first call; the story's are lower."""
ONE_EACH = msgspec.structs.replace(GRID, min_assessments=1)
SCORES, LOWER = points(17, 18, 13, 12, 12, 12), points(13, 14, 10, 9, 9, 9)
ADA, PAUL, OMAR, ELENA = "Ada Berisha", "Paul Weber", "Omar Hoxha", "Elena Rossi"
WHY = "The partners asked for it."
COMMITTEE = {"ines": Function.CHAIR, "vera": Function.SECRETARY} | dict.fromkeys(
    ("elena", "erik", "emma"), Function.VOTING
)


def wish(title: str, lead: str = "omar", partners: tuple[str, ...] = ("arta", "milena")) -> Wish:
    """An application of these."""
    changed = {
        "title": title,
        "lead": lead,
        "partners": partners,
        "amounts": FIREARMS.amounts[: len(partners) + 1],
    }
    return msgspec.structs.replace(FIREARMS, **changed)


REFUSED = {"state": "parked", "attempts": 8, "error": "550 5.1.1 User unknown"}


class Opened(Story):
    """The story going on. judged: applications that are being assessed. exceptions: handed in. typed: pages in whose forms Omar types. explained: what lacks its
    strengths and weaknesses. agreeing: the page on which Elena writes agreed scores. pages: where somebody, by name, finds what is open."""

    judged: list[UUID]
    exceptions: list[UUID]
    typed: list[str]
    explained: UUID
    agreeing: str

    def __init__(self, db: Database, store: Store, now: datetime) -> None:
        super().__init__(db, store, now)
        self.pages: dict[str, list[str]] = defaultdict(list)
        self._number = FIRST - 1

    def at(self, name: str, *pages: str) -> None:
        """Say where this person finds it."""
        self.pages[name] += pages

    async def value_of(self, query: str, **given: Any) -> Any:
        """The first value of what is there."""
        async with self.db.reader() as connection:
            return (await connection.execute(text(query), given)).scalars().first()

    async def funded(self) -> UUID:
        """The application that Omar leads and that has an award."""
        query = "SELECT id FROM application WHERE reference = :it"
        key: UUID = await self.value_of(query, it=f"TAF-{self.now.year}-01/001")
        return key

    async def change(self, statement: str, **given: Any) -> None:
        """Rows as no command leaves them."""
        async with self.db.transaction(now=self.now) as tx:
            await tx.session.execute(text(statement), given)

    async def refuse(self, subject_id: UUID) -> None:
        """What a mail server may say of the mail with the link; there is none here."""
        await self.change(
            "UPDATE mail SET state = :state, attempts = :attempts, error = :error, sent_at = NULL "
            "WHERE link_id IN (SELECT id FROM link WHERE subject_id = :subject)",
            subject=subject_id,
            **REFUSED,
        )

    async def draft(self, title: str, opens: int, closes: int, *, by: str = "ada", **more: Any) -> UUID:
        """A draft of a call, open from and to so many days from now."""
        self._number += 1
        usual = {"grid": ONE_EACH, "unusual_reason": "So that few have to judge."}
        name = f"Joint initiatives, {title}"
        amount = more.pop("amount", "60000.00")
        drafted = self.call_draft(self._number, name, opens, closes, amount, **usual | more)
        made = await self.act(self.noon(min(opens, 0) - 2), by, draft_call, drafted)
        return made.id

    async def published(self, title: str, opens: int, closes: int, **more: Any) -> UUID:
        """The same, published by Vera."""
        call_id = await self.draft(title, opens, closes, **more)
        await self.act(self.noon(opens - 1), "vera", publish_call, call_id)
        return call_id

    async def handed_in(self, call_id: UUID, lead: str, partners: tuple[str, ...] = ("milena",)) -> UUID:
        """An application with confirmed partners."""
        wanted = wish(f"Led by {lead}", lead, partners)
        key = await self.apply(call_id, wanted, self.noon(-15))
        if not partners:
            await self.act(self.noon(-14), lead, record_consultation, key, "The Delegation agreed.")
        await self.submit(key, wanted, self.noon(-10))
        return key

    async def calls(self) -> None:
        """Each of them."""
        await self._to_judge()
        await self._to_sign()
        await self._to_decide()
        await self._to_explain()
        await self._to_report()
        await self._to_settle()
        await self._to_open()
        await self._to_go_on()

    async def closed(
        self, title: str, *leads: str, partners: tuple[str, ...] = ("milena",), **more: Any
    ) -> tuple[UUID, list[UUID]]:
        """A call that two people have opened, and what came in, admitted."""
        call_id = await self.published(title, -20, -7, **more)
        keys = [await self.handed_in(call_id, lead, partners) for lead in leads]
        await self.close(call_id, self.noon(-7))
        await self.admit(keys, self.noon(-6))
        return call_id, keys

    async def _to_judge(self) -> None:
        """One to score, one to declare, one set aside, and exceptions, the first of them to decide."""
        call_id = await self.published("to judge", -20, -7)
        self.judged = [await self.handed_in(call_id, lead) for lead in ("omar", "arta", "ilir")]
        self.exceptions = [
            await self.handed_in(call_id, lead, partners=()) for lead in ("dragana", "milena", "arta")
        ]
        self.at(PAUL, f"/applications/{self.exceptions[0]}/exception")
        await self.close(call_id, self.noon(-7))
        await self.admit(self.judged, self.noon(-6))
        first, second, third = self.judged
        await self.appoint("elena", [first, second], self.noon(-6), self.noon(-5))
        await self.act(self.noon(-5), "elena", assessing.declare_conflict, first, conflict=False)
        await self.act(self.noon(-4), "ada", assessing.set_aside, third, "Nobody can judge it.")
        self.at(ADA, f"/evaluation/{call_id}")

    async def _to_sign(self) -> None:
        _call_id, (key,) = await self.closed("to sign", "omar")
        await self.act(self.noon(-6), "ada", assessing.assign, key, self.people["elena"])

    async def scored(self, *keys: UUID) -> None:
        """By Elena alone."""
        await self.appoint("elena", keys, self.noon(-6))
        for key in keys:
            await self.score(key, "elena", SCORES, self.noon(-5))

    async def _to_decide(self) -> None:
        """One proposed, one to be proposed, in which a rule passes over the second of a beneficiary."""
        call_id, keys = await self.closed("to decide", "arta")
        await self.scored(*keys)
        await self.act(self.noon(-4), "vera", propose, call_id)
        self.at(PAUL, f"/evaluation/{call_id}/decision")
        self.at(ADA, f"/evaluation/{call_id}/decision")
        spread = CoolDown(per_beneficiary_most=1)
        _call_id, keys = await self.closed("to propose", "omar", "ilir", cool_down=spread)
        await self.scored(*keys)

    async def _to_explain(self) -> None:
        """One whose strengths and weaknesses are to be written."""
        rules = AfterDecision(gives_reasons=True)
        call_id, (self.explained,) = await self.closed("to explain", "omar", after_decision=rules)
        await self.scored(self.explained)
        self.at(ADA, f"/evaluation/{call_id}/reasons")

    async def _to_report(self) -> None:
        """One with a committee, whose report is to be signed."""
        call_id = await self.published("to report", -20, -7, committee=Committee(3, 2))
        for who, function in COMMITTEE.items():
            key, house = self.people[who], f"Office of {who}"
            await self.act(self.noon(-12), "paul", appoint, call_id, key, function, institution=house)
        for who in ("ada", "vera"):
            await self.act(self.noon(-11), who, assessing.sign_declaration, call_id)
        key = await self.handed_in(call_id, "omar")
        await self.close(call_id, self.noon(-7))
        await self.admit([key], self.noon(-6))
        await self.scored(key)
        await self.act(self.noon(-4), "vera", propose, call_id)
        self.at(ELENA, f"/evaluation/{call_id}/report")

    async def _to_settle(self) -> None:
        """Scores that are too far apart: a consensus to begin, one to be written, and one on which Elena has not answered."""
        limited = msgspec.structs.replace(GRID, min_assessments=2, divergence=10)
        _call_id, keys = await self.closed("to settle", "omar", "arta", "ilir", grid=limited)
        for who, scores in (("elena", SCORES), ("erik", LOWER)):
            await self.appoint(who, keys, self.noon(-6))
            for key in keys:
                await self.score(key, who, scores, self.noon(-5))
        _first, second, third = keys
        at = self.noon(-4)
        await self.act(at, "ada", begin_consensus, second, self.people["elena"])
        made = await self.act(at, "ada", begin_consensus, third, self.people["erik"])
        await self.act(at, "erik", send_agreed_scores, third, made, SCORES, {})
        self.at(ADA, *[f"/evaluation/applications/{key}/consensus" for key in keys])
        self.agreeing = f"/assessments/{second}/consensus"
        self.at(ELENA, self.agreeing, f"/assessments/{third}/consensus")

    async def _to_open(self) -> None:
        call_id = await self.published("to open", -20, -7)
        await self.handed_in(call_id, "omar")
        await self.act(self.noon(-7), None, close_call, call_id, due_at=self.noon(-7))
        await self.act(self.now, "vera", start_opening, call_id)

    async def _to_go_on(self) -> None:
        """A draft to publish, a corrigendum with a new section, a cancellation to confirm, and one that is put away."""
        draft = await self.draft("to publish", 10, 40, by="vera")
        corrected = await self.published("to correct", -10, 30)
        await self.act(self.now, "vera", add_to_form, corrected, _more, reason=WHY)
        cancelled = await self.published("to cancel", -10, 30)
        await self.act(self.now, "vera", ask_cancellation, cancelled, WHY)
        over = await self.published("put away", -10, 30)
        await self.act(self.noon(-2), "vera", ask_cancellation, over, WHY)
        await self.act(self.noon(-1), "ada", confirm_cancellation, over)
        await self.act(self.now, "ada", archive_call, over)
        decided = await self._decided()
        here = "/staff/calls/"
        self.at(
            ADA,
            f"{here}{draft}/publish",
            f"{here}{over}",
            f"{here}{decided}",
            f"{here}{cancelled}/cancel",
            f"{here}{corrected}/corrigendum",
        )

    async def _decided(self) -> UUID:
        async with self.db.reader() as connection:
            query = select(Call.id).where(Call.state == CallState.DECIDED).limit(1)
            return (await connection.execute(query)).scalar_one()

    async def urgent(self) -> None:
        """To open, to assess, to propose and to decide."""
        series = await self.published("urgent", -60, 300, mode=Mode.URGENT, decide_within_hours=48)
        for lead, steps in (("arta", 0), ("omar", 1), ("milena", 2), ("ilir", 3)):
            wanted = wish(f"Urgent, led by {lead}", lead, ("jelena",))
            key = await self.apply(series, wanted, self.noon(-4))
            await self.submit(key, wanted, self.now - timedelta(hours=5))
            await self._on_its_way(key, steps)

    async def _on_its_way(self, key: UUID, steps: int) -> None:
        at = self.now - timedelta(hours=2)
        async with self.db.reader() as connection:
            query = (
                select(Call.id).join(Application, Application.call_id == Call.id).where(Application.id == key)
            )
            batch: UUID = (await connection.execute(query)).scalar_one()
        await self.act(self.now if not steps else at, "vera", start_opening, batch)
        if steps:
            await self.act(at, "ada", confirm_opening, batch)
            await self.admit([key], at)
        if steps > 1:
            await self.appoint("elena", [key], at)
            await self.score(key, "elena", SCORES, at)
        if steps > 2:
            await self.act(at, "vera", propose, batch)


def _more(form: FormDefinition) -> FormDefinition:
    """With a question in a section that is there, and a section that is not."""
    question = Field(key="visibility", label="How will it be visible?", type=FieldType.LONG_TEXT)
    extra = msgspec.structs.replace(PART, fields=(question,))
    place = form.sections[0].key
    return edits.placed_section(
        edits.with_section(edits.with_field(form, place, question), extra), extra.key, place
    )
