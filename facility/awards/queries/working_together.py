"""Which beneficiaries work with which, over the awards that are kept."""

from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL
from facility.awards.models.award import AWARD_KEPT_SQL


class Row(msgspec.Struct):
    """A beneficiary, and in how many awards its institutions are together with those of each; with itself: of all its awards."""

    chip: str
    name: str
    awards: list[int]


_TOGETHER = text(
    f"""
    WITH taking_part AS (
        SELECT DISTINCT award.id, beneficiary_code AS code FROM award JOIN party ON party.application_id = award.application_id
        WHERE {AWARD_KEPT_SQL} AND {ON_BOARD_SQL} AND NOT {shut_out("award.application_id")}),
    pair AS (SELECT here.code, there.code AS other, count(*) AS awards
        FROM taking_part AS here JOIN taking_part AS there ON there.id = here.id GROUP BY 1, 2)
    SELECT beneficiary.code || CASE WHEN beneficiary.designation_note IS NULL THEN '' ELSE '*' END AS chip, beneficiary.name,
        array_agg(coalesce(pair.awards, 0) ORDER BY other.sort_order) AS awards
    FROM beneficiary JOIN beneficiary AS other ON other.western_balkans
    LEFT JOIN pair ON pair.code = beneficiary.code AND pair.other = other.code
    WHERE beneficiary.western_balkans GROUP BY beneficiary.code ORDER BY beneficiary.sort_order
    """  # noqa: S608 - our own text
)


async def together(connection: AsyncConnection, viewer: UUID) -> list[Row]:
    """The beneficiaries of the Western Balkans in their order, without awards that are closed to the viewer: one statement."""
    return [Row(*row) for row in await connection.execute(_TOGETHER, {"viewer": viewer})]
