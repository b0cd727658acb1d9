"""What is typed of a party is never lost: kept for its person, shown again, saved, discarded, or chosen between two."""

import re
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.accounts.models import Institution
from facility.accounts.service.people import add_user
from facility.applications.models.application import Party
from facility.applications.service.confirmations import confirm_party, invite_party
from facility.applications.service.replacement import replace_party
from facility.db import Database
from facility.drafting.handlers import opened
from facility.drafting.models import UnsavedText
from facility.drafting.service import Holder, keep
from facility.events.models import EventRow
from facility.events.relay import drain
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.web.access import Role
from tests.applications.asking import asking_draft
from tests.applications.conftest import Stage, Times, party_id
from tests.browser import Browser, Browsers, errors, states
from tests.calls.reading import reconciled

QUIET = {"x-autosave": "1"}


@pytest.fixture
async def besa(db: Database, stage: Stage, browse: Browsers) -> Browser:
    """The browser of a colleague of Omar's."""
    async with db.transaction(now=clock.now()) as tx:
        person = await add_user(
            tx, name="Besa Hoxha", email="besa@example.org", roles=[Role.OFFICER], institution_id=stage.police
        )
    return await browse(person.id)


@pytest.fixture
async def partner(db: Database, draft: UUID) -> UUID:
    """The one partner."""
    async with db.transaction(now=clock.now()) as tx:
        return await party_id(tx, draft)


def typed(**changes: str) -> dict[str, str]:
    """The form of the partner as it stands."""
    return {
        "seen": "0",
        "role": "Hosts the workshop",
        "amount": "10000.50",
        "contact_name": "Vesa Gashi",
        "contact_email": "vesa@example.org",
        **changes,
    }


async def copies(db: Database) -> list[str]:
    """The keys of what is kept for anybody."""
    async with db.transaction(now=clock.now()) as tx:
        return list(await tx.session.scalars(select(UnsavedText.section)))


async def test_what_is_typed_of_a_partner_is_kept_until_it_is_saved_or_discarded(
    db: Database, stage: Stage, draft: UUID, partner: UUID, omar: Browser, browse: Browsers
) -> None:
    here = f"/applications/{draft}"
    path = f"{here}/parties/{partner}"
    for listing in (here, f"{here}/partners"):
        assert "unsaved-there" not in states(await omar.get(listing))
    half = typed(role="Hosts two work", amount="1.234", contact_email="ve")
    assert (await omar.send_form(f"{path}/copy", half, headers=QUIET)).status_code == 204
    again = await (await browse(stage.omar)).get(path)
    assert "unsaved" in states(again)
    assert "Hosts two work</textarea>" in again.text
    for value in ("1.234", "ve"):
        assert f'value="{value}"' in again.text
    for listing in (here, f"{here}/partners"):
        assert "unsaved-there" in states(await omar.get(listing))
    wrong = await omar.send_form(path, half)
    assert (wrong.status_code, errors(wrong)) == (422, ["amount", "contact_email"])
    later = await omar.send_form(f"{path}/copy", half)
    assert later.headers["location"] == f"{here}/partners"
    assert (await omar.send_form(f"{path}/discard")).headers["location"] == path
    assert "unsaved" not in states(await omar.get(path))
    await omar.send_form(f"{path}/copy", half, headers=QUIET)
    assert (await omar.send_form(path, typed(role="Hosts it"))).status_code == 303
    assert await copies(db) == []


async def test_what_the_lead_types_in_a_partners_part_is_told_on_the_lists(
    db: Database, stage: Stage, times: Times, omar: Browser
) -> None:
    application = await asking_draft(db, stage, times)
    async with db.transaction(now=clock.now()) as tx:
        partner = await party_id(tx, application)
    here = f"/applications/{application}"
    form = {"seen": "as it was", "part": "Half a sent", "topics": []}
    path = f"{here}/parties/{partner}/part/own"
    for marked in (False, True):
        tasks, listing = (await omar.get(here)).text, (await omar.get(f"{here}/partners")).text
        assert ("unsaved-there" in states(tasks)) == marked
        there = re.search(rf'data-state="unsaved-there">[^<]*</span> <a href="{path}">', listing)
        assert (there is not None) == marked
        await omar.send_form(f"{path}/copy", form, headers=QUIET)


async def test_a_new_partner_is_kept_with_the_institution_that_was_chosen(
    db: Database, stage: Stage, draft: UUID, omar: Browser
) -> None:
    path = f"/applications/{draft}/partners/add"
    form = typed(seen="1", role="Sends", institution_id=str(stage.prosecutor), institution_q="supreme")
    assert (await omar.send_form(f"{path}/copy", form, headers=QUIET)).status_code == 204
    again = await omar.get(path)
    assert f'value="{stage.prosecutor}" checked' in again.text
    assert "Sends</textarea>" in again.text
    assert "unsaved-new" in states(await omar.get(f"/applications/{draft}/partners"))
    unlisted = typed(seen="1", institution_name="Forensic Agency", kind="POLICE", beneficiary="BA")
    await omar.send_form(f"{path}/copy", unlisted, headers=QUIET)
    again = await omar.get(path)
    assert 'value="Forensic Agency"' in again.text
    assert '<option value="BA" selected>' in again.text
    for _click in range(2):
        assert (await omar.send_form(path, form)).status_code == 303
    assert await copies(db) == []
    other = await omar.send_form(path, {**form, "institution_id": str(stage.turkish)})
    assert (other.status_code, "entry-added" in states(other)) == (409, True)
    assert "Supreme State Prosecutor&#39;s Office</a>, by Omar Hoxha on" in other.text
    assert f'value="{stage.turkish}" checked' in other.text


async def test_two_officers_in_one_party_see_both_and_choose(
    db: Database, draft: UUID, partner: UUID, omar: Browser, besa: Browser
) -> None:
    path = f"/applications/{draft}/parties/{partner}"
    hers = typed(role="Hosts the workshop in Pristina", contact_name="Arta")
    assert (await besa.send_form(path, hers)).status_code == 303
    both = await omar.send_form(path, typed(role="Hosts the workshop in Prizren", amount="9 000"))
    assert both.status_code == 409
    assert "saved-meanwhile" in states(both)
    assert ("<del>Pristina</del>" in both.text, "<ins>Prizren</ins>" in both.text) == (True, True)
    assert await copies(db) == [f"party-{partner}"]
    merged = {
        **typed(seen="1", began="0", merging="yes", amount="9000.00"),
        "mine-role": "Hosts the workshop in Prizren",
        "theirs-role": hers["role"],
        "choice-role": "theirs",
        "mine-contact_name": "Vesa Gashi",
        "theirs-contact_name": "Arta",
        "choice-contact_name": "theirs",
    }
    assert (await omar.send_form(path, merged)).status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        row = await tx.get(Party, partner)
        assert (row.role, str(row.amount), row.contact_name) == (hers["role"], "9000.00", "Arta")
    assert await copies(db) == []


async def test_what_the_partner_saves_of_its_role_meets_what_the_lead_types(
    db: Database, stage: Stage, draft: UUID, partner: UUID, omar: Browser, browse: Browsers
) -> None:
    vesa, own = await browse(stage.vesa), f"/applications/{draft}/part/own-role"
    seen = (await vesa.get(own)).text.partition('name="seen" value="')[2].partition('"')[0]
    assert (await vesa.send_form(own, {"seen": seen, "role": "Hosts and pays"})).status_code == 303
    both = await omar.send_form(f"/applications/{draft}/parties/{partner}", typed(role="Hosts twice"))
    assert (both.status_code, "saved-meanwhile" in states(both)) == (409, True)


@pytest.mark.parametrize("way", ["removed", "replaced"])
async def test_a_party_that_goes_takes_what_is_typed_of_it_along(
    db: Database, stage: Stage, draft: UUID, partner: UUID, omar: Browser, way: str
) -> None:
    here = f"/applications/{draft}"
    await omar.send_form(f"{here}/parties/{partner}/copy", typed(role="Half"), headers=QUIET)
    await omar.send_form(f"{here}/partners/add/copy", typed(role="Another"), headers=QUIET)
    async with db.transaction(now=clock.now(), actor=stage.vesa) as tx:
        for holder in (Holder(stage.vesa), opened()):
            await keep(tx, partner, "own-role", holder, {"role": ["Half"]})
    if way == "removed":
        version = (await omar.get(f"{here}/parties/{partner}/remove")).text
        version = version.partition('name="version" value="')[2].partition('"')[0]
        await omar.send_form(f"{here}/parties/{partner}/remove", {"version": version})
    else:
        async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
            await replace_party(
                tx, partner, institution_id=stage.turkish, contact_name="D", contact_email="d@example.org"
            )
    assert await copies(db) == ["party-new"]
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.session.scalars(select(UnsavedText.section))).all() == ["party-new"]


async def test_it_is_not_kept_in_the_name_of_another_nor_for_others(
    db: Database, stage: Stage, draft: UUID, partner: UUID, besa: Browser, browse: Browsers
) -> None:
    vesa, form = await browse(stage.vesa), typed(by=str(stage.omar))
    for path in (f"/applications/{draft}/parties/{partner}", f"/applications/{draft}/partners/add"):
        refused = await besa.send_form(f"{path}/copy", form, headers=QUIET)
        assert (refused.status_code, refused.headers["x-reason"]) == (409, "other_person")
        assert (await besa.send_form(path, form)).status_code == 409
        for below in ("copy", "discard"):
            assert (await vesa.send_form(f"{path}/{below}", typed())).status_code == 404
    assert await copies(db) == []


@pytest.mark.parametrize("answer", ["decline", "change"])
async def test_an_answer_by_link_that_comes_too_late_is_there_to_copy(
    db: Database, stage: Stage, draft: UUID, partner: UUID, browse: Browsers, answer: str
) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, partner)
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        path = path_of((await tx.session.scalars(select(Link))).one())
    anybody = await browse()
    page = await anybody.get(path)
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
    text = "What took somebody half an hour to write."
    form = {"answer": answer, "seen": seen, "reason": text, "wish": text}
    empty = await anybody.send_form(path, {**form, "reason": "", "wish": ""})
    assert empty.status_code == 422
    async with db.transaction(now=clock.now()) as tx:
        await confirm_party(tx, partner, signatory_name="Vesa Gashi", signatory_function="Director")
    late = await anybody.send_form(path, form)
    assert (late.status_code, f"{text}</textarea>" in late.text) == (409, True)


async def test_what_is_asked_about_first_leaves_no_trace_of_the_institution_that_was_typed(
    db: Database, draft: UUID, omar: Browser
) -> None:
    """The command had added it before it saw that somebody else had added a partner meanwhile."""
    path = f"/applications/{draft}/partners/add"
    form = typed(seen="0", institution_name="Forensic Agency", kind="POLICE", beneficiary="BA")
    assert (await omar.send_form(path, form)).status_code == 409
    assert (await reconciled(db), await named(db, "Forensic Agency")) == ([], 0)
    assert (await omar.send_form(path, form | {"seen": "1"})).status_code == 303
    assert (await reconciled(db), await named(db, "Forensic Agency")) == ([], 1)


async def named(db: Database, name: str) -> int:
    """How many institutions are named so, each with the event of its entry."""
    entered = select(EventRow.subject_id).where(EventRow.kind == "InstitutionAdded")
    async with db.reader() as connection:
        rows = await connection.execute(
            select(Institution.id).where(Institution.name == name, Institution.id.in_(entered))
        )
        return len(rows.all())
