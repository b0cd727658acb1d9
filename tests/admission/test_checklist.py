"""Admissibility by a checklist: what is found, what an officer may say, and the conclusion that follows."""

from contextlib import nullcontext
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest
from sqlalchemy import select, text

from facility.admission.queries.checklist import checklist
from facility.admission.rules.checklist import Facts, ItemFinding, Judged, Verdict, check_judgements, find
from facility.admission.rules.overlap import OverlapOutcome
from facility.admission.service.admissibility import check_admissibility
from facility.admission.service.consultations import answer_consultation
from facility.admission.service.overlap import judge_overlap
from facility.admission.words import FIGURES
from facility.applications.models.application import AdmissibilityCheck, Application
from facility.applications.queries.application import shown
from facility.applications.rules.judged_items import Finding
from facility.applications.service.withdrawal import withdraw
from facility.calls.rules.checklist import STANDARD, ChecklistItem
from facility.db import Database
from facility.events.relay import deliver_all
from facility.refused import Refused
from tests.admission.review import OPENED, alone, consult, offices, opened
from tests.applications.conftest import NOW, Stage
from tests.browser import Browsers, gives_reason, says

AT = datetime(2021, 7, 30, 10, tzinfo=UTC)
FACTS = Facts(
    received_at=AT,
    opens_at=datetime(2021, 6, 1, tzinfo=UTC),
    closes_at=AT,
    beneficiaries=2,
    min_beneficiaries=2,
    eligible=True,
    unchecked=0,
    partners=1,
    confirmed=1,
    requested=Decimal("60000.00"),
    award_min=Decimal("5000.00"),
    award_max=Decimal("60000.00"),
    declared=4,
    declarations=4,
    documents=1,
    unread=0,
    refused_documents=0,
    rights=True,
    consulted=1,
    against=(),
    overlap=OverlapOutcome.NONE,
)
HUMAN = {"activities"}


def test_a_flawless_application_is_found_to_be_so() -> None:
    findings = {key: find(key, FACTS).finding for key in STANDARD}
    assert findings == {key: Finding.UNKNOWN if key in HUMAN else Finding.MET for key in STANDARD}
    assert find("own-1", FACTS) == ItemFinding(Finding.UNKNOWN)


@pytest.mark.parametrize(
    ("key", "change", "finding"),
    [
        ("in_time", {"received_at": datetime(2021, 7, 30, 10, 0, 0, 1, tzinfo=UTC)}, Finding.NOT_MET),
        ("beneficiaries", {"beneficiaries": 1}, Finding.NOT_MET),
        ("eligible_parties", {"eligible": False}, Finding.NOT_MET),
        ("eligible_parties", {"eligible": False, "unchecked": 1}, Finding.NOT_MET),
        ("eligible_parties", {"unchecked": 1}, Finding.UNKNOWN),
        ("confirmations", {"confirmed": 0}, Finding.NOT_MET),
        ("amounts", {"requested": Decimal("60000.01")}, Finding.NOT_MET),
        ("amounts", {"requested": Decimal("4999.99")}, Finding.NOT_MET),
        ("declarations", {"declared": 3}, Finding.NOT_MET),
        ("declarations", {"declared": None}, Finding.UNKNOWN),
        ("documents", {"unread": 2}, Finding.UNKNOWN),
        ("classified", {"refused_documents": 1}, Finding.UNKNOWN),
        ("rights", {"rights": False}, Finding.NOT_MET),
        ("rights", {"rights": None}, Finding.UNKNOWN),
        ("consultation", {"against": ("objection_unanswered",)}, Finding.NOT_MET),
        ("consultation", {"consulted": 0}, Finding.UNKNOWN),
        ("overlap", {"overlap": OverlapOutcome.DUPLICATES}, Finding.NOT_MET),
        ("overlap", {"overlap": None}, Finding.UNKNOWN),
    ],
)
def test_what_is_wrong_is_found(key: str, change: dict[str, object], finding: Finding) -> None:
    assert find(key, msgspec.structs.replace(FACTS, **change)).finding is finding


ITEMS = (ChecklistItem("in_time"), ChecklistItem("activities"))
BOTH = {"in_time": ItemFinding(Finding.MET), "activities": ItemFinding(Finding.UNKNOWN)}
MET = Judged(Verdict.MET)


@pytest.mark.parametrize(
    ("judged", "admissible", "reason", "codes"),
    [
        ({"in_time": MET, "activities": MET}, True, "", ()),
        ({"in_time": MET}, True, "", ("item_not_judged",)),
        (
            {"in_time": Judged(Verdict.NOT_MET), "activities": MET},
            False,
            "Late",
            ("difference_needs_reason",),
        ),
        ({"in_time": Judged(Verdict.NOT_MET, "By fax"), "activities": MET}, False, "Late", ()),
        ({"in_time": MET, "activities": Judged(Verdict.NOT_MET)}, False, "x", ("not_met_needs_reason",)),
        ({"in_time": MET, "activities": MET}, False, "x", ("nothing_not_met",)),
        (
            {"in_time": MET, "activities": Judged(Verdict.NOT_MET, "Cash")},
            True,
            "",
            ("in_spite_needs_reason",),
        ),
        ({"in_time": MET, "activities": Judged(Verdict.NOT_MET, "Cash")}, True, "Small", ()),
        ({}, False, "", ("item_not_judged", "item_not_judged", "nothing_not_met")),
    ],
)
def test_the_conclusion_follows_from_the_items(
    judged: dict[str, Judged], admissible: bool, reason: str, codes: tuple[str, ...]
) -> None:
    expected = pytest.raises(Refused) if codes else nullcontext()
    with expected as refused:
        check_judgements(ITEMS, BOTH, judged, admissible=admissible, reason=reason)
    assert codes == (refused.value.codes if refused else ())


async def automatic_findings(db: Database, application_id: UUID) -> dict[str, str]:
    async with db.reader() as connection:
        listed = await checklist(connection, await shown(connection, application_id))
    return {line.item.key: line.automatic.finding.value for line in listed.lines}


async def test_findings_follow_what_happens(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    before = await automatic_findings(db, confirmed)
    assert (before["consultation"], before["overlap"], before["confirmations"]) == (
        "unknown",
        "unknown",
        "met",
    )
    (key,) = await consult(db, stage, confirmed, await offices(db, 1))
    assert (await automatic_findings(db, confirmed))["consultation"] == "not_met"
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        await answer_consultation(tx, key, objects=False, name="Eva")
        await judge_overlap(tx, confirmed, outcome=OverlapOutcome.DUPLICATES, reason="R3 does it.")
    after = await automatic_findings(db, confirmed)
    assert (after["consultation"], after["overlap"]) == ("met", "not_met")


async def test_without_an_officer_the_findings_stand(db: Database, stage: Stage, confirmed: UUID) -> None:
    await opened(db, stage, confirmed)
    async with db.transaction(now=OPENED, actor=stage.sara) as tx:
        await check_admissibility(tx, confirmed, admissible=True)
    async with db.reader() as connection:
        (check,) = (await shown(connection, confirmed)).checks
    items = {item.key: (item.finding.value, item.verdict) for item in check.items}
    assert set(items) == set(STANDARD)
    assert items["confirmations"] == ("met", "met")
    assert items["activities"] == ("unknown", "")


async def test_a_judgement_is_put_right_with_the_same_conclusion(
    db: Database, stage: Stage, confirmed: UUID
) -> None:
    """The later one stands; said twice, it is there once, and one letter goes."""
    await opened(db, stage, confirmed)
    for reason in ("Late", "Late", "Too late"):
        async with db.transaction(now=OPENED, actor=stage.sara) as tx:
            await check_admissibility(tx, confirmed, admissible=False, reason=reason)
    await deliver_all(db, lambda: OPENED)
    async with db.transaction(now=OPENED) as tx:
        checks = (await tx.session.scalars(select(AdmissibilityCheck.reason))).all()
        letters = text("SELECT count(*) FROM mail WHERE template = 'admission/inadmissible'")
        assert sorted(checks) == ["Late", "Too late"]
        assert await tx.session.scalar(letters) == 2


async def test_the_page_judges_item_by_item(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    sara = await browse(stage.sara)
    here = f"/applications/{confirmed}/admissibility"
    page = (await sara.get(here)).text
    assert says(page, FIGURES["beneficiaries"], count=2, least=2)
    assert says(page, FIGURES["confirmations"], count=1, all=1)
    everything = {f"{key}-verdict": "met" for key in STANDARD}
    missing = await sara.send_form(here, {**everything, "overlap-verdict": "", "reason": "x"})
    assert missing.status_code == 422
    assert gives_reason(missing, "item_not_judged")
    assert 'href="#f-admissible">Conclusion: ' in missing.text
    wrong = await sara.send_form(here, {**everything, "admissible": "no", "reason": "x"})
    assert wrong.status_code == 422
    assert gives_reason(wrong, "nothing_not_met")
    sent = await sara.send_form(
        here,
        {
            **everything,
            "confirmations-verdict": "not_met",
            "confirmations-reason": "The signatory may not sign.",
            "admissible": "no",
            "reason": "The mandate is missing.",
        },
    )
    assert sent.status_code == 303
    async with db.transaction(now=NOW) as tx:
        assert (await tx.get(Application, confirmed)).status == "inadmissible"
    assert "The signatory may not sign." in (await sara.get(f"/applications/{confirmed}")).text
    assert "The signatory may not sign." in (await sara.get(here)).text
    nonsense = await sara.send_form(here, {**everything, "in_time-verdict": "maybe", "admissible": "yes"})
    assert nonsense.status_code == 422


async def test_what_is_not_to_be_judged_is_said_before_the_work(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    await opened(db, stage, confirmed)
    exception = await alone(db, stage)
    async with db.transaction(now=OPENED, actor=stage.omar) as tx:
        await withdraw(tx, confirmed)
    sara = await browse(stage.sara)
    for key, code in (
        (exception, "wrong_track"),
        (confirmed, "wrong_status"),
    ):
        page = await sara.get(f"/applications/{key}/admissibility")
        assert (page.status_code, gives_reason(page, code)) == (409, True)
        assert "/admissibility" not in (await sara.get(f"/applications/{key}")).text
