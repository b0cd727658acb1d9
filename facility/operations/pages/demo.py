"""The demo's mail reader: the mails of the cast, with links that work. In the demo only."""

import re
from typing import Any
from uuid import UUID

from litestar import get

from facility.operations.queries import mails
from facility.outbox.links import path_of
from facility.outbox.sender import text_of
from facility.outbox.service import MAKERS
from facility.refused import refuse
from facility.web.access import ANYONE, allow
from facility.web.fields import Fields
from facility.web.handler import Database, FromPath, FromQuery, Page, Read, View
from facility.web.stops import Stop


def _only_in_the_demo(view: View) -> None:
    if not view.renderer.settings.demo:
        raise Stop(404, "not_found")


@get("/demo/mails", opt={"allow": allow(ANYONE)})
async def demo_mails(
    view: View, read: Read, same: FromQuery[UUID | None] = None, before: FromQuery[UUID | None] = None
) -> Page:
    """All mails, newest first, or those to one address."""
    _only_in_the_demo(view)
    lines, older = await mails.mails(read, None, same=same, before=before)
    return view.page(
        "operations/demo_mails.html",
        mails=lines,
        older=older,
        before=before,
        same=same,
        recipients=await mails.recipients(read),
        form=Fields.showing({"same": str(same or "")}),
    )


@get("/demo/mails/{mail_id:uuid}", opt={"allow": allow(ANYONE)})
async def demo_mail(view: View, read: Read, mail_id: FromPath[UUID]) -> Page:
    """One mail as its reader gets it."""
    _only_in_the_demo(view)
    shown = await mails.mail(read, mail_id, None)
    base_url = view.renderer.settings.base_url
    url = base_url + (path_of(shown.link) if shown.link else "/")
    words = text_of(
        view.renderer.environment,
        shown.template,
        shown.context,
        to_name=shown.to_name,
        url=url,
        base_url=base_url,
    )
    return view.page("operations/demo_mail.html", mail=shown, parts=linked(words, base_url))


@get("/demo/mails/{mail_id:uuid}/attachments/{number:int}", opt={"allow": allow(ANYONE)})
async def demo_attachment(view: View, db: Database, mail_id: FromPath[UUID], number: FromPath[int]) -> Page:
    """A file that goes with the mail, made as it is when the mail is sent."""
    _only_in_the_demo(view)
    async with db.reader() as connection:
        shown = await mails.mail(connection, mail_id, None)
        if not 1 <= number <= len(shown.attachments):
            refuse("not_found", kind="missing")
        kind, about = shown.attachments[number - 1]
        made = await MAKERS[kind](connection, view.renderer.environment, UUID(about))
    return view.download(made.content, made.filename, made.mime)


def linked(words: str, base_url: str) -> list[tuple[str, str | None]]:
    """The text in parts, with the path where a part is an address of ours: links work whatever the reader's host."""
    parts: list[tuple[str, str | None]] = []
    for part in re.split(rf"({re.escape(base_url)}/[^\s<>]*)", words.strip()):
        if part:
            parts.append((part, part.removeprefix(base_url) if part.startswith(f"{base_url}/") else None))
    return parts


HANDLERS: list[Any] = [demo_mails, demo_mail, demo_attachment]
