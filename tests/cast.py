"""A named cast, made by commands: who runs the calls, who applies, who judges, who decides, who only looks."""

from uuid import UUID

import msgspec

from facility.db import Tx
from facility.story.cast import PLACES, Place, enter_people, enter_places


class Cast(msgspec.Struct, frozen=True):
    """The ids of people and institutions by their first names and beneficiaries."""

    ada: UUID
    vera: UUID
    omar: UUID
    arta: UUID
    milena: UUID
    carl: UUID
    greta: UUID
    paul: UUID
    ines: UUID
    root: UUID
    elena: UUID
    erik: UUID
    emma: UUID
    enzo: UUID
    eva: UUID
    albanian_police: UUID
    kosovo_police: UUID
    montenegrin_prosecution: UUID
    serbian_police: UUID
    bosnian_border: UUID

    @property
    def assessors(self) -> list[UUID]:
        """The five assessors."""
        return [self.elena, self.erik, self.emma, self.enzo, self.eva]


INSTITUTIONS = {
    **{key: PLACES[key] for key in ("albanian_police", "kosovo_police", "montenegrin_prosecution")},
    "serbian_police": Place("Criminal Police Directorate", "POLICE", "RS"),
    "bosnian_border": Place("Border Police of Bosnia and Herzegovina", "BORDER", "BA"),
}


async def call_together(tx: Tx) -> Cast:
    """Make everybody's account, active, and the institutions."""
    places = await enter_places(tx, INSTITUTIONS)
    people = await enter_people(tx, places, domain="example.org")
    return Cast(**places, **people)
