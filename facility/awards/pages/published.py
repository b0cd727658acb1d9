"""The public list of awards, for anybody, and what keeps an award out of it."""

from collections.abc import Iterable
from uuid import UUID

from litestar import get, post
from litestar.response.streaming import ASGIStreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.awards.pages import open_data
from facility.awards.queries import awards as awards_queries
from facility.awards.queries import published as queries
from facility.awards.queries.published import Narrowed
from facility.awards.queries.signing import signature_on, withholding_on
from facility.awards.rules.publication import Why
from facility.awards.service import publication
from facility.awards.words import LISTED, WHYS
from facility.refused import refuse
from facility.web import sheets
from facility.web.access import ANYONE, Role, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Database, Form, FromPath, FromQuery, Page, Read, Tx, View
from facility.web.i18n import _
from facility.web.reasons import reason_of

PUBLIC = {"allow": allow(ANYONE)}
DECIDES = {"allow": allow(Role.AUTHORISING)}


def _valid_choice(given: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The choice in the address, or "" where there is no such choice."""
    return given if given in dict(pairs) else ""


@get("/awards/published", opt=PUBLIC)
async def published(
    view: View,
    read: Read,
    call: FromQuery[str] = "",
    beneficiary: FromQuery[str] = "",
    before: FromQuery[UUID | None] = None,
) -> Page:
    """Whom the facility supports, the latest signature first."""
    choices = await queries.choices(read)
    narrowed = Narrowed(_valid_choice(call, choices.calls), _valid_choice(beneficiary, choices.beneficiaries))
    lines, older = await queries.published(read, narrowed, before=before)
    asked = {"call": narrowed.call, "beneficiary": narrowed.beneficiary}
    given = {name: value for name, value in asked.items() if value}
    return view.page(
        "awards/published.html",
        lines=lines,
        older=older,
        before=before,
        sums=await queries.sums(read, narrowed),
        choices=choices,
        filters=given,
        form=Fields.showing(given),
        listed=LISTED,
        fields=open_data.FIELDS,
    )


@get("/awards/published.csv", opt=PUBLIC, sync_to_thread=False)
def published_csv(db: Database) -> ASGIStreamingResponse:
    """The whole list, for spreadsheets."""
    rows = open_data.rows(queries.all_published(db))
    return sheets.sent(sheets.csv_stream(open_data.head(), rows), "awards.csv", sheets.CSV)


@get("/awards/published.json", opt=PUBLIC, sync_to_thread=False)
def published_json(view: View, db: Database) -> ASGIStreamingResponse:
    """The whole list, for programs."""
    settings = view.renderer.settings
    head = {
        "publisher": settings.facility_name,
        "source": f"{settings.base_url}/awards/published",
        "funding": view.renderer.funding,
        "fields": {name: str(meaning) for name, meaning in open_data.FIELDS.items()},
    }
    content = open_data.json_stream(head, queries.all_published(db))
    return sheets.sent(content, "awards.json", open_data.JSON)


@get("/awards/{award_id:uuid}/publication", opt=DECIDES)
async def publication_form(view: View, read: Read, award_id: FromPath[UUID]) -> Page:
    """Whether the award stands in the public list, and what keeps it out."""
    return await _publication(view, read, award_id, Fields.showing())


async def _publication(
    view: View, read: AsyncConnection, award_id: UUID, form: Fields, status: int = 200
) -> Page:
    award = await awards_queries.award(read, award_id)
    if not award.kept:
        refuse("not_an_award")
    return view.page(
        "awards/publication.html",
        status=status,
        award=award,
        signature=await signature_on(read, award_id),
        withholding=await withholding_on(read, award_id),
        whys=WHYS,
        form=form,
    )


@post("/awards/{award_id:uuid}/withhold", opt=DECIDES)
async def withhold(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """Keep the award out of the public list, from now on."""
    fields = Fields(form)
    why = fields.one_of("why", Why)
    reason = reason_of(fields, _("Enter the reason for withholding the award."))
    async with redrawn(tx, fields, lambda read, status: _publication(view, read, award_id, fields, status)):
        await publication.withhold(tx, award_id, why=why, reason=reason)
    return view.go(f"/awards/{award_id}", _("The award is withheld. The public list doesn't show it."))


@post("/awards/{award_id:uuid}/lift-withholding", opt=DECIDES)
async def lift(view: View, form: Form, tx: Tx, award_id: FromPath[UUID]) -> Page:
    """Let the award into the public list again."""
    fields = Fields(form)
    reason = reason_of(fields, _("Enter the reason for publishing the award."))
    async with redrawn(tx, fields, lambda read, status: _publication(view, read, award_id, fields, status)):
        await publication.lift_withholding(tx, award_id, reason=reason)
    return view.go(f"/awards/{award_id}", _("The award is no longer withheld from the public list."))


HANDLERS = [published, published_csv, published_json, publication_form, withhold, lift]
