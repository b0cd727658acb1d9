"""The pool of experts in the copy of the story that is crawled: forms that people without an account can fill in, and what waits."""

from uuid import UUID

import msgspec
from sqlalchemy import select

from facility.db import Tx
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.renewal import Renewal
from facility.experts.rules.branches import Branch
from facility.experts.rules.candidacy import Wish
from facility.experts.rules.profile import OwnProfile
from facility.experts.service.calendar import make_calendar_link
from facility.experts.service.candidate_documents import attach_to_candidacy
from facility.experts.service.documents import attach_documents
from facility.experts.service.joining import CANDIDACY, ask_by_mail, send_candidacy
from facility.experts.service.pool import register_expert
from facility.experts.service.renewals import RENEWAL, ask_to_renew
from facility.files.intake import Paper
from facility.inquiries.service import send_link
from facility.outbox.links import token_of
from facility.outbox.models import Link
from facility.story.after_award import EXPERT
from facility.web.privacy import NOTICE
from tests.hostile.open_calls import Opened

STATED = OwnProfile(
    name="Nils Holm",
    country="SE",
    gender=None,
    branch=Branch.POLICE,
    themes={"X.JIT": 4},
    languages={"en": "C1"},
    available=[],
)


async def leave_pool(ends: Opened) -> None:
    """A candidate to decide on, forms to be sent by a candidate and by an authority, and a profile of one's own."""
    # By the second of two links, which was not used for the form, the candidate attaches documents.
    for _link in range(2):
        await ends.act(ends.now, None, ask_by_mail, Wish.APPLY, "fourth@example.org")
    candidacy_id = await ends.act(ends.now, None, _send)
    content = b"%PDF-1.4 of a candidate"
    paper = Paper("cv.pdf", "pdf", len(content), ends.store.put(content), "not_scanned", 0)
    await ends.act(ends.now, None, attach_to_candidacy, candidacy_id, [paper])
    await ends.act(ends.now, None, ask_by_mail, Wish.APPLY, "fifth@example.org")
    await ends.act(ends.now, None, ask_by_mail, Wish.NOMINATE, "sixth@example.org")
    address = await ends.value_of("SELECT email FROM expert WHERE active ORDER BY code LIMIT 1")
    await ends.act(ends.now, None, ask_by_mail, Wish.PROFILE, address)
    key = await ends.value_of("SELECT id FROM expert WHERE active ORDER BY code LIMIT 1")
    await ends.act(ends.now, None, make_calendar_link, key)
    content = b"%PDF-1.4 of an expert"
    cv = Paper("cv.pdf", "pdf", len(content), ends.store.put(content), "not_scanned", 0)
    await ends.act(ends.now, None, attach_documents, key, [cv])
    await _renewal(ends)


async def _renewal(ends: Opened) -> None:
    """An expert whose place in the pool ends."""
    draft = msgspec.structs.replace(
        EXPERT, code="R1", name="Rita Rossi", email="rita@example.org", valid_until=ends.day(30)
    )
    await ends.act(ends.now, "ada", register_expert, draft)
    await ask_to_renew(ends.db, ends.now)
    async with ends.db.reader() as connection:
        key = (await connection.execute(select(Renewal.id))).scalar_one()
    await ends.act(ends.now, None, send_link, RENEWAL, key)


async def _send(tx: Tx) -> UUID:
    query = select(Link).join(Candidacy, Candidacy.id == Link.subject_id)
    theirs = query.where(Link.purpose == CANDIDACY, Candidacy.email == "fourth@example.org")
    link = (await tx.session.scalars(theirs.limit(1))).one()
    return (await send_candidacy(tx, token_of(link.id, link.nonce), STATED, notice=NOTICE)).id
