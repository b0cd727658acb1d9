"""A call that is open, four institutions, and who acts for them."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select

from facility import clock
from facility.accounts.service.people import add_institution, add_user
from facility.accounts.service.people import seed as seed_accounts
from facility.admission.service.opening import confirm_opening, start_opening
from facility.applications.models.application import Application, Party
from facility.applications.service.confirmations import confirm_party
from facility.calls.rules.call import Grid
from facility.calls.rules.forms import FormDefinition
from facility.calls.rules.presets import PLAIN
from facility.calls.rules.scoring import Section
from facility.calls.service.draft import draft_call
from facility.calls.service.publication import publish_call
from facility.db import Database, Tx
from facility.story.calls import CALL, enter_money
from facility.story.drafts import Part, write_draft
from facility.web.access import Role
from tests.prepared import Prepared

BEFORE = datetime(2021, 5, 3, 8, tzinfo=UTC)
OPENS = datetime(2021, 6, 1, 7, tzinfo=UTC)
NOW = datetime(2021, 7, 1, 9, 30, tzinfo=UTC)
CLOSES = datetime(2021, 7, 30, 10, tzinfo=UTC)
GRID = Grid((Section("relevance", "Relevance", 100),), {}, 1, ("received_at",))


class Times(msgspec.Struct, frozen=True):
    """When the call was drafted, opens and closes, and when the draft was written."""

    before: datetime = BEFORE
    opens: datetime = OPENS
    now: datetime = NOW
    closes: datetime = CLOSES


class Stage(msgspec.Struct, frozen=True):
    """Ids: the call, institutions of AL, XK, ME and TR, and people."""

    call: UUID
    police: UUID
    partner: UUID
    prosecutor: UUID
    turkish: UUID
    omar: UUID
    vesa: UUID
    sara: UUID
    anna: UUID
    carl: UUID


@pytest.fixture
def times() -> Times:
    """Those of the story; pages look at the clock and put their own in their place."""
    return Times()


@pytest.fixture
def form() -> FormDefinition:
    """What the call asks for; a module about other forms puts its own in its place."""
    return PLAIN


@pytest.fixture
async def stage(db: Database, times: Times, form: FormDefinition, prepared: Prepared) -> Stage:
    """Omar leads (AL), Vesa is with a partner (XK), Sara in the secretariat, Anna authorises, Carl only looks."""
    return await prepared(_stage, times, form)


async def _stage(db: Database, times: Times, form: FormDefinition) -> Stage:
    async with db.transaction(now=times.before) as tx:
        await seed_accounts(tx)
        houses = {
            code: (await add_institution(tx, name=name, kind=kind, beneficiary_code=code)).id
            for code, name, kind in (
                ("AL", "Albanian State Police", "POLICE"),
                ("XK", "Kosovo* Police", "POLICE"),
                ("ME", "Supreme State Prosecutor's Office", "PROSECUTION"),
                ("TR", "Gendarmerie", "POLICE"),
            )
        }
        omar = await _user(tx, "Omar Hoxha", Role.OFFICER, houses["AL"])
        vesa = await _user(tx, "Vesa Gashi", Role.OFFICER, houses["XK"])
        sara = await _user(tx, "Sara Lind", Role.SECRETARIAT)
        anna = await _user(tx, "Anna Weiss", Role.AUTHORISING)
        carl = await _user(tx, "Carl Jansen", Role.COMMISSION)
        tx.actor = sara
        call = await _call(tx, times, form)
    async with db.transaction(now=times.before, actor=anna) as tx:
        await publish_call(tx, call)
    return Stage(call, houses["AL"], houses["XK"], houses["ME"], houses["TR"], omar, vesa, sara, anna, carl)


async def _user(tx: Tx, name: str, role: Role, institution: UUID | None = None) -> UUID:
    email = f"{name.split()[0].lower()}@example.org"
    return (await add_user(tx, name=name, email=email, roles=[role], institution_id=institution)).id


async def _call(tx: Tx, times: Times, form: FormDefinition) -> UUID:
    draft = msgspec.structs.replace(
        CALL,
        reference="TAF-2021-01",
        opens_at=times.opens,
        closes_at=times.closes,
        envelope_id=await enter_money(tx),
        grid=GRID,
        form=form,
    )
    return (await draft_call(tx, draft)).id


async def party_id(tx: Tx, application_id: UUID, *, lead: bool = False) -> UUID:
    """The lead's part, or the one partner's."""
    query = select(Party.id).where(
        Party.application_id == application_id, Party.is_lead == lead, Party.left_at.is_(None)
    )
    return (await tx.session.execute(query)).scalar_one()


async def row(db: Database, application_id: UUID) -> Application:
    """The application as it stands."""
    async with db.transaction(now=clock.now()) as tx:
        return await tx.get(Application, application_id)


async def open_call(db: Database, stage: Stage, at: datetime, call: UUID | None = None) -> None:
    """Sara and Anna open the closed call together."""
    async with db.transaction(now=at, actor=stage.sara) as tx:
        await start_opening(tx, call or stage.call)
    async with db.transaction(now=at, actor=stage.anna) as tx:
        await confirm_opening(tx, call or stage.call)


@pytest.fixture
async def draft(db: Database, stage: Stage, times: Times) -> UUID:
    """A draft of Omar's with one partner, Kosovo* Police; EUR 20 000 and 10 000.50."""
    lead = Part(stage.police, "Leads", Decimal("20000.00"))
    partner = Part(stage.partner, "Hosts the workshop", Decimal("10000.50"), "Vesa Gashi", "vesa@example.org")
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        return (await write_draft(tx, stage.call, "Firearms", lead, [partner])).id


@pytest.fixture
async def confirmed(db: Database, stage: Stage, times: Times, draft: UUID) -> UUID:
    """The draft, once its partner has confirmed."""
    async with db.transaction(now=times.now) as tx:
        await confirm_party(
            tx, await party_id(tx, draft), signatory_name="Vesa Gashi", signatory_function="Director"
        )
    return draft
