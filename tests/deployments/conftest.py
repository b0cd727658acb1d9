"""An awarded application, a pool of experts, and requests for them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

import facility.deployments.checks
import facility.deployments.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.request import Deployment
from facility.deployments.service import answering
from facility.deployments.service.requesting import RequestDraft, confirm_shortlist, request_expertise
from facility.events.reconcile import CHECKS, reconcile
from facility.experts.models.profile import Booking, Expert
from facility.experts.service.pool import ExpertDraft, register_expert, seed_themes
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from facility.story.after_award import EXPERT, REQUEST
from tests.browser import Browser
from tests.judging import Judging, judging
from tests.mails import IN_ORDER
from tests.prepared import built_once

INVITED = datetime(2021, 9, 6, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
DUE = INVITED + 72 * HOUR
OCTOBER = (date(2021, 10, 1), date(2021, 10, 31))
AHEAD = (date(2021, 10, 1), date(2099, 12, 31))


def expert(code: str, **changes: Any) -> ExpertDraft:
    """An expert who fits; the higher the number in the code, the lower the score."""
    usual: dict[str, Any] = {
        "code": code,
        "name": f"Expert {code}",
        "email": f"{code.lower()}@example.org",
        "deployments_12m": int(code[1:]),
        "themes": {"X.JIT": 5},
        "available": [OCTOBER],
    }
    return msgspec.structs.replace(EXPERT, **usual | changes)


class Sending:
    """Judging's stage with application A awarded and B on the reserve list, and the pool."""

    def __init__(self, play: Judging) -> None:
        self.play = play
        self.db = play.db
        self.at = INVITED
        self.experts: dict[str, UUID] = {}
        self.codes: dict[UUID, str] = {}

    async def pool(self, *drafts: ExpertDraft) -> None:
        """Enter these into the pool."""
        for draft in drafts:
            made = await self.play.act("ada", partial(register_expert, draft=draft), INVITED)
            self.experts[draft.code], self.codes[made.id] = made.id, draft.code

    def draft(self, **changes: Any) -> RequestDraft:
        """One seat in Tirana, 4 to 8 October, 72 hours to answer."""
        usual: dict[str, Any] = {
            "application_id": self.play.applications["A"],
            "place": "Tirana, Albania",
            "starts_on": date(2021, 10, 4),
            "ends_on": date(2021, 10, 8),
            "language_level": "C1",
        }
        return msgspec.structs.replace(REQUEST, **usual | changes)

    async def request(self, **changes: Any) -> UUID:
        """Ask for experts; nobody is invited yet."""
        draft = self.draft(**changes)
        return (await self.play.act("ada", lambda tx: request_expertise(tx, draft), self.at)).id

    async def asking(self, **changes: Any) -> UUID:
        """Ask for experts, in the order of the shortlist."""
        key = await self.request(**changes)
        await self.play.act("ada", lambda tx: confirm_shortlist(tx, key), self.at)
        return key

    async def soon(self, **changes: Any) -> UUID:
        """Asking now, by the real clock, for days that lie ahead."""
        self.at = clock.now()
        first = self.at.date() + timedelta(days=20)
        return await self.asking(**{"starts_on": first, "ends_on": first + timedelta(days=4), **changes})

    async def link(self, deployment_id: UUID, code: str) -> str:
        """The path of the expert's link, as the mail gives it."""
        key = await self.invitation(deployment_id, code)
        query = select(Link).where(Link.purpose == "invitation", Link.subject_id == key)
        async with self.db.transaction(now=INVITED) as tx:
            return path_of((await tx.session.scalars(query)).one())

    async def mails(self, template: str = "") -> list[Mail]:
        """Mails about deployments, or those of this template, in the order in which they were queued."""
        wanted = Mail.template.startswith(f"deployments/{template}")
        async with self.db.transaction(now=INVITED) as tx:
            return list((await tx.session.scalars(select(Mail).where(wanted).order_by(*IN_ORDER))).all())

    async def row(self, deployment_id: UUID) -> Deployment:
        """The deployment as it is now."""
        return await self.play.row(Deployment, deployment_id)

    async def invitations(self, deployment_id: UUID) -> dict[str, Invitation]:
        """Invitations by the expert's code."""
        query = select(Invitation).where(Invitation.deployment_id == deployment_id)
        async with self.db.transaction(now=INVITED) as tx:
            rows = (await tx.session.scalars(query)).all()
        return {self.codes[row.expert_id]: row for row in rows}

    async def outcomes(self, deployment_id: UUID) -> Mapping[str, str]:
        """Outcomes by the expert's code."""
        return {code: row.outcome for code, row in sorted((await self.invitations(deployment_id)).items())}

    async def invitation(self, deployment_id: UUID, code: str) -> UUID:
        """The id of an expert's invitation."""
        return (await self.invitations(deployment_id))[code].id

    async def accept(self, deployment_id: UUID, code: str, at: datetime = INVITED + HOUR) -> None:
        """The expert says yes."""
        key = await self.invitation(deployment_id, code)
        await self.play.act(None, lambda tx: answering.accept(tx, key), at)

    async def decline(self, deployment_id: UUID, code: str, at: datetime = INVITED + HOUR) -> None:
        """The expert says no."""
        key = await self.invitation(deployment_id, code)
        await self.play.act(None, lambda tx: answering.decline(tx, key, reason="Away"), at)

    async def booked(self, code: str) -> list[date]:
        """Days on which the expert is booked."""
        query = select(Booking.day).where(Booking.expert_id == self.experts[code]).order_by(Booking.day)
        async with self.db.reader() as connection:
            return list((await connection.execute(query)).scalars())

    async def expert(self, code: str) -> Expert:
        """The expert as they are now."""
        return await self.play.row(Expert, self.experts[code])


@built_once
async def sending(db: Database) -> Sending:
    """A awarded, B on the reserve list; themes, and no expert yet."""
    play = await judging(db)
    await play.apply("A", "35427.70")
    await play.apply("B", "47250.00")
    await play.close()
    await play.score("elena", "A", "16", "64")
    await play.score("elena", "B", "14", "60")
    await play.decide()
    made = Sending(play)
    await play.act("ada", seed_themes, INVITED)
    return made


@pytest.fixture
async def pool(sending: Sending) -> Sending:
    """The dossier's kinds of experts, free for long."""
    await sending.pool(
        expert(
            "X0",
            name="Giulia Rossi",
            themes={"OC.FIREARMS": 5, "X.JIT": 4},
            languages={"en": "C1", "sq": "B1"},
            available=[AHEAD],
        ),
        expert(
            "X1",
            country="HR",
            themes={"OC.FIREARMS": 4},
            languages={"en": "C1", "hr": "C2"},
            available=[AHEAD],
        ),
        expert("X2", available=[AHEAD], themes={"X.JIT": 3}),
        expert("X3", available=[]),
        expert("X4", available=[AHEAD], conflicts=[(sending.play.institutions["AL"], "seconded")]),
        expert("X5", available=[AHEAD], country="RS"),
        expert("X6", available=[AHEAD], languages={"en": "B2"}),
        expert("X7", available=[AHEAD], themes={"OC.CYBER": 5}),
    )
    return sending


async def sound(sending: Sending) -> None:
    """`facility reconcile` finds nothing."""
    findings = await reconcile(sending.db)
    assert {name: lines for name, lines in findings.items() if lines} == {}
    assert {name for name in CHECKS if name.startswith("deployments: ")} != set()


async def cancel(sending: Sending, key: object, code: str, **options: object) -> None:
    """Vera takes the expert's yes back; `at` says when."""
    invitation = await sending.invitation(key, code)  # type: ignore[arg-type]
    at = options.pop("at", INVITED + 5 * HOUR)
    await sending.play.act(
        "vera",
        lambda tx: answering.cancel(tx, invitation, reason=" Ill ", **options),  # type: ignore[arg-type]
        at,  # type: ignore[arg-type]
    )


def form_of(sending: Sending, **changes: Any) -> dict[str, Any]:
    first = clock.now().date() + timedelta(days=20)
    return {
        "application": str(sending.play.applications["A"]),
        "place": "Pristina, Kosovo",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=4)).isoformat(),
        "seats": "2",
        "language": "en",
        "language_level": "C1",
        "themes-0-code": "X.JIT",
        "themes-0-weight": "3",
        "themes-1-code": "OC.FIREARMS",
        "themes-1-weight": "2",
        "themes-2-code": "",
        "themes-2-weight": "",
        "min_theme_level": "3",
        "bonus_regional_language": "2",
        "bonus_no_recent_deployment": "1",
        "respond_within_hours": "72",
        "do": "save",
        **changes,
    }


async def requested(sending: Sending, ada: Browser, **changes: Any) -> UUID:
    answer = await ada.send_form("/deployments/new", form_of(sending, **changes))
    assert answer.status_code == 303
    return UUID(answer.headers["location"].split("/")[2])


def order_of(sending: Sending, *codes: str, reason: str = "") -> dict[str, str]:
    """What the form of the order sends: these codes in their places, the others of the shortlist empty."""
    places = {code: str(place) for place, code in enumerate(codes, 1)}
    fields = {f"place_{sending.experts[code]}": places.get(code, "") for code in ("X0", "X1", "X2")}
    return {**fields, "reason": reason}
