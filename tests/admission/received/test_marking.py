"""Several judged at once, where each one's rule passes."""

from uuid import UUID, uuid4

from sqlalchemy import text

from facility.admission.pages.selected import NOTHING_TICKED
from facility.admission.service.admissibility import check_admissibility
from facility.applications.service.withdrawal import leave
from facility.db import Database
from tests.admission.received.conftest import AFTER, HERE
from tests.applications.conftest import Stage, party_id
from tests.browser import Browsers, gives_reason, says


async def test_several_are_marked_where_each_ones_rule_passes(
    db: Database, browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    judged = await handed_in_and_judged(db, stage, opened)
    sara = await browse(stage.sara)
    answer = await sara.send_form(
        f"{HERE}/selected",
        {"query": "sort=amount", "deed": "admissible", "chosen": [*map(str, opened.values()), str(uuid4())]},
    )
    assert answer.status_code == 200
    assert "1 is marked as admissible" in answer.text
    assert "2 were not changed" in answer.text
    assert gives_reason(answer, "judged_already")
    assert gives_reason(answer, "wrong_track")
    async with db.reader() as connection:
        rows = await connection.execute(text("SELECT id, status FROM application"))
        states = {row.id: row.status for row in rows}
        events = await connection.execute(
            text("SELECT subject_id, actor_id FROM event WHERE kind = 'AdmissibilityChecked' ORDER BY seq")
        )
        checks = [(row.subject_id, row.actor_id) for row in events]
    assert {name: states[key] for name, key in opened.items()} == {
        "firearms": "admissible",
        "cyber": "inadmissible",
        "alone": "submitted",
    }
    assert checks == [(judged, stage.sara), (opened["firearms"], stage.sara)]


async def handed_in_and_judged(db: Database, stage: Stage, opened: dict[str, UUID]) -> UUID:
    async with db.transaction(now=AFTER, actor=stage.sara) as tx:
        await check_admissibility(tx, opened["cyber"], admissible=False, reason="Not of this kind")
    return opened["cyber"]


async def test_findings_of_the_machine_keep_one_from_being_marked(
    db: Database, browse: Browsers, stage: Stage, opened: dict[str, UUID]
) -> None:
    async with db.transaction(now=AFTER, actor=stage.vesa) as tx:
        await leave(tx, await party_id(tx, opened["firearms"]), reason="No people")
    sara = await browse(stage.sara)
    form = {"query": "", "deed": "admissible", "chosen": str(opened["firearms"])}
    answer = await sara.send_form(f"{HERE}/selected", form)
    assert "0 are marked as admissible" in answer.text
    async with db.reader() as connection:
        counted = await connection.execute(text("SELECT count(*) FROM admissibility_check"))
        assert counted.scalar_one() == 0


async def test_sealed_ones_cannot_be_marked_and_only_the_secretariat_marks(
    browse: Browsers, stage: Stage, three: dict[str, UUID]
) -> None:
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    form = {"query": "", "deed": "admissible", "chosen": str(three["firearms"])}
    answer = await sara.send_form(f"{HERE}/selected", form)
    assert gives_reason(answer, "not_opened")
    assert (await carl.send_form(f"{HERE}/selected", form)).status_code == 403
    nothing = await sara.send_form(f"{HERE}/selected", {"query": "q=x", "deed": "csv"})
    assert (nothing.status_code, says(nothing, NOTHING_TICKED)) == (422, True)
