"""From where somebody fills in a party's own part: as its officer, by its link, or as the lead for it; and who keeps what is
typed there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.applications.pages.drafts import draft, party_of, same_person
from facility.applications.queries import application as application_queries
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.parts import PartyLine
from facility.applications.queries.writing import Copy, link_copies, writing
from facility.applications.rules.parts import ROLE, own_sections, readable
from facility.applications.service.link_copies import Sitting, end_link_copy, keep_link_copy
from facility.applications.service.working_copies import end_copies, keep_copy
from facility.calls.rules.forms import Answers, FormSection
from facility.db import Tx, new_id
from facility.refused import refuse
from facility.web import render
from facility.web.carried import key, stamp
from facility.web.forms import Form
from facility.web.stops import Stop

type Typed = Mapping[str, Sequence[str]]
type Hidden = list[tuple[str, str]]
"""Hidden fields of a form: names and values."""


class Seat(msgspec.Struct, frozen=True):
    """From where somebody fills in a party's part. `here`: the address above its sections; `back`: where they go
    afterwards; `own`: they act for the party itself, and read its confidential answers; `by_link`: nobody is signed in."""

    application: ApplicationShown
    party: PartyLine
    here: str
    back: str
    own: bool = True
    by_link: bool = False

    def section(self, key: str) -> FormSection:
        """The section as it is seen from here. Raises Refused (missing)."""
        section = next(
            (section for section in own_sections(self.application.form) if section.key == key), None
        )
        fields = readable(section, confidential=self.own) if section else ()
        if section is None or not fields:
            refuse("not_found", kind="missing", what="section")
        return msgspec.structs.replace(section, fields=fields)

    def answers(self, section: FormSection) -> Answers:
        """What stands in the section."""
        if section.key == ROLE.key:
            return {"role": self.party.role}
        return self.application.answers(section, self.party.id, confidential=self.own)


type Sit = Callable[[AsyncConnection], Awaitable[Seat]]


def officers_seat(view: render.View, application_id: UUID) -> Sit:
    """Of an officer of the party."""

    async def sit(connection: AsyncConnection) -> Seat:
        application = await draft(connection, application_id)
        own = next(p for p in application.parts.on_board if p.institution_id == view.me.institution_id)
        here = f"/applications/{application_id}"
        return Seat(application, own, f"{here}/part", here)

    return sit


def leads_seat(application_id: UUID, party_id: UUID) -> Sit:
    """Of an officer of the lead, who fills in what a partner can't."""

    async def sit(connection: AsyncConnection) -> Seat:
        application = await draft(connection, application_id)
        here = f"/applications/{application_id}"
        party = party_of(application, party_id)
        return Seat(
            application, party, f"{here}/parties/{party_id}/part", f"{here}/partners", own=party.is_lead
        )

    return sit


def linked_seat(token: str) -> Sit:
    """Of whoever holds the party's link. Refused: "link_unknown" (missing), "link_revoked"."""

    async def sit(connection: AsyncConnection) -> Seat:
        linked = await application_queries.linked(connection, token)
        if not linked.live:
            refuse("link_revoked")
        application = await draft(connection, linked.application_id)
        here = f"/link/partner/{token}"
        return Seat(application, party_of(application, linked.party_id), f"{here}/part", here, by_link=True)

    return sit


class Keeper(Protocol):
    """Who keeps what is typed in a section and not saved."""

    def hidden(self, copy: Copy | None) -> Hidden:
        """How a form says whose it is; copy: what it shows, where that was typed before."""

    async def copies(self, connection: AsyncConnection, seat: Seat, key: str) -> Sequence[Copy]:
        """What was typed in a section, the newest first."""

    async def keep(self, tx: Tx, seat: Seat, key: str, typed: Typed, seal: str) -> None:
        """Keep what was typed; seal: of what the page showed as saved. Refused: as `service.keep_copy`."""

    async def end(self, tx: Tx, seat: Seat, key: str) -> None:
        """Forget what was typed: it is saved, or not wanted."""


class ForPerson(msgspec.Struct, frozen=True):
    """Keeps it for somebody who is signed in."""

    person_id: UUID

    @classmethod
    def of(cls, view: render.View, form: Form) -> "ForPerson":
        """From a form that was sent. Refused: "other_person"."""
        same_person(view, form)
        return cls(view.me.id)

    def hidden(self, copy: Copy | None) -> Hidden:
        """The person."""
        return [("by", str(self.person_id))]

    async def copies(self, connection: AsyncConnection, seat: Seat, key: str) -> Sequence[Copy]:
        """The person's own."""
        writers = await writing(connection, seat.application.id, seat.party.id, key, self.person_id)
        return [writers.own] if writers.own else []

    async def keep(self, tx: Tx, seat: Seat, key: str, typed: Typed, seal: str) -> None:
        """In the person's working copy."""
        await keep_copy(tx, seat.application.id, seat.party.id, key, typed, seal=seal)

    async def end(self, tx: Tx, seat: Seat, key: str) -> None:
        """The person's own."""
        await end_copies(tx, seat.application.id, seat.party.id, [key])


OF_A_LINK = ("sitting", "resumed", "resumed_at")
"""Hidden fields by which a page that was opened by a link says which it is, and what it showed."""


class ForLink(msgspec.Struct, frozen=True):
    """Keeps it for whoever holds the link, by the page on which it is typed."""

    sitting: Sitting

    @classmethod
    def opened(cls) -> "ForLink":
        """For a page that is opened now."""
        return cls(Sitting(new_id()))

    @classmethod
    def of(cls, form: Form) -> "ForLink":
        """From a form that was sent. Stop 400 for what no page of ours wrote."""
        own, resumed, at = (form.take(name) for name in OF_A_LINK)
        if (own and not key(own)) or (resumed and not key(resumed)):
            raise Stop(400, "malformed")
        return cls(Sitting(key(own) or new_id(), key(resumed), stamp(at)))

    def hidden(self, copy: Copy | None) -> Hidden:
        """The page, and the copy that it shows."""
        shown = [("resumed", str(copy.sitting)), ("resumed_at", copy.saved_at.isoformat())] if copy else []
        return [("sitting", str(self.sitting.id)), *shown]

    async def copies(self, connection: AsyncConnection, seat: Seat, key: str) -> Sequence[Copy]:
        """Everything that was typed by the party's link."""
        return (await link_copies(connection, seat.party.id)).get(key, [])

    async def keep(self, tx: Tx, seat: Seat, key: str, typed: Typed, seal: str) -> None:
        """In the page's copy."""
        await keep_link_copy(tx, seat.party.id, key, self.sitting, typed, seal=seal)

    async def end(self, tx: Tx, seat: Seat, key: str) -> None:
        """The page's, and the one that it showed."""
        await end_link_copy(tx, seat.party.id, key, self.sitting)
