"""Choosing an institution inside a form: found while one types, or by a button, or added because it is not on the list."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.queries import institutions as queries
from facility.accounts.queries.institutions import MOST_MATCHES, InstitutionMatch
from facility.accounts.queries.people import beneficiaries
from facility.accounts.rules.institutions import Kind
from facility.accounts.service.institutions import NewInstitution
from facility.accounts.words import INSTITUTION_MISSING, KINDS, STANDINGS
from facility.web.carried import key
from facility.web.fields import Fields
from facility.web.i18n import _, translated

NOT_LISTED = "new"
FIELDS = ("institution", "institution_id", "into")
"""How forms name what is chosen."""


class Picker(msgspec.Struct, frozen=True):
    """What the field shows: `matches` and whether there are more; `searched`: something was looked for; `chosen`: an id."""

    matches: list[InstitutionMatch]
    more: bool
    searched: bool
    chosen: str


def words() -> dict[str, Any]:
    """The words for kinds and standings."""
    return {
        "kinds": {kind.value: translated(label) for kind, label in KINDS.items()},
        "standings": {value.value: (translated(label), tag) for value, (label, tag) in STANDINGS.items()},
    }


def only_searching(fields: Fields, name: str) -> bool:
    """The button beside the search was pressed, not the form's own. What is wrong with the search is noted at the field."""
    fields.text("institution_q", missing=None, most=100)
    if wrong := fields.errors.pop("institution_q", None):
        fields.errors.setdefault(name, []).extend(wrong)
    return fields.given("find")


def read_choice(fields: Fields, name: str) -> UUID | NewInstitution:
    """The institution that was chosen, or the particulars of one that is not on the list."""
    listed = fields.given(name) and fields.values.get(name) != NOT_LISTED
    if not listed and (fields.given(name) or fields.given("institution_name")):
        return NewInstitution(
            name=fields.text("institution_name", missing=translated(INSTITUTION_MISSING)),
            kind=fields.one_of("kind", Kind).value,
            beneficiary_code=read_beneficiary(fields),
        )
    fields.ignore("institution_name", "kind", "beneficiary")
    if listed:
        return fields.key(name)
    fields.wrong(name, _("Search for the institution and choose it."))
    return UUID(int=0)


def read_beneficiary(fields: Fields) -> str:
    """A beneficiary's code. The command checks that it exists."""
    return fields.text("beneficiary", missing=_("Choose a beneficiary."), most=2)


async def matches_of(connection: AsyncConnection, search: str, chosen: str = "") -> Picker:
    """What a search shows."""
    search = search[:100].replace("\0", "").strip()
    matches = await queries.find_institutions(connection, search) if search else []
    return Picker(matches[:MOST_MATCHES], len(matches) > MOST_MATCHES, bool(search), chosen)


async def picker(connection: AsyncConnection, fields: Fields, name: str) -> dict[str, Any]:
    """What the form's template needs for the field. If a new institution was typed that is already on the list, the
    listed one is chosen."""
    chosen = _value(fields, name)
    known = await queries.same_institution(
        connection, _value(fields, "institution_name"), _value(fields, "beneficiary")
    )
    if known is not None and chosen in ("", NOT_LISTED):
        chosen = str(known.id)
    shown = await matches_of(connection, _value(fields, "institution_q"), chosen)
    first = known or await _by_id(connection, chosen)
    if first is not None and first.id not in {match.id for match in shown.matches}:
        shown = msgspec.structs.replace(shown, matches=[first, *shown.matches])
    listed = [(beneficiary.code, beneficiary.name) for beneficiary in await beneficiaries(connection)]
    return {"pick": shown, "beneficiaries": listed, **words()}


def _value(fields: Fields, name: str) -> str:
    value = fields.values.get(name, "")
    return value if isinstance(value, str) else ""


async def _by_id(connection: AsyncConnection, chosen: str) -> InstitutionMatch | None:
    known = key(chosen)
    return await queries.matched_institution(connection, known) if known else None
