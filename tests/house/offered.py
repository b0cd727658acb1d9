"""A call's life as it may happen, by commands."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.accounts.service.people import add_user
from facility.activities.service.activities import ActivityDraft, complete, plan_activity
from facility.activities.service.evidence import AttendanceRow, set_attendance
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application, Party
from facility.applications.service.answers import start_application
from facility.applications.service.changing_submitted import begin_changes
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.parties import add_party, change_party
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import withdraw
from facility.awards.models.award import Award
from facility.awards.service.accepting import accept_award
from facility.awards.service.complaints import decide_complaint, register_complaint
from facility.awards.service.deciding import decide, propose, send_back
from facility.awards.service.ending import propose_closing
from facility.awards.service.withdrawal import propose_withdrawal
from facility.calls.models.call import Call
from facility.calls.rules.after_decision import AfterDecision
from facility.calls.rules.modes import Mode
from facility.calls.service.cancellation import ask_cancellation
from facility.calls.service.closing import close_due
from facility.calls.service.corrigenda import draft_corrigendum
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.calls.service.questions import ask_question
from facility.calls.service.reading import draft_of
from facility.db import Tx
from facility.evaluation.service.assessing import (
    assign,
    declare_conflict,
    send_assessment,
    sign_declaration,
)
from facility.events.relay import deliver_all
from facility.letters.models import Letter
from facility.refused import Refused
from facility.web.access import Role
from tests.doing import FIRST, LAST, attach_all
from tests.judging import CLOSES, OPENS, Judging
from tests.rolling import CUT_OFFS

RUNS = ("ada", "vera", "dora")
DECIDES = ("paul", "ines")
ASSESSES = ("elena", "erik", "dora")
PEOPLE = {
    "ada": (Role.SECRETARIAT,),
    "vera": (Role.SECRETARIAT,),
    "dora": (Role.SECRETARIAT, Role.ASSESSOR),
    "paul": (Role.AUTHORISING,),
    "ines": (Role.AUTHORISING,),
    "elena": (Role.ASSESSOR,),
    "erik": (Role.ASSESSOR,),
    "omar": (Role.OFFICER,),
    "arta": (Role.OFFICER,),
}
"""Who works in the call; Dora may run it, or assess in it."""
STATES = ("begun", "asked", "confirmed", "submitted", "changing", "withdrawn")
STEPS = (
    "drafted",
    "published",
    "closed",
    "opening",
    "opened",
    "checked",
    "assigned",
    "declared",
    "assessed",
    "proposed",
    "decided",
    "delivered",
)
EXTRAS = (
    "corrigendum",
    "cancellation",
    "question",
    "sent back",
    "accepting",
    "silence",
    "complaint",
    "closing",
    "withdrawal",
    "activity",
    "report",
)
QUESTIONS = CLOSES - timedelta(days=9)
SIGNS = {"signatory": "Drita Hoxha", "signatory_function": "Director"}
SCORES = {"capacity": Decimal(16), "relevance": Decimal(64)}


class Applied(msgspec.Struct, frozen=True):
    """An application: how far its lead comes, whether it is admissible, who assesses it, and who has a conflict."""

    state: str
    admissible: bool
    assessors: tuple[str, ...]
    conflicts: frozenset[str]


class Life(msgspec.Struct, frozen=True):
    """How a call goes: how far, with which applications, by whose hands, and what else happens."""

    mode: Mode
    far: int
    applied: tuple[Applied, ...]
    hands: tuple[int, ...]
    extras: frozenset[str]

    def comes_to(self, step: str) -> bool:
        return STEPS.index(step) <= self.far


class Course:
    """The call as it came about."""

    def __init__(self, play: Judging, life: Life) -> None:
        self.play, self.life = play, life
        self.now = OPENS - timedelta(days=7)
        self.hands = cycle(life.hands)
        self.call = UUID(int=0)
        self.applications: list[UUID] = []

    def pick(self, names: Sequence[str]) -> str:
        return names[next(self.hands) % len(names)]

    async def do(self, actor: str | None, command: Callable[[Tx], Awaitable[Any]]) -> Any:
        """A command of this person, a minute after what was before; what is refused doesn't happen."""
        self.now += timedelta(minutes=1)
        try:
            async with self.play.db.transaction(
                now=self.now, actor=self.play.people[actor] if actor else None
            ) as tx:
                return await command(tx)
        except Refused:
            return None

    async def tell(self) -> None:
        """The whole life, and what it sets off."""
        await self._dora()
        await self._drafted()
        if self.life.comes_to("published"):
            await self._published()
        if self.life.comes_to("closed"):
            await self._judged()
        await deliver_all(self.play.db, lambda: self.now)

    async def _dora(self) -> None:
        both = await self.do(
            None,
            lambda tx: add_user(tx, name="Dora Both", email="dora@example.org", roles=list(PEOPLE["dora"])),
        )
        self.play.people["dora"] = both.id

    async def _drafted(self) -> None:
        plain = self.play.draft("TAF-2021-05", "60000.00")
        more: dict[str, Any] = {
            Mode.DEADLINE: {},
            Mode.ROLLING: {"mode": Mode.ROLLING, "cut_offs": CUT_OFFS, "closes_at": CUT_OFFS[-1]},
            Mode.URGENT: {"mode": Mode.URGENT, "decide_within_hours": 48},
        }[self.life.mode]
        if "accepting" in self.life.extras:
            more["after_decision"] = AfterDecision(accept_days=10, complaint_days=60, answer_days=30)
        draft = msgspec.structs.replace(plain, questions_until=QUESTIONS, answers_until=CLOSES, **more)
        self.call = (await self.do("ada", lambda tx: draft_call(tx, draft))).id

    async def _published(self) -> None:
        await self.do("vera", lambda tx: publish_call(tx, self.call))
        self.now = OPENS + timedelta(days=1)
        if "question" in self.life.extras:
            await self.do("omar", lambda tx: ask_question(tx, self.call, "May a ministry lead?"))
        self.now = CLOSES - timedelta(days=1)
        for number, applied in enumerate(self.life.applied):
            await self._apply(number, applied)
        await self._proposed_to_colleagues()

    async def _proposed_to_colleagues(self) -> None:
        """What one of the secretariat asks another one for, while the call runs."""
        if "corrigendum" in self.life.extras:
            await self.do(self.pick(RUNS), self._corrigendum)
        if "cancellation" in self.life.extras:
            await self.do(self.pick(RUNS), lambda tx: ask_cancellation(tx, self.call, "No money is left."))

    async def _corrigendum(self, tx: Tx) -> None:
        draft = draft_of(await tx.get(Call, self.call))
        await draft_corrigendum(tx, self.call, msgspec.structs.replace(draft, title="Better"), "A slip.")

    async def _apply(self, number: int, applied: Applied) -> None:
        made = await self.do("omar", lambda tx: self._begin(tx, number))
        key: UUID = made.id
        self.applications.append(key)
        far = STATES.index(applied.state)
        if far >= STATES.index("asked"):
            await self.do("omar", lambda tx: self._partner(tx, key, invite_party))
        if far >= STATES.index("confirmed"):
            await self.do("arta", lambda tx: self._partner(tx, key, _confirm))
        if far >= STATES.index("submitted"):
            await self.do("omar", lambda tx: submit(tx, key, received_at=tx.now))
        if applied.state == "changing":
            await self.do("omar", lambda tx: begin_changes(tx, key))
        if applied.state == "withdrawn":
            await self.do("omar", lambda tx: withdraw(tx, key))

    async def _begin(self, tx: Tx, number: int) -> Application:
        houses = self.play.institutions
        made = await start_application(
            tx, call_id=self.call, lead_institution_id=houses["AL"], title=f"Work {number}", track="joint"
        )
        lead = (await tx.session.scalars(select(Party.id).where(Party.application_id == made.id))).one()
        await change_party(tx, lead, role="leads", amount=Decimal(20_000))
        await add_party(
            tx,
            made.id,
            institution_id=houses["XK"],
            role="hosts",
            amount=Decimal(0),
            contact_name="Arta Krasniqi",
            contact_email="arta@example.org",
        )
        return made

    async def _partner(self, tx: Tx, key: UUID, command: Callable[[Tx, UUID], Awaitable[Any]]) -> None:
        query = select(Party.id).where(Party.application_id == key, ~Party.is_lead)
        await command(tx, (await tx.session.scalars(query)).one())

    async def _judged(self) -> None:
        """From the closing on, in the call or in those of its batches that have applications."""
        self.now = CLOSES + timedelta(minutes=1)
        await close_due(self.play.db, self.now)
        calls = [self.call] if self.life.mode is Mode.DEADLINE else await self._batches()
        for call_id in calls:
            await self._judge(call_id)

    async def _batches(self) -> list[UUID]:
        async with self.play.db.transaction(now=self.now) as tx:
            query = select(Call.id).where(Call.series_id == self.call, Call.closed_at.is_not(None))
            return list(await tx.session.scalars(query.order_by(Call.batch)))

    async def _judge(self, call_id: UUID) -> None:
        if self.life.comes_to("opening"):
            await self.do(self.pick((*RUNS, *DECIDES)), lambda tx: start_opening(tx, call_id))
        if self.life.comes_to("opened"):
            for name in ("vera", "ada"):
                await self.do(name, lambda tx: confirm_opening(tx, call_id))
        for number, key in await self._of(call_id):
            await self._examine(call_id, key, self.life.applied[number])
        if "complaint" in self.life.extras:
            await deliver_all(self.play.db, lambda: self.now)
            await self.do("omar", lambda tx: self._complain(tx, call_id))
        if self.life.comes_to("proposed"):
            await self.do(self.pick(RUNS), lambda tx: propose(tx, call_id))
        if "sent back" in self.life.extras:
            await self.do(self.pick(DECIDES), lambda tx: send_back(tx, call_id, "Look at 2 again."))
        if self.life.comes_to("decided"):
            await self.do("paul", lambda tx: decide(tx, call_id))
        if self.life.comes_to("delivered"):
            for _number, key in await self._of(call_id):
                await self._deliver(key)

    async def _complain(self, tx: Tx, call_id: UUID) -> None:
        """About the first letter that says that an application is not admissible; sometimes somebody upholds it."""
        query = select(Letter.id).join(Application, Application.id == Letter.application_id)
        inadmissible = query.where(Application.call_id == call_id, Letter.kind == "inadmissible")
        key = (await tx.session.scalars(inadmissible.order_by(Letter.id).limit(1))).first()
        if key is not None:
            made = await register_complaint(tx, key, text="The party exists.", name="Omar Hoxha")
            tx.actor = self.play.people[self.pick((*RUNS, *DECIDES))]
            if self.pick(("decided", "open")) == "decided":
                await decide_complaint(tx, made.id, upheld=True, reason="It exists.")

    async def _of(self, call_id: UUID) -> list[tuple[int, UUID]]:
        async with self.play.db.transaction(now=self.now) as tx:
            query = select(Application.id).where(Application.call_id == call_id)
            mine = set(await tx.session.scalars(query))
        return [(number, key) for number, key in enumerate(self.applications) if key in mine]

    async def _examine(self, call_id: UUID, key: UUID, applied: Applied) -> None:
        if not self.life.comes_to("checked"):
            return
        reason = "" if applied.admissible else "One party does not exist."
        admissible = applied.admissible
        await self.do(
            self.pick(RUNS), lambda tx: check_admissibility(tx, key, admissible=admissible, reason=reason)
        )
        if self.life.comes_to("assigned"):
            for name in applied.assessors:
                await self.do("ada", lambda tx, name=name: assign(tx, key, self.play.people[name]))  # type: ignore[misc]
                await self._assess(call_id, key, name, conflict=name in applied.conflicts)

    async def _assess(self, call_id: UUID, key: UUID, name: str, *, conflict: bool) -> None:
        if not self.life.comes_to("declared"):
            return
        await self.do(name, lambda tx: sign_declaration(tx, call_id))
        reason = "I worked there." if conflict else ""
        await self.do(name, lambda tx: declare_conflict(tx, key, conflict=conflict, reason=reason))
        if self.life.comes_to("assessed"):
            await self.do(name, lambda tx: send_assessment(tx, key, SCORES, {}))

    async def _deliver(self, key: UUID) -> None:
        """What a colleague is asked for after the award, and an activity as far as it goes."""
        async with self.play.db.transaction(now=self.now) as tx:
            award = (await tx.session.scalars(select(Award.id).where(Award.application_id == key))).first()
        if award is None:
            return
        if "silence" in self.life.extras:
            self.now += timedelta(days=15)
            if self.pick(RUNS) != "dora":
                await self.do(
                    self.pick(RUNS), lambda tx: propose_withdrawal(tx, award, reason="Silence.", lapse=True)
                )
        elif "accepting" in self.life.extras:
            await self.do("omar", lambda tx: accept_award(tx, key, **SIGNS))
        if "activity" in self.life.extras:
            await self._activity(key)
        cost = Decimal("9000.00")
        if "closing" in self.life.extras:
            await self.do(
                self.pick(RUNS), lambda tx: propose_closing(tx, award, final_cost=cost, reason="Report")
            )
        if "withdrawal" in self.life.extras:
            await self.do(self.pick(RUNS), lambda tx: propose_withdrawal(tx, award, reason="It ended."))

    async def _activity(self, key: UUID) -> None:
        activity = await self.do("omar", lambda tx: plan_activity(tx, planned(key)))
        if activity is None or "report" not in self.life.extras:
            return
        self.now = max(self.now, datetime(2021, 10, 8, 9, tzinfo=OPENS.tzinfo))
        rows = [AttendanceRow(beneficiary_code=code, expected=9, present=9) for code in ("AL", "XK")]
        await self.do("omar", lambda tx: set_attendance(tx, activity.id, rows))
        await self.do("omar", lambda tx: attach_all(tx, activity.id))
        await self.do("omar", lambda tx: complete(tx, activity.id))


async def _confirm(tx: Tx, party_id: UUID) -> None:
    await confirm_party(tx, party_id, signatory_name="Arta Krasniqi", signatory_function="Head")


def planned(key: UUID) -> ActivityDraft:
    """A workshop under the award of this application."""
    return ActivityDraft(
        application_id=key, kind="workshop", title="Workshop", place="Tirana", starts_on=FIRST, ends_on=LAST
    )
