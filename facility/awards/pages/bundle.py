"""The bundle of a ranking, the scores in it as a table, and the schema that it keeps to."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import get
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.pages import exports
from facility.awards.pages.decisions import WATCH, ready
from facility.awards.queries.bundle import bundle
from facility.awards.queries.later_version import kept_document
from facility.awards.service.verification import SCHEMA
from facility.web.access import ANYONE, allow
from facility.web.handler import FromPath, Page, Read, View


async def _bundle(read: AsyncConnection, call_id: UUID, version: int | None = None) -> dict[str, Any]:
    """Of a ranking that may be shown, once it is proposed (Refused: "not_opened", "evaluation_open", "not_proposed"): of a decided one the
    version that stands, or this one."""
    await ready(read, call_id, version)
    kept = await kept_document(read, call_id, version)
    return await bundle(read, call_id) if kept is None else msgspec.json.decode(kept)


def _name(document: dict[str, Any], end: str) -> str:
    number = f"-v{document['revision']['number']}" if "revision" in document else ""
    return f"{document['call']['reference']}{number}-{end}".replace("/", "-")


@get("/evaluation/{call_id:uuid}/bundle.json", opt={"allow": WATCH})
async def bundle_json(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The ranking with everything that it follows from; assessors by pseudonyms."""
    document = await _bundle(read, call_id)
    content = msgspec.json.format(msgspec.json.encode(document), indent=1)
    return view.download(content, _name(document, "ranking.json"), "application/json")


@get("/evaluation/{call_id:uuid}/versions/{number:int}/bundle.json", opt={"allow": WATCH})
async def version_json(view: View, read: Read, call_id: FromPath[UUID], number: FromPath[int]) -> Page:
    """A version of the ranking, as it was decided."""
    document = await _bundle(read, call_id, number)
    content = msgspec.json.format(msgspec.json.encode(document), indent=1)
    return view.download(content, _name(document, "ranking.json"), "application/json")


@get("/evaluation/{call_id:uuid}/assessments.csv", opt={"allow": WATCH})
async def assessments_csv(view: View, read: Read, call_id: FromPath[UUID]) -> Page:
    """The individual scores of the bundle as CSV."""
    document = await _bundle(read, call_id)
    return view.download(exports.assessments_csv(document), _name(document, "assessments.csv"), "text/csv")


@get("/formats/ranking.schema.json", opt={"allow": allow(ANYONE)}, sync_to_thread=False)
def schema(view: View) -> Page:
    """The JSON Schema of bundles."""
    return view.download(SCHEMA, "ranking.schema.json", "application/schema+json", inline=True)


HANDLERS = [bundle_json, version_json, assessments_csv, schema]
