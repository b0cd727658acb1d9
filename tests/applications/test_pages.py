"""Pages of applications: who sees what, what they save, and what they answer when they can't."""

import hashlib
import io
import re
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import msgspec
import pytest
from pypdf import PdfReader, PdfWriter
from sqlalchemy import select

from facility import clock
from facility.accounts.service import add_user
from facility.applications.models import Application, ClassifiedRefusal, Document, Party, SectionAnswers
from facility.applications.rules import DECLARATIONS
from facility.applications.service import (
    answer_consultation,
    change_party,
    confirm_party,
    invite_party,
    record_consultation,
    save_answers,
    start_application,
    submit,
)
from facility.calls.rules.checklist import STANDARD
from facility.calls.rules.forms import Answers
from facility.calls.service import close_call
from facility.db import Database
from facility.events.relay import drain
from facility.experts.service import seed_themes
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from facility.settings import Settings
from facility.web.access import Role
from tests.applications.conftest import Stage, Times, open_call, party_id
from tests.applications.review import consult, offices
from tests.browser import Browsers
from tests.statements import count_statements

SIGNED = dict.fromkeys(DECLARATIONS, "yes") | {
    "signatory_name": "Omar Hoxha",
    "signatory_function": "Head",
}


@pytest.fixture
def times() -> Times:
    """A call that is open now: pages look at the clock."""
    now = clock.now()
    return Times(
        now - timedelta(days=9), now - timedelta(days=8), now - timedelta(days=7), now + timedelta(days=1)
    )


ANSWERED: dict[str, Answers] = {
    "ask": {"summary": "A workshop", "plan": "Three days"},
    "casework": {"casework_origin": "Unanswered requests"},
    "themes": {"themes": ["X.JIT"]},
}


async def summary(db: Database, application_id: UUID) -> str:
    """What its summary says."""
    async with db.transaction(now=clock.now()) as tx:
        query = select(SectionAnswers).where(
            SectionAnswers.application_id == application_id, SectionAnswers.section == "ask"
        )
        kept = (await tx.session.scalars(query)).first()
    return str(kept.answers.get("summary", "")) if kept else ""


@pytest.fixture
async def complete(db: Database, times: Times, confirmed: UUID) -> UUID:
    """The confirmed draft, with every answer."""
    async with db.transaction(now=times.now) as tx:
        await seed_themes(tx)
        await save_answers(
            tx,
            confirmed,
            ANSWERED,
        )
        await confirm_party(
            tx, await party_id(tx, confirmed), signatory_name="Vesa Gashi", signatory_function="Director"
        )
    return confirmed


@pytest.fixture
async def submitted(db: Database, stage: Stage, times: Times, complete: UUID) -> UUID:
    """The application, handed in."""
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, complete, received_at=times.now)
    return complete


async def close(db: Database, stage: Stage, times: Times) -> None:
    async with db.transaction(now=times.closes) as tx:
        await close_call(tx, stage.call, due_at=times.closes)


async def open_up(db: Database, stage: Stage, times: Times) -> None:
    """The call closes, and two people open it."""
    await close(db, stage, times)
    await open_call(db, stage, times.closes)


async def row(db: Database, application_id: UUID) -> Application:
    async with db.transaction(now=clock.now()) as tx:
        return await tx.get(Application, application_id)


def errors(page: httpx.Response) -> list[str]:
    """The fields that the summary links to."""
    return re.findall(r'<li><a href="#f-([^"]+)">', page.text)


def seal_on(page: httpx.Response) -> str:
    """The seal of what a partner's page shows."""
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


async def test_a_draft_is_made_and_filled_in(db: Database, stage: Stage, browse: Browsers) -> None:
    omar = await browse(stage.omar)
    assert "TAF-2021-01: Joint initiatives" in (await omar.get("/applications/start")).text
    wrong = await omar.send_form("/applications/start", {"call_id": "x", "track": "both", "title": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["call_id", "track", "title"])
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "joint", "title": "Firearms"}
    )
    assert made.status_code == 303
    tasks = await omar.get(made.headers["location"])
    assert tasks.text.count("Not started") == 4
    assert "Cannot be submitted yet" in tasks.text
    saved = await omar.send_form(
        f"{made.headers['location']}/answers/ask",
        {"seen": "0", "title": "Firearms", "summary": "Line one\r\n\r\nLine two", "plan": ""},
    )
    assert saved.headers["location"] == made.headers["location"]
    async with db.transaction(now=clock.now()) as tx:
        application = (await tx.session.execute(select(Application))).scalar_one()
    assert (await summary(db, application.id), application.version, application.reference) == (
        "Line one\n\nLine two",
        2,
        "TAF-2021-01/001",
    )


async def test_saving_over_a_confirmation_asks_first(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    form = {"seen": "0", "title": "Firearms", "summary": "New words", "plan": ""}
    path = f"/applications/{confirmed}/answers/ask"
    asked = await omar.send_form(path, form)
    assert asked.status_code == 409
    assert "Save and void the confirmations" in asked.text
    assert "New words" in asked.text
    assert await summary(db, confirmed) == ""
    saved = await omar.send_form(path, {**form, "void": "yes"})
    assert saved.status_code == 303
    assert await summary(db, confirmed) == "New words"


async def test_every_wrong_field_of_a_partner(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/partners/add"
    form = {
        "version": "3",
        "institution_id": "",
        "role": "",
        "amount": "1.005",
        "contact_name": "M",
        "contact_email": "m",
    }
    wrong = await omar.send_form(path, form)
    assert (wrong.status_code, errors(wrong)) == (
        422,
        ["institution_id", "role", "amount", "contact_email"],
    )
    good = {
        "version": str((await row(db, draft)).version),
        "institution_id": str(stage.prosecutor),
        "role": "Sends prosecutors",
        "amount": "5 000,5",
        "contact_name": "Milena",
        "contact_email": "Milena@Example.org",
    }
    added = await omar.send_form(path, good)
    assert added.headers["location"] == f"/applications/{draft}/partners"
    twice = await omar.send_form(path, {**good, "version": str((await row(db, draft)).version)})
    assert (twice.status_code, errors(twice)) == (422, ["institution_id"])
    assert str((await row(db, draft)).requested) == "35001.00"


async def test_a_partner_answers_by_link(db: Database, stage: Stage, draft: UUID, browse: Browsers) -> None:
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await invite_party(tx, await party_id(tx, draft))
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mail, link = (await tx.session.execute(select(Mail, Link).join(Link, Link.id == Mail.link_id))).one()
    assert (mail.to_address, mail.subject) == (
        "vesa@example.org",
        "Please confirm the joint application TAF-2021-01/001",
    )
    anybody, path = await browse(), path_of(link)
    shown = await anybody.get(path)
    assert (shown.status_code, "We confirm" in shown.text) == (200, True)
    seen = seal_on(shown)
    wrong = await anybody.send_form(path, {"answer": "confirm", "signatory_name": "", "seen": seen})
    assert (wrong.status_code, errors(wrong)) == (422, ["signatory_name", "signatory_function"])
    signed = {"answer": "confirm", "signatory_name": "Vesa Gashi", "signatory_function": "Director"}
    older = await anybody.send_form(path, {**signed, "seen": "0" * 64})
    assert (older.status_code, "while you were reading" in older.text) == (409, True)
    done = await anybody.send_form(path, {**signed, "seen": seen})
    assert (done.status_code, done.headers["location"]) == (303, path)
    kind = await anybody.get(path)
    assert "Thank you, this is confirmed" in kind.text
    again = await anybody.send_form(path, {"answer": "decline", "reason": "No", "seen": seen})
    assert (again.status_code, "Thank you, this is confirmed" in again.text) == (409, True)
    assert (await anybody.get("/link/partner/never-was")).status_code == 404


async def test_a_corrected_address_gets_a_new_link(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        partner = await party_id(tx, draft)
    asked = await omar.send_form(f"/applications/{draft}/parties/{partner}/ask")
    assert asked.status_code == 303
    await drain(db, clock.now)
    changed = await omar.send_form(
        f"/applications/{draft}/parties/{partner}",
        {
            "version": str((await row(db, draft)).version),
            "role": "Hosts the workshop",
            "amount": "10000.50",
            "contact_name": "Vesa Gashi",
            "contact_email": "right@example.org",
        },
    )
    assert changed.status_code == 303
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mails = (
            await tx.session.execute(
                select(Mail, Link).join(Link, Link.id == Mail.link_id).order_by(Mail.created_at)
            )
        ).all()
    assert [mail.to_address for mail, _ in mails] == ["vesa@example.org", "right@example.org"]
    assert [link.revoked_at is None for _, link in mails] == [False, True]
    old = await (await browse()).get(path_of(mails[0][1]))
    assert "a newer one has been sent" in old.text


def pdf(marking: str = "") -> bytes:
    """A PDF whose title carries the marking."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": marking or "Agenda"})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_a_marked_document_leaves_a_trace_and_no_file(
    db: Database, stage: Stage, draft: UUID, browse: Browsers, settings: Settings
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/documents"
    content = pdf("RESTREINT UE/EU RESTRICTED")
    refused = await omar.send_form(
        path, {"version": "3"}, files={"document": ("annex.pdf", content, "application/pdf")}
    )
    assert (refused.status_code, errors(refused)) == (422, ["document"])
    assert "Go on without it" in refused.text
    async with db.transaction(now=clock.now()) as tx:
        trace = (await tx.session.execute(select(ClassifiedRefusal))).scalar_one()
        assert (await tx.session.execute(select(Document))).first() is None
    assert (trace.sha256, trace.person_id) == (hashlib.sha256(content).hexdigest(), stage.omar)
    assert not (settings.data_dir / "documents").exists()
    done = await omar.send_form(f"{path}/acknowledge")
    assert done.headers["location"] == path
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.session.execute(select(Mail.template, Mail.to_address))).all() == [
            ("applications/refused", "sara@example.org")
        ]


async def test_a_document_comes_and_goes(
    db: Database, stage: Stage, confirmed: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    path, content = f"/applications/{confirmed}/documents", pdf()
    version = str((await row(db, confirmed)).version)
    files = {"document": ("agenda.pdf", content, "application/pdf")}
    asked = await omar.send_form(path, {"version": version}, files=files)
    assert asked.status_code == 409
    taken = await omar.send_form(path, {"version": version, "void": "yes"}, files=files)
    assert taken.status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        document = (await tx.session.execute(select(Document))).scalar_one()
    assert (document.name, document.kind, document.size) == ("agenda.pdf", "pdf", len(content))
    assert (await omar.get(f"{path}/{document.id}")).content == content
    text = await omar.send_form(path, {"version": version}, files={"document": ("a.pdf", b"no pdf", "x/y")})
    assert (text.status_code, errors(text)) == (422, ["document"])
    gone = await omar.send_form(
        f"{path}/{document.id}/remove", {"version": str((await row(db, confirmed)).version)}
    )
    assert gone.status_code == 303
    assert (await omar.get(f"{path}/{document.id}")).status_code == 404


async def test_a_submission_and_its_receipt(
    db: Database, stage: Stage, complete: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    here = f"/applications/{complete}"
    version = str((await row(db, complete)).version)
    wrong = await omar.send_form(
        f"{here}/submit", {"version": version, "signatory_name": "", "mandate": "yes"}
    )
    assert wrong.status_code == 422
    assert errors(wrong) == [
        "signatory_name",
        "signatory_function",
        "true_and_complete",
        "no_double_funding",
        "nothing_classified",
    ]
    before = clock.now()
    done = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/receipt")
    application = await row(db, complete)
    assert application.received_at is not None
    assert before <= application.received_at <= clock.now()
    receipt = await omar.get(f"{here}/receipt")
    assert f"<code>{application.fingerprint}</code>" in receipt.text
    body = (await omar.get(f"{here}/receipt.json")).content
    assert hashlib.sha256(body).hexdigest() == application.fingerprint
    said = msgspec.json.decode(body)
    assert said["signature"] == {"name": "Omar Hoxha", "function": "Head", "declared": list(DECLARATIONS)}
    assert datetime.fromisoformat(said["received_at"]) == application.received_at
    paper = PdfReader(io.BytesIO((await omar.get(f"{here}/receipt.pdf")).content))
    text = "".join(page.extract_text() for page in paper.pages)
    assert str(application.fingerprint) in re.sub(r"\s", "", text)
    assert "without prejudice to positions on status" in re.sub(r"\s+", " ", text)
    again = await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})
    assert again.status_code == 409
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mail = (
            await tx.session.execute(select(Mail).where(Mail.template == "applications/receipt"))
        ).scalar_one()
    assert (mail.to_address, mail.attachments) == (
        "omar@example.org",
        [["application.receipt", str(complete)]],
    )


async def test_what_stands_against_a_submission_is_said(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    version = str((await row(db, draft)).version)
    page = await omar.send_form(f"/applications/{draft}/submit", {"version": version, **SIGNED})
    assert page.status_code == 409
    for words in (
        "Not asked yet: Kosovo* Police.",
        "Not answered yet: What it is about.",
        "Not answered yet: Summary.",
    ):
        assert words in page.text
    assert (await row(db, draft)).status == "draft"


async def test_who_sees_a_draft(
    db: Database, stage: Stage, draft: UUID, times: Times, browse: Browsers
) -> None:
    async with db.transaction(now=times.now) as tx:
        outsider = await add_user(
            tx,
            name="Oto Outsider",
            email="oto@example.org",
            roles=[Role.OFFICER],
            institution_id=stage.turkish,
        )
    seen = {}
    for name, person in {
        "omar": stage.omar,
        "vesa": stage.vesa,
        "oto": outsider.id,
        "sara": stage.sara,
        "carl": stage.carl,
    }.items():
        browser = await browse(person)
        seen[name] = [
            (await browser.get(f"/applications/{draft}{path}")).status_code for path in ("", "/check")
        ]
    assert seen == {
        "omar": [200, 200],
        "vesa": [200, 404],
        "oto": [404, 404],
        "sara": [404, 404],
        "carl": [404, 404],
    }
    assert (await (await browse()).get(f"/applications/{draft}")).status_code == 303


async def test_sealed_until_two_people_open_the_call(
    db: Database, stage: Stage, submitted: UUID, times: Times, browse: Browsers
) -> None:
    here = f"/applications/{submitted}"
    sara, carl = await browse(stage.sara), await browse(stage.carl)
    for state in ("open", "closed"):
        if state == "closed":
            await close(db, stage, times)
        for browser in (sara, carl):
            for page in (
                await browser.get(here),
                await browser.get("/applications/received"),
                await browser.get(f"/openings/{stage.call}"),
                await browser.get(f"/evaluation/{stage.call}"),
            ):
                assert "TAF-2021-01" in page.text
                # A filter offers themes, which are not this application's.
                assert "Firearms" not in re.sub(r"<option.*?</option>", "", page.text)
                assert "Albanian" not in page.text
            assert (await browser.get(f"{here}/result")).status_code == 404
        assert (await sara.get(f"{here}/receipt.json")).status_code == 404
        assert (await sara.get(f"{here}/admissibility")).status_code == 409
        assert (await sara.get(f"/evaluation/{stage.call}/ranking")).status_code == 409
    await open_call(db, stage, times.closes)
    assert "Unanswered requests" in (await sara.get(here)).text
    seen = (await carl.get(here)).text
    assert ("Three days" in seen, "Unanswered requests" in seen, "omar@example.org" in seen) == (
        True,
        False,
        False,
    )
    assert (await carl.get(f"{here}/receipt.json")).status_code == 404
    assert (await sara.get(f"{here}/receipt.json")).status_code == 200


async def test_admissibility_with_reasons(
    db: Database, stage: Stage, submitted: UUID, times: Times, browse: Browsers
) -> None:
    await open_up(db, stage, times)
    sara = await browse(stage.sara)
    path = f"/applications/{submitted}/admissibility"
    judged = {f"{key}-verdict": "met" for key in STANDARD}
    judged |= {"activities-verdict": "not_met", "activities-reason": "Cash"}
    wrong = await sara.send_form(path, {**judged, "admissible": "no", "reason": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    reason = {"reason": "Not a kind that the call supports"}
    done = await sara.send_form(path, {**judged, "admissible": "no", **reason})
    assert done.status_code == 303
    assert (
        "Not a kind that the call supports"
        in (await (await browse(stage.omar)).get(f"/applications/{submitted}")).text
    )
    assert (await (await browse(stage.anna)).send_form(path, {"admissible": "yes"})).status_code == 403


async def test_a_partner_leaves_with_a_reason(
    db: Database, stage: Stage, submitted: UUID, browse: Browsers
) -> None:
    vesa = await browse(stage.vesa)
    path = f"/applications/{submitted}/leave"
    assert (await vesa.get(path)).status_code == 200
    wrong = await vesa.send_form(path, {"reason": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["reason"])
    left = await vesa.send_form(path, {"reason": "Reorganised"})
    assert left.headers["location"] == "/applications"
    assert "You have left" in (await vesa.get("/applications")).text
    assert (await vesa.get(f"/applications/{submitted}")).status_code == 404
    assert (await (await browse(stage.omar)).get(path)).status_code == 409
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        templates = (await tx.session.scalars(select(Mail.template))).all()
    assert sorted(templates) == [
        "applications/answered",
        "applications/answered",
        "applications/left",
        "applications/receipt",
    ]


async def test_withdrawn_and_taken_up(db: Database, stage: Stage, submitted: UUID, browse: Browsers) -> None:
    omar = await browse(stage.omar)
    here = f"/applications/{submitted}"
    assert (await omar.get(f"{here}/withdraw")).status_code == 200
    assert (await omar.send_form(f"{here}/withdraw")).status_code == 303
    assert "Take it up again" in (await omar.get(here)).text
    assert (await omar.send_form(f"{here}/withdraw")).status_code == 409
    assert (await omar.send_form(f"{here}/take-up")).status_code == 303
    assert (await row(db, submitted)).status == "draft"


async def test_an_exception_is_decided_by_the_authorising_officer(
    db: Database, stage: Stage, browse: Browsers
) -> None:
    omar, anna = await browse(stage.omar), await browse(stage.anna)
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "exception", "title": "Alone"}
    )
    here = made.headers["location"]
    application_id = UUID(here.rsplit("/", 1)[1])
    wrong = await omar.send_form(f"{here}/consultation", {"consultation": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["consultation"])
    await omar.send_form(f"{here}/consultation", {"consultation": "EU Delegation: agreed"})
    async with db.transaction(now=clock.now(), actor=stage.omar) as tx:
        await save_answers(tx, application_id, ANSWERED)
        await change_party(tx, await party_id(tx, application_id, lead=True), role="Does it")
    version = str((await row(db, application_id)).version)
    assert (await omar.send_form(f"{here}/submit", {"version": version, **SIGNED})).status_code == 303
    waits = (await anna.get(f"{here}/exception")).text
    assert "EU Delegation: agreed" in waits
    assert "It cannot be decided yet" in waits
    (asked,) = await consult(db, stage, application_id, await offices(db, 1), clock.now())
    async with db.transaction(now=clock.now()) as tx:
        await answer_consultation(tx, asked, objects=True, reason="It duplicates R3.", name="Eva")
    assert "It duplicates R3." in (await anna.get(f"{here}/exception")).text
    unanswered = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent"})
    assert unanswered.status_code == 409
    objection = {"objections-0-id": str(asked), "objections-0-answer": ""}
    wrong = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent", **objection})
    assert (wrong.status_code, errors(wrong)) == (422, ["objections-0-answer"])
    objection["objections-0-answer"] = "R3 ends in June."
    decided = await anna.send_form(f"{here}/exception", {"approved": "yes", "reason": "Urgent", **objection})
    assert decided.status_code == 303
    assert (await anna.send_form(f"{here}/exception", {"approved": "no", "reason": "x"})).status_code == 409
    assert (await row(db, application_id)).status == "exception_approved"
    assert "Urgent" in (await omar.get(here)).text


@pytest.mark.parametrize(
    "path", ["", "/answers/ask", "/partners", "/documents", "/check", "/receipt", "/withdraw"]
)
async def test_nothing_there_is_nothing_there(stage: Stage, browse: Browsers, path: str) -> None:
    omar = await browse(stage.omar)
    assert (await omar.get(f"/applications/{stage.call}{path}")).status_code == 404


async def test_parties_of_other_applications_are_not_there(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    made = await omar.send_form(
        "/applications/start", {"call_id": str(stage.call), "track": "joint", "title": "Other"}
    )
    async with db.transaction(now=clock.now()) as tx:
        foreign = await party_id(tx, draft)
    other = made.headers["location"]
    assert (await omar.send_form(f"{other}/parties/{foreign}/ask")).status_code == 404
    assert (await omar.get(f"{other}/parties/{foreign}")).status_code == 404
    async with db.transaction(now=clock.now()) as tx:
        assert (await tx.get(Party, foreign)).confirmation == "none"


async def several(db: Database, stage: Stage, times: Times, count: int, start: int = 0) -> None:
    """So many exceptions that were handed in: they are not sealed."""
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        for number in range(start, start + count):
            application = await start_application(
                tx,
                call_id=stage.call,
                lead_institution_id=stage.police,
                title=f"Number {number:02}",
                track="exception",
            )
            await record_consultation(tx, application.id, "Agreed")
            await submit(tx, application.id, received_at=times.now + timedelta(minutes=number))


async def test_lists_cost_the_same_for_one_row_and_three(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    omar, sara = await browse(stage.omar), await browse(stage.sara)
    counts = []
    for more, start in ((1, 0), (2, 1)):
        await several(db, stage, times, more, start)
        for browser, path in ((omar, "/applications"), (sara, "/applications/received")):
            with count_statements(db) as statements:
                page = await browser.get(path)
            assert page.text.count('<th scope="row">') == start + more
            counts.append(len(statements))
    assert counts == [3, 4, 3, 4]


async def test_lists_go_on_where_the_page_before_ended(
    db: Database, stage: Stage, times: Times, browse: Browsers
) -> None:
    await several(db, stage, times, 27)
    for person, path in ((stage.omar, "/applications"), (stage.sara, "/applications/received")):
        browser = await browse(person)
        first = await browser.get(path)
        older = re.search(r'rel="next" href="([^"]+)"', first.text)
        assert older is not None
        second = await browser.get(older[1].replace("&amp;", "&"))
        titles = [re.findall(r"Number \d\d", page.text) for page in (first, second)]
        assert [len(page) for page in titles] == [25, 2]
        assert len({title for page in titles for title in page}) == 27


async def test_staff_narrow_the_list(db: Database, stage: Stage, times: Times, browse: Browsers) -> None:
    await several(db, stage, times, 2)
    sara = await browse(stage.sara)
    found = {
        query: (await sara.get(f"/applications/received?{query}")).text.count('<th scope="row">')
        for query in (
            "call=TAF-2021-01",
            "call=OTHER",
            "status=submitted",
            "status=awarded",
            "call=TAF-2021-01&status=submitted",
            "status=nonsense",
            "after=nonsense",
        )
    }
    assert found == {
        "call=TAF-2021-01": 2,
        "call=OTHER": 0,
        "status=submitted": 2,
        "status=awarded": 0,
        "call=TAF-2021-01&status=submitted": 2,
        "status=nonsense": 2,
        "after=nonsense": 2,
    }
