"""What each party fills in for itself, and what of it others may write or read."""

from uuid import UUID

import msgspec

from facility.applications.queries.application import shown
from facility.applications.service.confirmations import decline_party
from facility.applications.service.own_parts import fill_in_part
from facility.db import Database
from facility.forms.checks import Required
from tests.applications.conftest import NOW
from tests.applications.partners.conftest import confirm_all, parties, refused, states
from tests.applications.reading import kinds

SECRET = "Zwiebelfisch-Einheit"


async def test_a_party_fills_in_its_own_part(db: Database, trio: UUID) -> None:
    lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo.id, "own", {"part": "Hosts the workshop", "secret": SECRET})
        await fill_in_part(tx, kosovo.id, "own-role", {"role": "Hosts and feeds"})
    async with db.reader() as connection:
        application = await shown(connection, trio)
    section = application.form.section("own")
    assert section
    assert application.answers(section, kosovo.id) == {"part": "Hosts the workshop"}
    assert application.answers(section, kosovo.id, confidential=True)["secret"] == SECRET
    assert application.answers(section, lead.id) == {}
    assert application.parts.partners[0].role == "Hosts and feeds"
    assert (await kinds(db, trio)).count("PartFilledIn") == 2
    assert await refused(db, fill_in_part, kosovo.id, "ask", {"title": "Other"}) == ("not_found",)
    assert await refused(db, fill_in_part, kosovo.id, "own", {"nothing": "x"}) == ("not_found",)


async def test_the_lead_writes_for_a_partner_all_but_what_is_confidential(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo.id, "own", {"part": "Hosts"}, confidential=False)
    codes = await refused(db, fill_in_part, kosovo.id, "own", {"secret": "x"}, confidential=False)
    assert codes == ("not_found",)


async def test_two_who_fill_in_the_same_part_notice(db: Database, trio: UUID) -> None:
    _lead, kosovo, _montenegro = await parties(db, trio)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo.id, "own", {"part": "Hosts"}, seen=0)
        await fill_in_part(tx, kosovo.id, "own", {"secret": SECRET}, seen=1)
    codes = await refused(db, fill_in_part, kosovo.id, "own", {"part": "New"}, seen=0)
    assert codes == ("edited_meanwhile",)
    async with db.transaction(now=NOW) as tx:
        await decline_party(tx, kosovo.id, reason="No staff")
    assert await refused(db, fill_in_part, kosovo.id, "own", {"part": "New"}) == ("already_declined",)


async def test_what_a_party_writes_in_its_own_part_touches_itself_alone(db: Database, trio: UUID) -> None:
    kosovo, montenegro = await confirm_all(db, trio)
    async with db.reader() as connection:
        version = (await shown(connection, trio)).version
    codes = await refused(db, fill_in_part, kosovo, "own", {"part": "New"}, may_void=False)
    assert codes == ("voids_confirmations",)
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, kosovo, "own", {"part": "New"})
    assert await states(db, trio) == ["void", "confirmed"]
    async with db.reader() as connection:
        assert (await shown(connection, trio)).version == version
    async with db.transaction(now=NOW) as tx:
        await fill_in_part(tx, montenegro, "own-role", {"role": "Sends six prosecutors"})
    assert await states(db, trio) == ["void", "void"]


async def test_missing_parts_are_named_to_the_lead_and_secrets_are_not(db: Database, trio: UUID) -> None:
    _lead, kosovo, montenegro = await parties(db, trio)
    async with db.reader() as connection:
        application = await shown(connection, trio)
    own = application.form.section("own")
    assert own
    fields = tuple(msgspec.structs.replace(field, checks=(Required(),)) for field in own.fields[:2])
    sections = tuple(
        msgspec.structs.replace(section, fields=fields) if section.key == "own" else section
        for section in application.form.sections
    )
    application = msgspec.structs.replace(
        application, form=msgspec.structs.replace(application.form, sections=sections)
    )
    reasons = [
        (reason.code, reason.field)
        for reason in application.reasons_now(NOW)
        if "own" in (reason.field or "") or (reason.field or "").startswith("part:")
    ]
    assert reasons == [
        ("answer_missing", "own.part"),
        ("answer_missing", "own.secret"),
        ("answer_missing", f"part:{kosovo.id}.own.part"),
        ("confidential_part_missing", f"part:{kosovo.id}"),
        ("answer_missing", f"part:{montenegro.id}.own.part"),
        ("confidential_part_missing", f"part:{montenegro.id}"),
    ]
