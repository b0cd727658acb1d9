"""The pool of experts in the copy of the story that is crawled: forms that people without an account can fill in, and what waits."""

from sqlalchemy import select

from facility.db import Tx
from facility.experts.rules.candidacy import Wish
from facility.experts.rules.profile import OwnProfile
from facility.experts.service.joining import CANDIDACY, ask_by_mail, send_candidacy
from facility.outbox.links import token_of
from facility.outbox.models import Link
from facility.web.privacy import NOTICE
from tests.hostile.open_calls import Opened

STATED = OwnProfile(
    name="Nils Holm",
    country="SE",
    gender=None,
    branch="police",
    themes={"X.JIT": 4},
    languages={"en": "C1"},
    available=[],
)


async def leave_pool(ends: Opened) -> None:
    """A candidate to decide on, forms to be sent by a candidate and by an authority, and a profile of one's own."""
    await ends.act(ends.now, None, ask_by_mail, Wish.APPLY, "fourth@example.org")
    await ends.act(ends.now, None, _send)
    await ends.act(ends.now, None, ask_by_mail, Wish.APPLY, "fifth@example.org")
    await ends.act(ends.now, None, ask_by_mail, Wish.NOMINATE, "sixth@example.org")
    address = await ends.one("SELECT email FROM expert WHERE active ORDER BY code LIMIT 1")
    await ends.act(ends.now, None, ask_by_mail, Wish.PROFILE, address)


async def _send(tx: Tx) -> None:
    link = (await tx.session.scalars(select(Link).where(Link.purpose == CANDIDACY))).one()
    await send_candidacy(tx, token_of(link.id, link.nonce), STATED, notice=NOTICE)
