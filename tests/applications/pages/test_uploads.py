"""Documents as they are sent: several at once, too large, infected, with names that mislead; who is told of a refusal."""

import hashlib
from collections.abc import Callable, Iterator
from uuid import UUID

import httpx
import msgspec
import pytest
from litestar import Litestar
from sqlalchemy import select

from facility import clock
from facility.accounts.service import security_officer
from facility.applications.models.application import ClassifiedRefusal, Document
from facility.applications.queries.content import parts_of
from facility.applications.rules.drafting import MAX_DOCUMENTS
from facility.applications.service.documents import attach_document
from facility.applications.service.submission import submit
from facility.db import Database
from facility.events.relay import drain
from facility.outbox.models import Mail
from facility.settings import Settings
from facility.web.fields import TOO_LARGE
from facility.web.i18n import translated
from facility.web.limits import Limits
from facility.web.uploads import AWAY, DOCUMENTS, NOTHING_ATTACHED, REFUSED, UNREADABLE
from tests import documents
from tests.applications.conftest import NOW, Stage, Times, row
from tests.browser import Browser, Browsers, errors, gives_reason, says, stored
from tests.clamd import EICAR, clamd

MARKED = documents.docx("STROGO POVERLJIVO")
TYPE = "application/octet-stream"


@pytest.fixture
def use(app: Litestar) -> Iterator[Callable[..., None]]:
    """`use(clamd_url=…)` changes the app's settings until the test ends."""
    renderer = app.state.renderer
    kept = renderer.settings

    def change(**changes: str) -> None:
        renderer.settings = msgspec.structs.replace(kept, **changes)

    yield change
    renderer.settings = kept


async def _version(db: Database, draft: UUID) -> str:
    return str((await row(db, draft)).version)


async def _attached(db: Database) -> list[Document]:
    async with db.transaction(now=clock.now()) as tx:
        return list((await tx.session.scalars(select(Document).order_by(Document.name))).all())


async def test_several_documents_are_attached_at_once(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    files = [
        ("document", ("agenda.pdf.exe", documents.pdf(), TYPE)),
        ("document", ("C:\\budget\u202exslx.xlsx", documents.xlsx(), TYPE)),
        ("document", ("table", documents.ods(), TYPE)),
        ("document", ("photo.JPEG", documents.jpeg(), TYPE)),
    ]
    done = await omar.send_form(
        f"/applications/{draft}/documents", {"version": await _version(db, draft)}, files=files
    )
    assert done.status_code == 303
    assert [
        (document.name, document.kind, document.virus_scan, document.unread)
        for document in await _attached(db)
    ] == [
        ("agenda.pdf.exe.pdf", "pdf", "not_scanned", 0),
        ("budgetxslx.xlsx", "xlsx", "not_scanned", 0),
        ("photo.JPEG", "jpeg", "not_scanned", 1),
        ("table.ods", "ods", "not_scanned", 0),
    ]
    page = (await omar.get(f"/applications/{draft}/documents")).text
    assert page.count("; not scanned for viruses") == 4
    assert page.count("Not machine-readable:") == 1
    assert "Excel spreadsheet" in page


async def test_where_one_can_not_be_taken_none_is(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    files = [
        ("document", ("agenda.pdf", documents.pdf(), TYPE)),
        ("document", ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), TYPE)),
        ("document", ("locked.pdf", documents.encrypted_pdf(password="x"), TYPE)),
    ]
    wrong = await omar.send_form(
        f"/applications/{draft}/documents", {"version": await _version(db, draft)}, files=files
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["document"] * 3)
    assert f"old.doc: {translated(UNREADABLE['old_office'])}" in wrong.text
    assert f"locked.pdf: {translated(UNREADABLE['encrypted'])}" in wrong.text
    assert says(wrong, NOTHING_ATTACHED)
    assert await _attached(db) == []


async def test_the_same_document_twice_is_told_at_the_field(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    content = documents.docx()
    files = [("document", (name, content, TYPE)) for name in ("a.docx", "b.docx")]
    wrong = await omar.send_form(
        f"/applications/{draft}/documents", {"version": await _version(db, draft)}, files=files
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["document"])
    assert gives_reason(wrong, "document_twice")
    assert await _attached(db) == []


async def test_a_marked_one_among_several_leaves_its_trace(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    files = [
        ("document", (name, data, TYPE)) for name, data in (("a.pdf", documents.pdf()), ("b.docx", MARKED))
    ]
    wrong = await omar.send_form(
        f"/applications/{draft}/documents", {"version": await _version(db, draft)}, files=files
    )
    assert wrong.status_code == 422
    async with db.transaction(now=clock.now()) as tx:
        trace = (await tx.session.execute(select(ClassifiedRefusal))).scalar_one()
        assert (trace.reason, trace.sha256) == ("marked", hashlib.sha256(MARKED).hexdigest())
    assert await _attached(db) == []


@pytest.mark.parametrize("size", [10_000_001, 200_000_000])
async def test_a_file_that_is_too_large_is_told_at_the_field(
    db: Database, stage: Stage, draft: UUID, browse: Browsers, size: int
) -> None:
    omar = await browse(stage.omar)
    wrong = await omar.send_form(
        f"/applications/{draft}/documents",
        {"version": await _version(db, draft)},
        files={"document": ("film.pdf", b"%PDF-1.7" + bytes(size), TYPE)},
    )
    assert (wrong.status_code, errors(wrong)) == (413, ["document"])
    assert says(wrong, TOO_LARGE, most=10)


async def test_clamd_looks_at_documents_before_they_are_stored(
    db: Database,
    stage: Stage,
    draft: UUID,
    browse: Browsers,
    use: Callable[..., None],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    omar = await browse(stage.omar)
    with clamd(tmp_path_factory.mktemp("clamd")) as (address, _):
        use(clamd_url=address)
        infected = await _send(db, omar, draft, documents.pdf(attachments={"a.txt": EICAR}))
        assert (infected.status_code, errors(infected)) == (422, ["document"])
        assert says(infected, REFUSED["infected"])
        assert (await _send(db, omar, draft, documents.pdf())).status_code == 303
    away = await _send(db, omar, draft, documents.docx())
    assert (away.status_code, errors(away)) == (422, ["document"])
    assert says(away, AWAY)
    assert [document.virus_scan for document in await _attached(db)] == ["clean"]
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        parts = await parts_of(await tx.session.connection(), draft)
        assert ([refusal.reason for refusal in parts.refusals], parts.marked) == (["infected"], 0)
        letters = (await tx.session.execute(select(Mail.template, Mail.to_address))).all()
    assert letters == [("applications/infected", "sara@example.org")]


async def _send(
    db: Database, who: Browser, draft: UUID, content: bytes, name: str = "a.pdf"
) -> httpx.Response:
    return await who.send_form(
        f"/applications/{draft}/documents",
        {"version": await _version(db, draft)},
        files={"document": (name, content, TYPE)},
    )


@pytest.fixture
def officer() -> Iterator[str]:
    """The address of a security officer."""
    security_officer.configure("officer@example.org")
    yield "officer@example.org"
    security_officer.configure(None)


async def test_the_security_officer_learns_and_the_letter_tells_nothing_of_the_document(
    db: Database, stage: Stage, draft: UUID, browse: Browsers, officer: str
) -> None:
    omar = await browse(stage.omar)
    refused = await _send(db, omar, draft, MARKED, "Operation Falcon.docx")
    assert refused.status_code == 422
    await drain(db, clock.now)
    async with db.transaction(now=clock.now()) as tx:
        mail = (await tx.session.execute(select(Mail))).scalar_one()
    assert (mail.template, mail.to_address) == ("applications/refused", officer)
    whole = f"{mail.subject} {mail.context}"
    assert not [
        word for word in ("Falcon", "POVERLJIVO", hashlib.sha256(MARKED).hexdigest()) if word in whole
    ]


async def test_a_marked_document_leaves_a_trace_and_no_file(
    db: Database, stage: Stage, draft: UUID, browse: Browsers, settings: Settings
) -> None:
    omar = await browse(stage.omar)
    path = f"/applications/{draft}/documents"
    content = documents.pdf(info={"Title": "RESTREINT UE/EU RESTRICTED"})
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
    path, content = f"/applications/{confirmed}/documents", documents.pdf()
    version = str((await row(db, confirmed)).version)
    files = {"document": ("agenda.pdf", content, "application/pdf")}
    warned = await omar.send_form(path, {"version": version}, files=files)
    assert warned.status_code == 409
    taken = await omar.send_form(path, {"version": version, "void": "yes"}, files=files)
    assert taken.status_code == 303
    async with db.transaction(now=clock.now()) as tx:
        document = (await tx.session.execute(select(Document))).scalar_one()
    assert (document.name, document.kind, document.size) == ("agenda.pdf", "pdf", len(content))
    assert (await omar.get(f"{path}/{document.id}")).content == content
    now = str((await row(db, confirmed)).version)
    text = await omar.send_form(path, {"version": now}, files={"document": ("a.pdf", b"no pdf", "x/y")})
    assert (text.status_code, errors(text)) == (422, ["document"])
    gone = await omar.send_form(
        f"{path}/{document.id}/remove", {"version": str((await row(db, confirmed)).version)}
    )
    assert gone.status_code == 303
    assert (await omar.get(f"{path}/{document.id}")).status_code == 404


async def test_one_person_s_documents_are_searched_one_at_a_time(
    app: Litestar, db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    fields = {"version": await _version(db, draft)}
    files = [("document", ("agenda.pdf", documents.pdf(), TYPE))]
    limits: Limits = app.state.limits
    async with limits.alone("document", str(stage.omar), "one_document_at_a_time", seconds=60):
        busy = await omar.send_form(f"/applications/{draft}/documents", fields, files=files)
    assert busy.status_code == 429
    assert busy.headers["retry-after"] == "10"
    assert gives_reason(busy, "one_document_at_a_time")
    assert await _attached(db) == []
    done = await omar.send_form(f"/applications/{draft}/documents", fields, files=files)
    assert done.status_code == 303


async def test_nobody_sends_documents_without_end(
    app: Litestar, db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    for _ in range(DOCUMENTS.most):
        await app.state.limits.hit(DOCUMENTS, str(stage.omar))
    often = await omar.send_form(
        f"/applications/{draft}/documents",
        {"version": await _version(db, draft)},
        files=[("document", ("agenda.pdf", documents.pdf(), TYPE))],
    )
    assert often.status_code == 429
    assert gives_reason(often, "too_often")
    assert await _attached(db) == []


async def test_a_document_that_fetches_something_is_refused_in_plain_words(
    db: Database, stage: Stage, draft: UUID, browse: Browsers
) -> None:
    omar = await browse(stage.omar)
    relation = (
        '<Relationship Id="r" Type="x/attachedTemplate" Target="https://example.org/" TargetMode="External"/>'
    )
    linked = documents.docx(
        members={"word/_rels/settings.xml.rels": f"<Relationships>{relation}</Relationships>"}
    )
    wrong = await omar.send_form(
        f"/applications/{draft}/documents",
        {"version": await _version(db, draft)},
        files=[("document", ("letter.docx", linked, TYPE))],
    )
    assert (wrong.status_code, errors(wrong)) == (422, ["document"])
    assert says(wrong, UNREADABLE["remote"])


@pytest.mark.parametrize("words", ["STROGO POVERLJIVO", "nothing of the kind"])
async def test_what_comes_for_a_submitted_application_is_not_even_looked_at(
    db: Database, stage: Stage, times: Times, confirmed: UUID, browse: Browsers, app: Litestar, words: str
) -> None:
    async with db.transaction(now=times.now, actor=stage.omar) as tx:
        await submit(tx, confirmed, received_at=times.now)
    omar, kept = await browse(stage.omar), stored(app)
    late = await omar.send_form(
        f"/applications/{confirmed}/documents",
        {"version": await _version(db, confirmed)},
        files=[("document", ("late.docx", documents.docx(words), TYPE))],
    )
    assert late.status_code == 409
    assert await _attached(db) == []
    assert stored(app) == kept
    async with db.transaction(now=NOW) as tx:
        assert (await tx.session.scalars(select(ClassifiedRefusal))).all() == []


async def test_what_finds_no_room_or_an_old_page_is_not_stored(
    db: Database, stage: Stage, draft: UUID, browse: Browsers, app: Litestar
) -> None:
    async with db.transaction(now=NOW, actor=stage.omar) as tx:
        for number in range(MAX_DOCUMENTS):
            await attach_document(
                tx, draft, name=f"{number}.pdf", kind="pdf", size=1, sha256=f"{number:064x}", may_void=True
            )
    omar, kept = await browse(stage.omar), stored(app)
    for version, status in ((await _version(db, draft), 422), ("1", 409)):
        refused = await omar.send_form(
            f"/applications/{draft}/documents",
            {"version": version},
            files=[("document", ("more.docx", documents.docx("one too many"), TYPE))],
        )
        assert refused.status_code == status
    assert stored(app) == kept
