"""Offers of a part as their pages show them: to the lead, signed in or by its link, and to staff."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.models import with_beneficiary
from facility.applications.models.parties import ON_BOARD_SQL
from facility.awards.models.offer import SHARE_SQL, OfferState, PartialOffer
from facility.inquiries.delivery import undelivered_sql
from facility.inquiries.queries import by_link
from facility.periods import last_day
from facility.refused import refuse


class Share(msgspec.Struct, frozen=True):
    """An institution with what it requests, and its share of what is offered, in EUR."""

    institution: str
    requested: Decimal
    offered: Decimal


class OfferShown(msgspec.Struct, frozen=True):
    """An offer; amounts in EUR. place: on the reserve list; email: of the lead's contact."""

    id: UUID
    application_id: UUID
    reference: str
    title: str
    call_id: UUID
    call: str
    lead: str
    email: str
    amount: Decimal
    requested: Decimal
    asked_at: datetime
    ends_at: datetime
    state: OfferState
    ended_at: datetime | None
    responder: str
    place: int
    undelivered: bool
    shares: list[Share]

    @property
    def last_day(self) -> date:
        """The last day for answering, in Brussels."""
        return last_day(self.ends_at)

    @property
    def percent(self) -> int:
        """What is offered, in whole per cent of what is requested, rounded down."""
        return int(self.amount * 100 / self.requested)

    def outcome(self, now: datetime) -> str:
        """What its page says at this instant: "open" while it can be answered; else how it ended."""
        if self.state is OfferState.OPEN and now >= self.ends_at and not self.undelivered:
            return OfferState.EXPIRED.value
        return self.state.value


_COLUMNS = f"""
    SELECT partial_offer.id, partial_offer.application_id, application.reference, application.title, call.id AS call_id,
        call.reference AS call, institution.name AS lead, party.contact_email AS email, partial_offer.amount, partial_offer.requested,
        asked_at, partial_offer.ends_at, partial_offer.state, partial_offer.ended_at, responder, reserve_entry.place,
        {undelivered_sql(PartialOffer)} AS undelivered,
        (SELECT jsonb_agg(jsonb_build_object('institution', {with_beneficiary("own")}, 'requested', CAST(party.amount AS text), 'offered',
                CAST({SHARE_SQL} AS text)) ORDER BY position)
            FROM party JOIN institution AS own ON own.id = party.institution_id
            WHERE party.application_id = application.id AND ({ON_BOARD_SQL} OR left_at > received_at)) AS shares
"""  # noqa: S608 - our own text
_FROM = """
    FROM partial_offer JOIN application ON application.id = partial_offer.application_id
    JOIN call ON call.id = partial_offer.call_id
    JOIN institution ON institution.id = application.lead_institution_id
    JOIN party ON party.application_id = application.id AND is_lead
    JOIN reserve_entry ON reserve_entry.application_id = application.id
"""
_OF_APPLICATION = text(f"{_COLUMNS} {_FROM} WHERE partial_offer.application_id = :application")
_BY_LINK = text(
    f"""{_COLUMNS}, link.revoked_at {_FROM}
    JOIN link ON link.purpose = 'partial_offer' AND link.subject_id = partial_offer.id WHERE link.token_hash = :hash"""
)


async def offer_to(connection: AsyncConnection, application_id: UUID) -> OfferShown | None:
    """The offer to the application, whatever became of it."""
    row = (await connection.execute(_OF_APPLICATION, {"application": application_id})).first()
    return _shown(row) if row else None


async def offer_on(connection: AsyncConnection, application_id: UUID) -> OfferShown:
    """The same. Raises Refused (missing)."""
    return await offer_to(connection, application_id) or refuse("not_found", kind="missing", what="offer")


async def offer_by_link(connection: AsyncConnection, token: str) -> OfferShown:
    """By its link. Raises Refused: link_unknown (missing), link_revoked."""
    return _shown(await by_link(connection, _BY_LINK, token))


def _shown(row: Any) -> OfferShown:
    fields = {name: value for name, value in row._mapping.items() if name != "revoked_at"}
    return msgspec.convert(fields, OfferShown)
