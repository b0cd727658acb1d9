"""Commands by people of the cast, at instants, with everything that they set off."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Concatenate, Self
from uuid import UUID

from sqlalchemy import select

from facility.accounts.models import Person
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application
from facility.applications.models.conflict_of_interest import ConflictDeclaration
from facility.applications.rules.submission import DECLARATIONS, Signature
from facility.applications.service import submission
from facility.awards.models.award import Award
from facility.awards.models.decision import AwardDecision
from facility.awards.service import deciding
from facility.awards.service.signing import record_signature
from facility.calls.rules.call import CallDraft
from facility.calls.service.closing import close_call
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.clock import BRUSSELS
from facility.db import Database, Tx
from facility.evaluation.models.assignment import Assignment
from facility.evaluation.models.committee import Declaration
from facility.evaluation.service import assessing
from facility.events.relay import deliver_all


class Teller:
    """Who acts, by their short names. delivers: off where a worker carries out what the commands set off, or nobody."""

    def __init__(self, db: Database, *, delivers: bool = True) -> None:
        self.db = db
        self.people: dict[str, UUID] = {}
        self._delivers = delivers

    async def meet(self) -> Self:
        """Get to know everybody who has an account, by what stands before the @ of their address."""
        async with self.db.reader() as connection:
            rows = await connection.execute(select(Person.email, Person.id))
            self.people = {email.partition("@")[0]: key for email, key in rows}
        return self

    async def act[T, **P](
        self,
        at: datetime,
        who: str | None,
        command: Callable[Concatenate[Tx, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Carry out one command as this person, and whatever it sets off, before anything else happens."""
        async with self.db.transaction(now=at, actor=self.people[who] if who else None) as tx:
            result = await command(tx, *args, **named)
        if self._delivers and tx.deliveries:
            await deliver_all(self.db, lambda: at)
        return result

    async def publish(self, draft: CallDraft, at: datetime, published_at: datetime | None = None) -> UUID:
        """Ada drafts the call, Vera publishes it."""
        call = await self.act(at, "ada", draft_call, draft)
        await self.act(published_at or at, "vera", publish_call, call.id)
        return call.id

    async def hand_in(
        self, application_id: UUID, who: str, at: datetime, *, name: str, function: str = "Head of department"
    ) -> None:
        """Submit the application under this name, with every declaration."""
        signature = Signature(name=name, function=function, declared=DECLARATIONS)
        await self.act(at, who, submission.submit, application_id, received_at=at, signature=signature)

    async def close(self, call_id: UUID, at: datetime) -> None:
        """The call closes, and Ada and Vera open it together."""
        await self.act(at, None, close_call, call_id, due_at=at)
        await self.open(call_id, at)

    async def open(self, call_id: UUID, at: datetime) -> None:
        """Ada and Vera open a closed call together."""
        await self.act(at, "ada", start_opening, call_id)
        await self.act(at, "vera", confirm_opening, call_id)

    async def admit(self, application_ids: Iterable[UUID], at: datetime, reason: str = "") -> None:
        """Ada finds these admissible."""
        for application_id in application_ids:
            await self.act(at, "ada", check_admissibility, application_id, admissible=True, reason=reason)

    async def appoint(
        self,
        assessor: str,
        application_ids: Iterable[UUID],
        at: datetime,
        signed_at: datetime | None = None,
    ) -> None:
        """Ada gives these to the assessor, who signs the declaration of their call, as far as that is not done yet."""
        for application_id in application_ids:
            await self.act(at, "ada", _assign, application_id, self.people[assessor])
            await self.act(signed_at or at, assessor, _sign, application_id)

    async def score(
        self,
        application_id: UUID,
        assessor: str,
        points: Mapping[str, Decimal],
        at: datetime,
        comment: str = "Sound.",
    ) -> None:
        """The appointed assessor declares no conflict, if that is not done yet, and sends these scores."""
        comments = {key.partition(".")[0]: comment for key in points}
        await self.act(at, assessor, _declare, application_id)
        await self.act(at, assessor, assessing.send_assessment, application_id, points, comments)

    async def decide(self, call_id: UUID, at: datetime, proposed_at: datetime | None = None) -> AwardDecision:
        """Vera proposes the ranking, Paul decides."""
        await self.act(proposed_at or at, "vera", deciding.propose, call_id)
        return await self.act(at, "paul", deciding.decide, call_id)

    async def sign(self, call_id: UUID, at: datetime) -> None:
        """The agreements on the awards of the call are signed, and Ada enters the day."""
        async with self.db.reader() as connection:
            query = select(Award.id, Application.title).join(
                Application, Application.id == Award.application_id
            )
            kept = query.where(Award.call_id == call_id, Award.kept).order_by(Award.id)
            awards = list(await connection.execute(kept))
        day = at.astimezone(BRUSSELS).date()
        for award_id, title in awards:
            await self.act(at, "ada", record_signature, award_id, signed_on=day, subject=title)


async def _assign(tx: Tx, application_id: UUID, assessor_id: UUID) -> None:
    if await tx.session.get(Assignment, (application_id, assessor_id)) is None:
        await assessing.assign(tx, application_id, assessor_id)


async def _sign(tx: Tx, application_id: UUID) -> None:
    call_id = (await tx.get(Application, application_id)).call_id
    if await tx.session.get(Declaration, (call_id, tx.actor)) is None:
        await assessing.sign_declaration(tx, call_id)


async def _declare(tx: Tx, application_id: UUID) -> None:
    if await tx.session.get(ConflictDeclaration, (application_id, tx.actor)) is None:
        await assessing.declare_conflict(tx, application_id, conflict=False)
