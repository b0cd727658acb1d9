"""On paper: the receipt, and the application as it was submitted; and what their files are called."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import jinja2
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications import words
from facility.applications.queries.application import ApplicationShown, shown, snapshot
from facility.applications.queries.receipt import ReceiptShown, Replaced
from facility.letters.kinds import Stated, letter
from facility.letters.models import Letter
from facility.letters.service import lay_out, letter_on_paper
from facility.outbox.service import Attachment, attachment
from facility.pdf import render_pdf
from facility.refused import refuse
from facility.web import filters
from facility.web.i18n import N_, _

filters.register("decimal", Decimal)


def json_name(application: ApplicationShown | ReceiptShown) -> str:
    """The name of the canonical JSON: the reference, fit for a file."""
    return _file(application.reference, ".json")


def pdf_name(application: ApplicationShown) -> str:
    """The name of the whole application on paper."""
    return _file(application.reference, _("-application") + ".pdf")


def _file(reference: str, end: str) -> str:
    return reference.replace("/", "-") + end


class Signed(msgspec.Struct, frozen=True):
    """An institution that takes part, with its amount in EUR; who confirmed it, and when, unless it leads."""

    institution: str
    designation: str
    lead: bool
    amount: Decimal
    signatory_name: str = ""
    signatory_function: str = ""
    confirmed_at: datetime | None = None


class Listed(msgspec.Struct, frozen=True):
    """A document that was submitted."""

    name: str
    sha256: str


class ReceiptData(Stated, frozen=True, kw_only=True):
    """What a receipt states of what was submitted. `requested` in EUR; `filename`: of the canonical JSON."""

    received_at: datetime
    requested: Decimal
    fingerprint: str
    filename: str
    parties: list[Signed]
    documents: list[Listed]
    replaces: Replaced | None = None


RECEIPT = letter(
    "receipt",
    states=ReceiptData,
    mail="applications/receipt",
    label=N_("Receipt"),
    title=N_("Receipt {application}"),
    template="documents/receipt.html",
    apart=True,
)


def receipt_data(snapshot: Mapping[str, Any], fingerprint: str, call_title: str) -> ReceiptData:
    """The receipt for what was submitted, from its snapshot alone: what has changed since does not show."""
    return ReceiptData(
        application=snapshot["reference"],
        title=snapshot["title"],
        call=snapshot["call"],
        call_title=call_title,
        received_at=datetime.fromisoformat(snapshot["received_at"]),
        requested=Decimal(snapshot["requested"]),
        fingerprint=fingerprint,
        filename=_file(snapshot["reference"], ".json"),
        parties=[_signed(party) for party in snapshot["parties"]],
        documents=[Listed(document["name"], document["sha256"]) for document in snapshot["documents"]],
        replaces=msgspec.convert(snapshot.get("replaces"), Replaced | None),
    )


def _signed(party: Mapping[str, Any]) -> Signed:
    # Snapshots of earlier versions of the facility lack some keys.
    confirmation = party["confirmation"] or {}
    at = confirmation.get("confirmed_at")
    return Signed(
        institution=party["institution"],
        designation=party.get("designation") or party["beneficiary"],
        lead=party["lead"],
        amount=Decimal(party["amount"]),
        signatory_name=confirmation.get("signatory_name") or "",
        signatory_function=confirmation.get("signatory_function") or "",
        confirmed_at=datetime.fromisoformat(at) if at else None,
    )


async def receipt_on_paper(
    connection: AsyncConnection, templates: jinja2.Environment, application: ApplicationShown
) -> Attachment:
    """The receipt for what is submitted now: as the mail took it along, or made from the snapshot until that is written. Raises Refused
    ("not_submitted")."""
    fingerprint = application.fingerprint or ""
    query = select(Letter.id).where(
        Letter.application_id == application.id,
        Letter.kind == RECEIPT.name,
        Letter.data["fingerprint"].astext == fingerprint,
    )
    written = (await connection.execute(query)).scalar()
    if written:
        return await letter_on_paper(connection, templates, written)
    stated = receipt_data(await snapshot(connection, application.id), fingerprint, application.call_title)
    content = await asyncio.to_thread(lay_out, templates, RECEIPT, stated)
    return Attachment(_file(application.reference, "-receipt.pdf"), "application/pdf", content)


def received(application: ApplicationShown) -> ApplicationShown:
    """The application, if it was submitted. Raises Refused ("not_submitted")."""
    if application.received_at is None:
        refuse("not_submitted")
    return application


async def application_on_paper(
    connection: AsyncConnection, templates: jinja2.Environment, application: ApplicationShown
) -> Attachment:
    """Everything that was submitted. Raises Refused ("not_submitted")."""
    submitted = await snapshot(connection, application.id)
    content = await asyncio.to_thread(application_pdf, templates, submitted, application.fingerprint or "")
    return Attachment(pdf_name(application), "application/pdf", content)


@attachment("application.receipt")
async def receipt_of_before(
    connection: AsyncConnection, templates: jinja2.Environment, application_id: UUID
) -> Attachment:
    """The receipt under the name that mails queued by an older release use."""
    return await receipt_on_paper(connection, templates, await shown(connection, application_id))


def application_pdf(templates: jinja2.Environment, snapshot: Mapping[str, Any], fingerprint: str) -> bytes:
    """Everything that was submitted as PDF/UA, from the snapshot alone: what has changed since does not show. Blocks for
    a second or more where there are long tables: call it in a thread."""
    html = templates.get_template("documents/application.html").render(
        told=snapshot,
        received_at=datetime.fromisoformat(snapshot["received_at"]),
        fingerprint=fingerprint,
        filename=_file(snapshot["reference"], ".json"),
        declared=words.DECLARED,
    )
    return render_pdf(html, title=f"{snapshot['reference']}: {snapshot['title']}")
