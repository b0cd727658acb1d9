"""The named cast of the demo, its institutions, and one way to carry out a command at an instant of the story."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Concatenate
from uuid import UUID

import msgspec

from facility.accounts.service.people import add_institution, add_user
from facility.db import Database, Tx
from facility.events.relay import deliver_all
from facility.files.store import Store
from facility.pdf import render_pdf
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


class Troupe:
    """The cast at work: ids of people and institutions by their short names."""

    def __init__(self, db: Database, store: Store) -> None:
        self.db = db
        self.store = store
        self.people: dict[str, UUID] = {}
        self.places: dict[str, UUID] = {}
        self.envelope_id = UUID(int=0)

    async def act[T, **P](
        self,
        at: datetime,
        who: str | None,
        command: Callable[Concatenate[Tx, P], Awaitable[T]],
        *args: P.args,
        **named: P.kwargs,
    ) -> T:
        """Carry out one command as this person, and what it sets off."""
        async with self.db.transaction(now=at, actor=self.people[who] if who else None) as tx:
            result = await command(tx, *args, **named)
        await deliver_all(self.db, lambda: at)
        return result

    async def call_together(self, at: datetime) -> None:
        """Make every account and institution of the cast."""
        for key, place in PLACES.items():
            made = await self.act(
                at,
                None,
                add_institution,
                name=place.name,
                kind=place.kind,
                beneficiary_code=place.beneficiary,
            )
            self.places[key] = made.id
        for key, (name, role) in STAFF.items():
            await self._add(at, key, name, role, None)
        for key, (name, place_key) in OFFICERS.items():
            await self._add(at, key, name, Role.OFFICER, self.places[place_key])

    async def _add(self, at: datetime, key: str, name: str, role: Role, institution_id: UUID | None) -> None:
        person = await self.act(
            at,
            None,
            add_user,
            name=name,
            email=f"{key}@facility.example",
            roles=[role],
            institution_id=institution_id,
        )
        self.people[key] = person.id

    def paper(self, title: str, *paragraphs: str) -> tuple[int, str]:
        """A small PDF in the file store: its size in bytes and its SHA-256."""
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        content = render_pdf(
            f"<html lang=en><title>{title}</title><h1>{title}</h1>{body}</html>", title=title
        )
        return len(content), self.store.put(content)
