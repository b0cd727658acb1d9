"""The named cast: who runs the calls, who applies, who judges, who decides, who only looks; and the institutions."""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from facility.accounts.service.people import add_institution, add_user
from facility.db import Tx
from facility.web.access import Role


class Place(msgspec.Struct, frozen=True):
    """An institution of the cast."""

    name: str
    kind: str
    beneficiary: str


PLACES = {
    "albanian_police": Place("Albanian State Police", "POLICE", "AL"),
    "kosovo_police": Place("Kosovo* Police", "POLICE", "XK"),
    "montenegrin_prosecution": Place("Supreme State Prosecutor’s Office", "PROSECUTION", "ME"),
    "serbian_interior": Place("Ministry of Interior", "MOI", "RS"),
    "sipa": Place("State Investigation and Protection Agency", "POLICE", "BA"),
    "pve_coordinator": Place("National P/CVE Coordinator", "MOI", "MK"),
    "bosnian_security": Place("Ministry of Security", "MOI", "BA"),
    "albanian_customs": Place("Customs Administration", "CUSTOMS", "AL"),
    "montenegrin_customs": Place("Customs Administration", "CUSTOMS", "ME"),
    "serbian_prosecution": Place("Prosecutor’s Office for Organised Crime", "PROSECUTION", "RS"),
    "macedonian_border": Place("Border Police", "BORDER", "MK"),
    "albanian_drugs": Place("Anti-Drugs Directorate", "POLICE", "AL"),
    "turkish_border": Place("Border Authority", "BORDER", "TR"),
}

STAFF = {
    "ada": ("Ada Berisha", Role.SECRETARIAT),
    "vera": ("Vera Novak", Role.SECRETARIAT),
    "paul": ("Paul Weber", Role.AUTHORISING),
    "ines": ("Inês Costa", Role.AUTHORISING),
    "elena": ("Elena Rossi", Role.ASSESSOR),
    "erik": ("Erik Dahl", Role.ASSESSOR),
    "emma": ("Emma Maes", Role.ASSESSOR),
    "enzo": ("Enzo Greco", Role.ASSESSOR),
    "eva": ("Eva Horák", Role.ASSESSOR),
    "carl": ("Carl Jansen", Role.COMMISSION),
    "greta": ("Greta Lind", Role.AUDITOR),
    "root": ("Rut Hansen", Role.ADMINISTRATOR),
}

OFFICERS = {
    "omar": ("Omar Hoxha", "albanian_police"),
    "arta": ("Arta Krasniqi", "kosovo_police"),
    "milena": ("Milena Vuković", "montenegrin_prosecution"),
    "jelena": ("Jelena Petrović", "serbian_interior"),
    "amra": ("Amra Hadžić", "sipa"),
    "zoran": ("Зоран Ристески", "pve_coordinator"),
    "luan": ("Luan Prifti", "albanian_customs"),
    "dragana": ("Dragana Ilić", "serbian_prosecution"),
    "biljana": ("Biljana Trajkovska", "macedonian_border"),
    "sanja": ("Sanja Đorđević", "montenegrin_customs"),
    "ilir": ("Ilir Gashi", "albanian_drugs"),
}


async def enter_places(tx: Tx, places: Mapping[str, Place] = PLACES) -> dict[str, UUID]:
    """The institutions, by their short names."""
    made = {}
    for key, place in places.items():
        row = await add_institution(tx, name=place.name, kind=place.kind, beneficiary_code=place.beneficiary)
        made[key] = row.id
    return made


async def enter_people(
    tx: Tx, places: Mapping[str, UUID], *, domain: str = "facility.example"
) -> dict[str, UUID]:
    """The staff, and the officers of these institutions, by their short names."""
    staff = [(key, name, role, None) for key, (name, role) in STAFF.items()]
    officers = [
        (key, name, Role.OFFICER, places[place]) for key, (name, place) in OFFICERS.items() if place in places
    ]
    made = {}
    for key, name, role, institution_id in [*staff, *officers]:
        row = await add_user(
            tx, name=name, email=f"{key}@{domain}", roles=[role], institution_id=institution_id
        )
        made[key] = row.id
    return made
