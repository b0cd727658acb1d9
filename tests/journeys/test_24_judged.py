"""A committee judges: a late conflict, scores on which assessors agree beside a dissent, a tie that the lot decides."""

import hashlib
from decimal import Decimal
from uuid import UUID

import msgspec
from playwright.sync_api import expect

from facility import clock
from facility.accounts.service.people import add_user
from facility.awards.queries.report import report
from facility.awards.service.report import sign_report
from facility.calls.rules.committee import Committee
from facility.calls.rules.scoring import Settles
from facility.db import Tx
from facility.evaluation.rules.committee import Function
from facility.evaluation.service.assessing import sign_declaration
from facility.evaluation.service.committee import appoint
from facility.story.calls import SHORT_GRID
from facility.story.teller import Teller
from facility.web.access import Role
from tests.journeys.cast import Company, address
from tests.journeys.machinery import Service
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_9_keyboard import enter, tab_to
from tests.journeys.visitor import Visitor

CALL = "TAF-2026-24"
APART, FIRST, SECOND = (f"{CALL}/{number:03}" for number in (1, 2, 3))
GRID = msgspec.structs.replace(
    SHORT_GRID, divergence=15, settles=Settles.CONSENSUS, tie_break=("relevance", "lot")
)
COMMITTEE = (
    ("vera", Function.CHAIR, "Facility"),
    ("ada", Function.SECRETARY, "Facility"),
    ("elena", Function.VOTING, "Prosecution of Rome"),
    ("erik", Function.VOTING, "Police of Stockholm"),
    ("emma", Function.VOTING, "Police of Helsinki"),
)


def begin(visitor: Visitor, kind: str, call: str, thing: str = "") -> None:
    """From the start page to what waits there in this call: the first of a kind, or the first with these words."""
    visitor.goto(f"/?call={call}")
    waiting = visitor.page.locator(f'[data-work="{kind}"] a').filter(has_text=thing)
    visitor.step(waiting.first.click)


def judged(stage: Stage) -> list[UUID]:
    """EUR 60 000 for two of three requests. Totals of the first are 20 points apart, those of the others the same: the call,
    and the applications."""
    amounts = ("20000.00", "10000.00")
    wishes = [Wish(title, amounts=amounts) for title in ("Far apart", "Equal to it", "As good as that")]
    call_id, *keys = stage.closed(
        CALL, "By a committee", wishes, opened=False, grid=GRID, committee=Committee(3, 2)
    )
    stage.tell(lambda teller: seat(teller, call_id), "ada", "vera", "paul", "elena", "erik")
    stage.open(call_id)
    for key, scores in zip(keys, (("76", "56"), ("64", "64"), ("64", "64")), strict=True):
        stage.admit(key)
        for assessor, relevance in zip(("elena", "erik"), scores, strict=True):
            stage.score(key, assessor, "14", relevance)
    return [call_id, *keys]


async def seat(teller: Teller, call_id: UUID) -> None:
    """The committee is appointed, and who runs the call signs its declaration."""
    now = clock.now()
    await teller.act(now, None, add_user, name="Emma Laine", email=address("emma"), roles=[Role.ASSESSOR])
    await teller.meet()
    for who in ("ada", "vera", "paul"):
        await teller.act(now, who, sign_declaration, call_id)
    for who, function, institution in COMMITTEE:
        person = teller.people[who]
        await teller.act(now, "paul", appoint, call_id, person, function, institution=institution)


def recuse(stage: Stage, company: Company, call_id: UUID, application: UUID) -> None:
    """Erik learns of a conflict after he has sent; the chair sees it, and the secretary finds somebody else."""
    ada, vera, erik = (company[key] for key in ("ada", "vera", "erik"))
    erik.goto(f"/assessments/{application}")
    erik.heading("As good as that")
    erik.step(erik.page.locator(f'main a[href="/assessments/{application}/conflict"]').click)
    erik.check("conflict", "yes")
    erik.fill("What the conflict is", "My sister has joined the team.")
    erik.press("Declare")
    erik.sees_notice()
    erik.sees_not("As good as that")
    mail = vera.post.next(vera.email, SECOND)
    assert ("Erik Dahl" in mail.text, "sister" in mail.text) == (True, False)
    vera.goto(f"/evaluation/{call_id}")
    expect(vera.row(SECOND)).to_contain_text("1 missing")
    expect(vera.row(SECOND)).to_contain_text("Recused")
    begin(ada, "calls-whose-applications-lack-assessors", CALL)
    ada.tick(f"Choose {SECOND}")
    ada.tick("Emma Laine")
    ada.press("Assign")
    expect(ada.row(SECOND)).to_contain_text("Not declared")
    stage.tell(lambda teller: assess(teller, application))


async def assess(teller: Teller, application: UUID) -> None:
    """Emma gives what Erik gave."""
    now = clock.now()
    await teller.appoint("emma", [application], now)
    await teller.score(application, "emma", {"capacity": Decimal(14), "relevance": Decimal(64)}, now)


def agree(company: Company) -> None:
    """The chair appoints Elena, who writes the scores; Erik dissents, by keyboard alone."""
    vera, elena, erik = (company[key] for key in ("vera", "elena", "erik"))
    begin(vera, "scores-to-settle", CALL)
    apart = vera.page.locator(".notice").filter(has_text="The totals are 20 points apart")
    expect(apart).to_contain_text("15")
    vera.tick("Elena Rossi")
    vera.press("Ask the assessors to agree")
    expect(vera.row("rapporteur")).to_contain_text("Elena Rossi")
    begin(elena, "agreed-scores-to-write", CALL)
    elena.fill("Financial and operational capacity: score", "14")
    elena.fill("Relevance: score", "70")
    elena.press("Send the agreed scores")
    answers = elena.page.get_by_role("table", name="Answers of the assessors")
    expect(answers.get_by_role("row", name="Erik Dahl")).to_contain_text("Not answered")
    dissent(erik)
    vera.page.reload()
    vera.sees("The agreed scores count", "The budget is not explained.")


def dissent(erik: Visitor) -> None:
    """From the start page, nothing but keys; the reason is forgotten at first."""
    erik.goto(f"/?call={CALL}")
    tab_to(erik, at='[data-work="agreed-scores-to-answer-on"] a')
    enter(erik)
    tab_to(erik, "I agree")
    erik.page.keyboard.press("ArrowDown")
    expect(erik.page.get_by_role("radio", name="I dissent")).to_be_checked()
    enter(erik, status=422)
    erik.page.keyboard.press("Tab")
    erik.page.keyboard.press("Enter")
    expect(erik.page.get_by_label("Reasons for your dissent")).to_be_focused()
    erik.page.keyboard.type("The budget is not explained.")
    tab_to(erik, "Send the answer")
    enter(erik)
    erik.sees_notice()


def ranks(visitor: Visitor) -> list[tuple[str, ...]]:
    """Rank, application and outcome of each row of the ranking."""
    lines = visitor.page.locator("#ranking tbody tr").filter(has_text=f"{CALL}/")
    cells = [
        [line.locator("td").first, line.locator("th a"), line.locator("td").last] for line in lines.all()
    ]
    return [tuple(" ".join(cell.inner_text().split()) for cell in row) for row in cells]


def drawn(vera: Visitor) -> list[str]:
    """The chair proposes the ranking, and anybody can draw again: the applications in their order."""
    begin(vera, "rankings-to-propose", CALL)
    expect(vera.row(APART)).to_contain_text("Agreed scores")
    expect(vera.row(APART)).to_contain_text("84.00")
    commitment = vera.page.locator("main .code").inner_text()
    vera.press("Propose this ranking")
    published, seed, *_ = vera.page.locator("main .code").all_inner_texts()
    assert published == commitment == hashlib.sha256(seed.encode()).hexdigest()
    tie = sorted(
        (FIRST, SECOND), key=lambda reference: hashlib.sha256(f"{seed}{reference}".encode()).hexdigest()
    )
    assert ranks(vera) == [
        ("1", APART, "Award"),
        ("2 by lot", tie[0], "Award"),
        ("3 by lot", tie[1], "Reserve 1"),
    ]
    return [APART, *tie]


def sign(stage: Stage, company: Company, call_id: UUID) -> None:
    """Each voting member signs, Erik without what he has a conflict on."""

    async def signed(tx: Tx) -> None:
        assert tx.actor
        view = await report(await tx.session.connection(), call_id, tx.actor)
        await sign_report(tx, call_id, seen=view.digest)

    elena, erik = company["elena"], company["erik"]
    begin(elena, "evaluation-reports-to-sign", CALL)
    elena.sees(APART, FIRST, SECOND, "Award")
    begin(erik, "evaluation-reports-to-sign", CALL)
    erik.sees(APART, FIRST)
    erik.sees_state("recused")
    erik.sees_not(SECOND, "Award")
    erik.press("Sign the evaluation report")
    for who in ("elena", "emma"):
        stage.tell(lambda teller, who=who: teller.act(clock.now(), who, signed))  # type: ignore[misc]


def test_a_committee_agrees_and_the_lot_decides(company: Company, stage: Stage, service: Service) -> None:
    call_id, *keys = judged(stage)
    recuse(stage, company, call_id, keys[2])
    agree(company)
    order = drawn(company["vera"])
    sign(stage, company, call_id)
    paul = company["paul"]
    begin(paul, "proposed-rankings-to-decide", CALL)
    paul.sees("2 awards", "1 place on the reserve list")
    paul.press("Decide the call")
    paul.sees_notice()
    outcomes = "SELECT reference, status FROM application WHERE call_id = :id"
    decided = zip(order, ("awarded", "awarded", "reserve"), strict=True)
    assert dict(service.rows(outcomes, id=call_id)) == dict(decided)
