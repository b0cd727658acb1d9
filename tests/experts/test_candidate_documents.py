"""Documents that candidates attach by their link: the one intake, who reads them, what becomes of them with the decision."""

import hashlib
from uuid import UUID

import pytest
from litestar import Litestar
from sqlalchemy import select

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.events.log import history
from facility.events.relay import deliver_all
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.document import ExpertDocument, ExpertDocumentRefusal
from facility.experts.service.documents import MAX_DOCUMENTS
from facility.experts.service.pool import seed_themes
from facility.files.kept import AFTER_REMOVAL, needed
from facility.outbox.models import Mail
from tests import documents
from tests.browser import Browser, Browsers, errors, gives_reason, states, stored
from tests.cast import Cast
from tests.experts.test_joining import CANDIDATE, FORM, ask, newest
from tests.experts.test_service import NOW

TYPE = "application/octet-stream"
CV = documents.pdf("Twelve years with witnesses.")
MARKED = documents.docx("STROGO POVERLJIVO")


@pytest.fixture
async def waiting(db: Database, cast: Cast, browse: Browsers) -> tuple[UUID, str]:
    """A candidacy that waits for the secretariat, and the path of its form."""
    async with db.transaction(now=NOW) as tx:
        await seed_themes(tx)
    return await applied(db, await browse())


async def applied(db: Database, browser: Browser, email: str = CANDIDATE) -> tuple[UUID, str]:
    await ask(browser, "apply", email)
    form = await newest(db, "candidacy")
    assert (await browser.send_form(form, FORM)).status_code == 303
    async with db.transaction(now=NOW) as tx:
        key = (await tx.session.scalars(select(Candidacy.id).where(Candidacy.email == email))).one()
    return key, form


async def attached(db: Database) -> list[ExpertDocument]:
    async with db.transaction(now=NOW) as tx:
        return list(await tx.session.scalars(select(ExpertDocument).order_by(ExpertDocument.name)))


async def attach(browser: Browser, form: str, name: str = "cv.pdf", content: bytes = CV) -> int:
    answer = await browser.send_form(f"{form}/documents", files=[("document", (name, content, TYPE))])
    return answer.status_code


async def decide(browser: Browser, key: UUID, decision: str) -> None:
    typed = {"decision": decision, "reason": "Long experience."}
    more = {"code": "X77", "valid_until": ""} if decision == "validate" else {}
    assert (await browser.send_form(f"/experts/candidates/{key}", typed | more)).status_code == 303


async def test_nothing_is_attached_before_the_form_is_sent(
    db: Database, cast: Cast, browse: Browsers
) -> None:
    nobody = await browse()
    await ask(nobody, "apply", CANDIDATE)
    form = await newest(db, "candidacy")
    assert f"{form}/documents" not in (await nobody.get(form)).text
    page = await nobody.get(f"{form}/documents")
    assert gives_reason(page, "candidacy_takes_no_documents")
    assert 'type="file"' not in page.text
    early = await nobody.send_form(f"{form}/documents", files=[("document", ("cv.docx", MARKED, TYPE))])
    assert (early.status_code, gives_reason(early, "candidacy_takes_no_documents")) == (409, True)
    assert await attached(db) == []
    async with db.transaction(now=NOW) as tx:
        assert list(await tx.session.scalars(select(ExpertDocumentRefusal))) == []


async def test_a_candidate_attaches_documents_that_the_secretariat_reads_and_the_expert_keeps(
    db: Database, cast: Cast, waiting: tuple[UUID, str], browse: Browsers
) -> None:
    (key, form), nobody, ada = waiting, await browse(), await browse(cast.ada)
    own, page = f"{form}/documents", f"/experts/candidates/{key}"
    assert own in (await nobody.get(form)).text
    assert f"{page}/documents/" not in (await ada.get(page)).text
    assert errors(await nobody.send_form(own, files=[("document", ("", b"", TYPE))])) == ["document"]
    assert await attach(nobody, form) == 303
    assert "cv.pdf" in (await nobody.get(own)).text
    twice = await nobody.send_form(own, files=[("document", ("again.pdf", CV, TYPE))])
    assert (twice.status_code, gives_reason(twice, "document_twice")) == (422, True)
    assert await attach(nobody, form, "wrong.pdf", documents.pdf("Wrong")) == 303
    document, wrong = await attached(db)
    assert (await nobody.get(f"{own}/{document.id}")).content == CV
    assert (await nobody.send_form(f"{own}/{wrong.id}/remove")).status_code == 303
    again = await nobody.send_form(f"{own}/{wrong.id}/remove")
    assert (again.status_code, gives_reason(again, "document_removed")) == (409, True)
    read = f"{page}/documents/{document.id}"
    assert read in (await ada.get(page)).text
    readers = ("ada", "greta", "carl", "omar")
    answers = [await (await browse(getattr(cast, name))).get(read) for name in readers]
    assert [answer.status_code for answer in answers] == [200, 200, 403, 403]
    assert answers[0].content == CV
    await decide(ada, key, "validate")
    carried = next(line for line in await attached(db) if line.id == document.id)
    assert carried.expert_id is not None
    assert carried.candidacy_id == key
    theirs = f"/experts/{carried.expert_id}"
    assert f"{theirs}/documents/{document.id}" in (await ada.get(theirs)).text
    profile = f"{await newest(db, 'profile')}/documents"
    assert [name in (await nobody.get(profile)).text for name in ("cv.pdf", "wrong.pdf")] == [True, False]
    # They are the expert's now, and the link to the form opens them no more.
    assert (await nobody.get(f"{own}/{document.id}")).status_code == 404
    assert (await ada.get(read)).status_code == 404
    late = await nobody.send_form(f"{own}/{document.id}/remove")
    assert (late.status_code, gives_reason(late, "candidacy_takes_no_documents")) == (409, True)
    assert await attach(nobody, form, "late.docx", MARKED) == 409
    async with db.reader() as connection:
        kinds = [type(line.event).__name__ for line in await history(connection, carried.expert_id)]
    assert "ProfileDocumentAttached" in kinds


async def test_documents_of_a_refused_candidate_are_deleted(
    db: Database, cast: Cast, waiting: tuple[UUID, str], browse: Browsers
) -> None:
    (key, form), nobody, ada = waiting, await browse(), await browse(cast.ada)
    assert await attach(nobody, form) == 303
    assert states(await ada.get(f"/experts/candidates/{key}")) == ["documents-go-with-a-refusal"]
    await decide(ada, key, "refuse")
    (document,) = await attached(db)
    assert document.removed_at is not None
    assert (await nobody.get(f"{form}/documents/{document.id}")).status_code == 404
    assert (await ada.get(f"/experts/candidates/{key}/documents/{document.id}")).status_code == 404
    async with db.transaction(now=NOW) as tx:
        for later, kept in ((0 * AFTER_REMOVAL, True), (AFTER_REMOVAL, False)):
            wanted = needed(document.removed_at + later)
            hashes = set(await tx.session.scalars(select(wanted.c.sha256)))
            assert (document.sha256 in hashes) is kept
    async with db.reader() as connection:
        kinds = [type(line.event).__name__ for line in await history(connection, key)]
    assert kinds[:2] == ["CandidateRefused", "CandidateDocumentRemoved"]


async def test_a_marked_document_leaves_its_trace_and_no_file(
    db: Database, waiting: tuple[UUID, str], browse: Browsers, app: Litestar
) -> None:
    (key, form), nobody = waiting, await browse()
    files = [("document", (name, data, TYPE)) for name, data in (("Falcon.docx", MARKED), ("cv.pdf", CV))]
    refused = await nobody.send_form(f"{form}/documents", files=files)
    assert (refused.status_code, errors(refused)) == (422, ["document"] * 2)
    assert await attached(db) == []
    assert hashlib.sha256(MARKED).hexdigest() not in stored(app)
    await deliver_all(db, clock.now)
    async with db.transaction(now=NOW) as tx:
        trace = (await tx.session.scalars(select(ExpertDocumentRefusal))).one()
        written = (await tx.session.scalars(select(Mail).where(Mail.template == "experts/refused"))).all()
    assert (trace.candidacy_id, trace.expert_id, trace.reason) == (key, None, "marked")
    # The officer can write to whoever sent it; nothing else is said of them, and nothing of the document.
    assert {mail.context["email"] for mail in written} == {CANDIDATE}
    words = "".join(f"{mail.subject} {mail.context}" for mail in written)
    assert not [word for word in ("Falcon", "Holm", "POVERLJIVO", trace.sha256) if word in words]


async def test_there_is_room_for_so_many_and_documents_of_others_stay_theirs(
    db: Database, cast: Cast, waiting: tuple[UUID, str], browse: Browsers
) -> None:
    (_key, form), nobody = waiting, await browse()
    files = [("document", (f"{n}.pdf", documents.pdf(str(n)), TYPE)) for n in range(MAX_DOCUMENTS)]
    assert (await nobody.send_form(f"{form}/documents", files=files)).status_code == 303
    full = await nobody.send_form(f"{form}/documents", files=[("document", ("more.docx", MARKED, TYPE))])
    assert (full.status_code, gives_reason(full, "too_many_documents", most=MAX_DOCUMENTS)) == (422, True)
    first, *_rest = await attached(db)
    other, theirs = await applied(db, nobody, "other@example.org")
    assert (await nobody.get(f"{theirs}/documents/{first.id}")).status_code == 404
    assert (await nobody.send_form(f"{theirs}/documents/{first.id}/remove")).status_code == 404
    ada = await browse(cast.ada)
    assert (await ada.get(f"/experts/candidates/{other}/documents/{first.id}")).status_code == 404
