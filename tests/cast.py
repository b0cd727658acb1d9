"""A named cast, made by commands: who runs the calls, who applies, who judges, who decides, who only looks."""

from uuid import UUID

import msgspec

from facility.accounts.service.people import add_institution, add_user
from facility.db import Tx
from facility.web.access import Role


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
    "albanian_police": ("Albanian State Police", "POLICE", "AL"),
    "kosovo_police": ("Kosovo* Police", "POLICE", "XK"),
    "montenegrin_prosecution": ("Supreme State Prosecutor’s Office", "PROSECUTION", "ME"),
    "serbian_police": ("Criminal Police Directorate", "POLICE", "RS"),
    "bosnian_border": ("Border Police of Bosnia and Herzegovina", "BORDER", "BA"),
}

STAFF = {
    "ada": ("Ada Berisha", Role.SECRETARIAT),
    "vera": ("Vera Novak", Role.SECRETARIAT),
    "carl": ("Carl Jansen", Role.COMMISSION),
    "greta": ("Greta Lind", Role.AUDITOR),
    "paul": ("Paul Weber", Role.AUTHORISING),
    "ines": ("Inês Costa", Role.AUTHORISING),
    "root": ("Rut Root", Role.ADMINISTRATOR),
    "elena": ("Elena Rossi", Role.ASSESSOR),
    "erik": ("Erik Dahl", Role.ASSESSOR),
    "emma": ("Emma Maes", Role.ASSESSOR),
    "enzo": ("Enzo Greco", Role.ASSESSOR),
    "eva": ("Eva Horák", Role.ASSESSOR),
}

OFFICERS = {
    "omar": ("Omar Hoxha", "albanian_police"),
    "arta": ("Arta Krasniqi", "kosovo_police"),
    "milena": ("Milena Vuković", "montenegrin_prosecution"),
}


async def call_together(tx: Tx) -> Cast:
    """Make everybody's account, active, and the institutions."""
    made: dict[str, UUID] = {}
    for key, (name, kind, code) in INSTITUTIONS.items():
        made[key] = (await add_institution(tx, name=name, kind=kind, beneficiary_code=code)).id
    for key, (name, role) in STAFF.items():
        made[key] = (await add_user(tx, name=name, email=f"{key}@example.org", roles=[role])).id
    for key, (name, institution) in OFFICERS.items():
        person = await add_user(
            tx, name=name, email=f"{key}@example.org", roles=[Role.OFFICER], institution_id=made[institution]
        )
        made[key] = person.id
    return Cast(**made)
