"""The pages: at most three statements each, and the product's own templates in an environment like the product's."""

import hashlib
from types import SimpleNamespace
from typing import Any

import asyncpg
import msgspec
from litestar import Request, get
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.params import FromPath
from litestar.response import Response

import facility.app  # noqa: F401 - pages register their places in the navigation
from facility import clock
from facility.admission.pages.received import list_query_of
from facility.admission.queries.options import MOST_CALLS
from facility.admission.queries.received import MOST_COUNTED
from facility.applications import words
from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.words import WORDS
from facility.calls.queries import public
from facility.calls.rules.standing import Standing
from facility.calls.words.calls import stands, ties
from facility.settings import ROOT, Settings
from facility.web.access import Role, Visitor
from facility.web.i18n import _
from facility.web.navigation import entries
from facility.web.render import environment
from facility.web.static import Static

TOKEN = "0" * 64
"""What stands in forms where the product prints a token."""


class Pages:
    """The templates, and what every page shows."""

    def __init__(self, settings: Settings, designation_note: str) -> None:
        self.environment = environment(settings)
        self.environment.globals["static_url"] = Static(ROOT / "static").url
        self.designation_note = designation_note

    @classmethod
    async def of(cls, settings: Settings, pool: asyncpg.Pool) -> "Pages":
        """With the footnote from the database."""
        note = await pool.fetchval(
            "SELECT string_agg(DISTINCT designation_note, ' ') FROM beneficiary WHERE designation_note IS NOT NULL"
        )
        return cls(settings, note or "")

    def page(self, template: str, path: str, me: Visitor | None, **context: Any) -> Response[str]:
        """The page as the product renders it."""
        html = self.environment.get_template(template).render(
            me=me,
            nav=entries(me, path),
            csrf=TOKEN,
            now=clock.now(),
            flash=[],
            designation_note=self.designation_note,
            **context,
        )
        return Response(html, media_type=MediaType.HTML)


_CALL = str(public.STATEMENT).replace(":reference", "$1")


def pages_of(state: State) -> Pages:
    """The server's."""
    pages: Pages = state.pages
    return pages


@get("/calls/{reference:str}")
async def call(state: State, reference: FromPath[str]) -> Response[str]:
    """The public page of a call: one statement."""
    row = dict(await state.pool.fetchrow(_CALL, reference))
    shown_call = public.public_from(SimpleNamespace(**row, _mapping=row))
    now = clock.now()
    return pages_of(state).page(
        "calls/call.html",
        f"/calls/{reference}",
        None,
        call=shown_call,
        ties=ties(shown_call.grid),
        stands=stands(shown_call, now),
        is_open=shown_call.standing(now) is Standing.OPEN,
        asks=shown_call.questions_until is not None and now <= shown_call.questions_until,
        may_apply=True,
    )


_VISITOR = """
    SELECT person.id, person.name, person.initials,
        ARRAY(SELECT role FROM person_role WHERE person_id = person.id) AS roles,
        person.institution_id, institution.name AS institution_name, institution.beneficiary_code AS beneficiary,
        session.id AS session
    FROM session JOIN person ON person.id = session.person_id
    LEFT JOIN institution ON institution.id = person.institution_id
    WHERE session.token_hash = $1 AND session.expires_at > $2 AND person.status = 'active'
"""


async def visitor_of(request: Request[Any, Any, Any], pool: asyncpg.Pool) -> Visitor:
    """Who has signed in: one statement."""
    token = hashlib.sha256(request.cookies["session"].encode()).digest()
    row = await pool.fetchrow(_VISITOR, token, clock.now())
    return Visitor(**{**row, "roles": frozenset(map(Role, row["roles"]))})


_CLOSED = shut_out(person="$1")
_RECEIVED = f"""
    SELECT application.id, application.reference, track, received_at,
        CASE WHEN NOT closed THEN application.status END AS status, call.reference AS call_reference, sealed, closed,
        CASE WHEN NOT hidden THEN application.title END AS title,
        CASE WHEN NOT hidden THEN institution.name END AS lead,
        CASE WHEN NOT hidden THEN requested END AS requested,
        CASE WHEN NOT hidden THEN ARRAY(
            SELECT code || CASE WHEN designation_note IS NULL THEN '' ELSE '*' END
            FROM party JOIN beneficiary ON code = beneficiary_code
            WHERE application_id = application.id AND left_at IS NULL ORDER BY position) END AS chips
    FROM application JOIN call ON call.id = application.call_id
    CROSS JOIN LATERAL (
        SELECT track = 'joint' AND application.opened_at IS NULL AS sealed, {_CLOSED} AS closed) AS seal
    CROSS JOIN LATERAL (SELECT sealed OR closed AS hidden) AS hiding
    JOIN institution ON institution.id = application.lead_institution_id
    WHERE received_at IS NOT NULL
    ORDER BY received_at DESC, application.id DESC LIMIT 26
"""
_OPTIONS = """
    SELECT
        (SELECT coalesce(json_agg(json_build_array(reference, reference || ': ' || title)), '[]') FROM (
            SELECT reference, title FROM call WHERE state <> 'draft' ORDER BY closes_at DESC, id LIMIT 200) AS latest)
            AS calls,
        (SELECT coalesce(json_agg(json_build_array(code, name) ORDER BY sort_order), '[]') FROM beneficiary)
            AS beneficiaries,
        (SELECT coalesce(json_agg(json_build_array(code, name) ORDER BY code COLLATE "C"), '[]') FROM theme) AS themes,
        (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'shared', shared, 'asked', asked)
            ORDER BY name COLLATE "C"), '[]') FROM saved_view WHERE person_id = $1) AS views
"""
_NOTHING = list_query_of({})


@get("/applications/received")
async def received(state: State, request: Request[Any, Any, Any]) -> Response[str]:
    """The staff's list: three statements."""
    me = await visitor_of(request, state.pool)
    lines = await state.pool.fetch(_RECEIVED, me.id)
    options = await state.pool.fetchrow(_OPTIONS, me.id)
    last = lines[24] if len(lines) > 25 else None
    return pages_of(state).page(
        "admission/received.html",
        "/applications/received",
        me,
        workspace=None,
        page={
            "lines": lines[:25],
            "after": f"{last['received_at'].isoformat()}~{last['id']}" if last else None,
            "before": None,
        },
        total=None if last else len(lines),
        most=MOST_COUNTED,
        most_calls=MOST_CALLS,
        listed=_NOTHING,
        query={},
        form=_NOTHING.fields,
        wrong="",
        options={name: msgspec.json.decode(encoded) for name, encoded in options.items()},
        checked=[(value, _(label)) for value, label in words.CHECKED.items()],
        may_check=me.has(Role.SECRETARIAT),
        **WORDS,
    )
