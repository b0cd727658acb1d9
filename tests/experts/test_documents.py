"""Documents that experts attach by their link: the one intake, who reads them, what is left of those that are refused."""

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest
from litestar import Litestar
from sqlalchemy import select

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.events.log import history
from facility.events.relay import deliver_all
from facility.experts.models.document import ExpertDocument, ExpertDocumentRefusal
from facility.experts.service.documents import MAX_DOCUMENTS, remove_document
from facility.experts.service.pool import change_expert, register_expert, seed_themes
from facility.experts.service.profile_link import end_profile_link, profile_link
from facility.files.kept import AFTER_REMOVAL, needed
from facility.outbox.links import path_of
from facility.outbox.models import Mail
from facility.refused import Refused
from tests import documents
from tests.browser import Browsers, errors, gives_reason, states, stored
from tests.cast import Cast
from tests.experts.test_service import NOW, like

TYPE = "application/octet-stream"
CV = documents.pdf("Twelve years with witnesses.")
MARKED = documents.docx("STROGO POVERLJIVO")


@pytest.fixture
async def rossi(db: Database, cast: Cast) -> tuple[UUID, str]:
    """The expert, and the path of her documents."""
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        await seed_themes(tx)
        key = (await register_expert(tx, like())).id
        return key, f"{path_of(await profile_link(tx, key))}/documents"


async def _documents(db: Database) -> list[ExpertDocument]:
    async with db.transaction(now=NOW) as tx:
        return list(await tx.session.scalars(select(ExpertDocument).order_by(ExpertDocument.name)))


async def test_an_expert_attaches_a_cv_and_takes_it_away(
    db: Database, cast: Cast, rossi: tuple[UUID, str], browse: Browsers
) -> None:
    (key, own), nobody = rossi, await browse()
    assert "No document is attached" in (await nobody.get(own)).text
    assert errors(await nobody.send_form(own, files=[("document", ("", b"", TYPE))])) == ["document"]
    done = await nobody.send_form(own, files=[("document", ("cv.pdf.exe", CV, TYPE))])
    assert (done.status_code, done.headers["location"]) == (303, own)
    twice = await nobody.send_form(own, files=[("document", ("again.pdf", CV, TYPE))])
    assert (twice.status_code, gives_reason(twice, "document_twice")) == (422, True)
    (document,) = await _documents(db)
    assert (document.name, document.kind, document.size) == ("cv.pdf.exe.pdf", "pdf", len(CV))
    assert "cv.pdf.exe.pdf" in (await nobody.get(own)).text
    assert (await nobody.get(f"{own}/{document.id}")).content == CV
    read = f"/experts/{key}/documents/{document.id}"
    assert read in (await (await browse(cast.ada)).get(f"/experts/{key}")).text
    answers = {
        name: await (await browse(getattr(cast, name))).get(read) for name in ("ada", "greta", "carl", "omar")
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "ada": 200,
        "greta": 200,
        "carl": 403,
        "omar": 403,
    }
    assert answers["ada"].content == CV
    assert (await nobody.send_form(f"{own}/{document.id}/remove")).status_code == 303
    again = await nobody.send_form(f"{own}/{document.id}/remove")
    assert (again.status_code, gives_reason(again, "document_removed")) == (409, True)
    assert (await nobody.get(f"{own}/{document.id}")).status_code == 404
    assert (await (await browse(cast.ada)).get(read)).status_code == 404
    async with db.reader() as connection:
        kinds = [type(line.event).__name__ for line in await history(connection, key)]
    assert kinds == ["ProfileDocumentRemoved", "ProfileDocumentAttached", "ExpertRegistered"]


async def test_a_marked_document_leaves_its_trace_and_no_file(
    db: Database, rossi: tuple[UUID, str], browse: Browsers, app: Litestar
) -> None:
    (key, own), nobody = rossi, await browse()
    files = [("document", (name, data, TYPE)) for name, data in (("Falcon.docx", MARKED), ("cv.pdf", CV))]
    refused = await nobody.send_form(own, files=files)
    assert (refused.status_code, errors(refused)) == (422, ["document"] * 2)
    assert await _documents(db) == []
    assert hashlib.sha256(MARKED).hexdigest() not in stored(app)
    await deliver_all(db, clock.now)
    async with db.transaction(now=NOW) as tx:
        trace = (await tx.session.scalars(select(ExpertDocumentRefusal))).one()
        mails = list(await tx.session.scalars(select(Mail)))
    assert (trace.expert_id, trace.reason, trace.sha256) == (
        key,
        "marked",
        hashlib.sha256(MARKED).hexdigest(),
    )
    assert {mail.template for mail in mails} == {"experts/refused"}
    written = "".join(f"{mail.subject} {mail.context}" for mail in mails)
    assert not [word for word in ("Falcon", "Rossi", "POVERLJIVO", trace.sha256) if word in written]


async def test_what_finds_no_room_or_no_member_is_not_even_looked_at(
    db: Database, rossi: tuple[UUID, str], browse: Browsers, app: Litestar
) -> None:
    (key, own), nobody = rossi, await browse()
    files = [("document", (f"{n}.pdf", documents.pdf(str(n)), TYPE)) for n in range(MAX_DOCUMENTS)]
    assert (await nobody.send_form(own, files=files)).status_code == 303
    kept = stored(app)
    full = await nobody.send_form(own, files=[("document", ("more.docx", MARKED, TYPE))])
    assert (full.status_code, gives_reason(full, "too_many_documents", most=MAX_DOCUMENTS)) == (422, True)
    first, *_rest = await _documents(db)
    async with db.transaction(now=NOW) as tx:
        await change_expert(tx, key, like(active=False))
    assert (await nobody.send_form(f"{own}/{first.id}/remove")).status_code == 303
    left = await nobody.send_form(own, files=[("document", ("more.docx", MARKED, TYPE))])
    assert (left.status_code, "takes-no-documents" in states(left)) == (409, True)
    async with db.transaction(now=NOW) as tx:
        await end_profile_link(tx, key)
    ended = await nobody.send_form(own, files=[("document", ("more.docx", MARKED, TYPE))])
    assert (ended.status_code, gives_reason(ended, "link_revoked")) == (409, True)
    async with db.transaction(now=NOW) as tx:
        assert list(await tx.session.scalars(select(ExpertDocumentRefusal))) == []
    assert stored(app) == kept


async def test_documents_of_others_stay_theirs_and_removed_ones_are_kept_for_a_while(
    db: Database, cast: Cast, rossi: tuple[UUID, str], browse: Browsers
) -> None:
    (key, own), nobody = rossi, await browse()
    await nobody.send_form(own, files=[("document", ("cv.pdf", CV, TYPE))])
    (document,) = await _documents(db)
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        other = (await register_expert(tx, like(code="X02", email="other@example.org"))).id
        theirs = f"{path_of(await profile_link(tx, other))}/documents"
    assert (await nobody.get(f"{theirs}/{document.id}")).status_code == 404
    assert (await nobody.send_form(f"{theirs}/{document.id}/remove")).status_code == 404
    async with db.transaction(now=NOW) as tx:
        await remove_document(tx, key, document.id)
    async with db.transaction(now=NOW) as tx:
        with pytest.raises(Refused, match="document_removed"):
            await remove_document(tx, key, document.id)
        for later, kept in ((AFTER_REMOVAL - timedelta(days=1), True), (AFTER_REMOVAL, False)):
            wanted = needed(NOW + later)
            hashes = set(await tx.session.scalars(select(wanted.c.sha256)))
            assert (document.sha256 in hashes) is kept
