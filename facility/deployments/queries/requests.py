"""Reads of requests for expertise, as pages show them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import AWARD_STANDS_SQL
from facility.deployments.models.invitation import INVITATION_STANDS_SQL, Invitation
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries.wishes import MOVED, ORIGIN, Origin
from facility.deployments.rules.answers import MOST_PIN_TRIES, DeclineReason, InvitationStatus
from facility.deployments.rules.fees import Terms
from facility.deployments.rules.shortlist import Conflict, Part, RecentFrom
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CefrLevel, Skill
from facility.inquiries.delivery import undelivered_sql
from facility.refused import refuse
from facility.zone import TODAY_SQL

PAGE = 25
SHOWN = 100
"""Lines of a shortlist that a page shows."""


SERVES = """deployment.award_id = activity.award_id
        AND deployment.starts_on <= activity.ends_on AND deployment.ends_on >= activity.starts_on"""
"""The request of the row `deployment` is for a day of the row `activity`."""


ADRIFT = f"""
    SELECT deployment.id FROM deployment
    WHERE state <> 'ended' AND ends_on >= {TODAY_SQL} AND (wish_id IN ({MOVED}) OR wish_id IS NULL
        AND EXISTS (SELECT FROM invitation WHERE deployment_id = deployment.id AND {INVITATION_STANDS_SQL})
        AND EXISTS (SELECT FROM activity WHERE activity.award_id = deployment.award_id)
        AND NOT EXISTS (SELECT FROM activity WHERE activity.state <> 'cancelled' AND {SERVES}))
"""  # noqa: S608 - our own text
"""Requests for which experts are booked or asked though no activity of their award takes place on any of their days: it was
moved or cancelled. Where an award has no activity yet, nothing is said. A request that was made for an activity: whatever its state,
as soon as that has other days."""


COMING = f"""
    SELECT expert.name FROM invitation JOIN deployment ON deployment.id = invitation.deployment_id
    JOIN expert ON expert.id = invitation.expert_id
    WHERE invitation.outcome = 'accepted' AND named_to_parties AND {SERVES} ORDER BY expert.name
"""  # noqa: S608 - our own text
"""The names of the experts who come to the row `activity`, as far as they agreed that its parties see them."""


class DeploymentLine(msgspec.Struct, frozen=True):
    """A request on the list. `accepted` and `open` count invitations; `filled_at`: when the last seat got its yes."""

    id: UUID
    reference: str
    application_id: UUID
    application: str
    place: str
    starts_on: date
    ends_on: date
    seats: int
    accepted: int
    open: int
    state: DeploymentState
    requested_at: datetime
    filled_at: datetime | None

    @property
    def lead_time(self) -> timedelta | None:
        """From the request to the last yes."""
        return self.filled_at - self.requested_at if self.filled_at else None


_LINE = """
    deployment.id, deployment.reference, application_id, application.reference AS application, place, starts_on,
    ends_on, seats, accepted, open, state, requested_at, CASE WHEN state = 'filled' THEN last_yes END AS filled_at
"""
_FROM = """
    FROM deployment JOIN application ON application.id = application_id
    CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE outcome = 'accepted') AS accepted,
        count(*) FILTER (WHERE outcome = 'open') AS open, max(ended_at) FILTER (WHERE outcome = 'accepted') AS last_yes
        FROM invitation WHERE deployment_id = deployment.id) AS answers
"""
_FILTERS = {
    "state": "AND state = :state",
    "application": "AND application_id = :application",
    "before": "AND (requested_at, deployment.id) < (SELECT requested_at, id FROM deployment WHERE id = :before)",
}


async def requests(
    connection: AsyncConnection,
    viewer: UUID,
    *,
    state: str | None = None,
    application: UUID | None = None,
    before: UUID | None = None,
) -> tuple[list[DeploymentLine], UUID | None]:
    """A page of requests, newest first, and the one before which the next page begins; without those for an application that
    is closed to the viewer: one statement."""
    given = {"state": state, "application": application, "before": before}
    used = {name: value for name, value in given.items() if value}
    statement = (
        f"SELECT {_LINE} {_FROM} WHERE NOT {shut_out()} {' '.join(_FILTERS[name] for name in used)}"
        f" ORDER BY requested_at DESC, deployment.id DESC LIMIT {PAGE + 1}"
    )
    rows = (await connection.execute(text(statement), {**used, "viewer": viewer})).mappings().all()
    lines = [msgspec.convert(dict(row), DeploymentLine) for row in rows[:PAGE]]
    return lines, lines[-1].id if len(rows) > PAGE else None


class Applied(msgspec.Struct, frozen=True):
    """The application that experts are asked for. `funded`: it has a standing award; themes are codes."""

    id: UUID
    reference: str
    call_id: UUID
    call: str
    title: str
    themes: list[str]
    funded: bool


async def application(connection: AsyncConnection, application_id: UUID, viewer: UUID) -> Applied:
    """Raises Refused (missing), also for one that was never handed in; (forbidden) "shut_out"."""
    row = (
        (
            await connection.execute(
                text(
                    f"""
                    SELECT id, reference, call_id, (SELECT reference FROM call WHERE call.id = call_id) AS call, title, themes,
                        {shut_out()} AS closed,
                        EXISTS (SELECT FROM award WHERE application_id = application.id AND {AWARD_STANDS_SQL}) AS funded
                    FROM application WHERE id = :application AND received_at IS NOT NULL
                    """  # noqa: S608 - our own text
                ),
                {"application": application_id, "viewer": viewer},
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        refuse("not_found", kind="missing", what="application")
    if row["closed"]:
        refuse("shut_out", kind="forbidden")
    themes = row["themes"] if isinstance(row["themes"], list) else msgspec.json.decode(row["themes"])
    return msgspec.convert({**row, "themes": themes}, Applied)


class Ranked(msgspec.Struct, frozen=True):
    """A line of the shortlist; `language`: by which the expert meets the request, where several can."""

    code: str
    score: int
    parts: tuple[Part, ...]
    language: str = ""


class Shortlist(msgspec.Struct, frozen=True):
    """Whom to ask, best first, as far as it is shown, and how many they are; everybody else with the one reason, by code, where they are few or
    asked for; counts: how many by reason. recent, conflicts, on_call: `service.requesting.ShortlistData`."""

    ranked: tuple[Ranked, ...]
    size: int = 0
    excluded: dict[str, str] = {}
    counts: dict[str, int] = {}
    recent: dict[str, int] = {}
    conflicts: dict[str, list[Conflict]] = {}
    on_call: dict[str, list[str]] = {}


class InvitationShown(msgspec.Struct, frozen=True):
    """An invitation as staff see it. why, reason: of a no; colleague: whom the expert named instead; no_conflict: declared with the yes;
    undelivered: the mail did not get through, and the time to answer stands still."""

    id: UUID
    expert_id: UUID
    code: str
    name: str
    seat: int
    invited_at: datetime
    respond_by: datetime
    outcome: InvitationStatus
    ended_at: datetime | None
    reason: str
    why: DeclineReason | None
    colleague: str
    no_conflict: bool
    pin_tries: int
    undelivered: bool

    @property
    def locked(self) -> bool:
        """The PIN was wrong too often at the link that stands."""
        return self.outcome is InvitationStatus.OPEN and self.pin_tries >= MOST_PIN_TRIES

    @property
    def took(self) -> timedelta | None:
        """How long the answer took."""
        answered = self.outcome in (InvitationStatus.ACCEPTED, InvitationStatus.DECLINED)
        return self.ended_at - self.invited_at if answered and self.ended_at else None

    @property
    def hours(self) -> float | None:
        """After how many hours the expert answered, or the time to answer was over; None for other outcomes."""
        ended = (
            self.respond_by
            if self.outcome is InvitationStatus.EXPIRED
            else self.invited_at + (self.took or timedelta())
        )
        return (ended - self.invited_at).total_seconds() / 3600 if ended > self.invited_at else None


class Waiting(msgspec.Struct, frozen=True):
    """A place in the confirmed order."""

    position: int
    expert_id: UUID
    code: str
    name: str
    state: str
    passed_because: str | None


class Proposed(msgspec.Struct, frozen=True):
    """What could make a list longer that has run out: the condition that is relaxed (`rules.relaxing`), and the codes of whom it adds."""

    condition: str
    value: str
    experts: list[str]


class Extended(msgspec.Struct, frozen=True):
    """What made the list longer, and how many experts it added."""

    condition: str
    value: str
    count: int
    by: str | None
    at: datetime


class DeploymentShown(DeploymentLine, frozen=True, kw_only=True):
    """A request with everything about it. `themes` maps codes to weights."""

    call_id: UUID
    call: str
    title: str
    language: str
    language_level: CefrLevel
    language_skill: Skill | None
    bcms: bool
    branch: Branch | None
    themes: dict[str, int]
    min_theme_level: int
    bonus_regional_language: int
    bonus_no_recent_deployment: int
    respond_within_hours: int
    recent_from: RecentFrom
    cool_off_months: int | None
    feedback_weight: int
    terms_of_reference: str
    contact_name: str
    contact_email: str
    contact_phone: str
    declares_conflicts: bool
    sensitive: bool
    in_working_time: bool
    remind_hours_before: int | None
    ask_at_once: int
    on_call_first: bool
    shortlist: Shortlist
    order_reason: str
    end_reason: str | None
    terms: Terms | None
    release_days: int | None
    appoints: bool
    target_days: int | None
    report_days: int | None
    origin: Origin | None
    adrift: bool
    requested_by: str | None
    ordered_by: str | None
    ordered_at: datetime | None
    invitations: list[InvitationShown]
    candidates: list[Waiting]
    proposals: list[Proposed]
    extensions: list[Extended]

    @property
    def waiting(self) -> list[Waiting]:
        """Who would be asked next, in order."""
        return [candidate for candidate in self.candidates if candidate.state == "waiting"]

    @property
    def passed_over(self) -> list[Waiting]:
        """Who was not asked when it was their turn, as far as it is known why."""
        return [candidate for candidate in self.candidates if candidate.passed_because]

    @property
    def unfilled(self) -> int:
        """Seats that nobody holds and nobody is asked for."""
        return max(self.seats - self.accepted - self.open, 0)


_UNDELIVERED = undelivered_sql(Invitation)
_SHORTLIST = f"""((shortlist - 'ranked') || jsonb_build_object(
        'ranked', jsonb_path_query_array(shortlist, '$.ranked[0 to {SHOWN - 1}]'),
        'size', jsonb_array_length(shortlist->'ranked'),
        'excluded', CASE WHEN CAST(:left_out AS text) IS NULL THEN
                CASE WHEN (SELECT coalesce(sum(value::int), 0) FROM jsonb_each_text(shortlist->'counts')) <= {SHOWN}
                    THEN left_out ELSE '{{}}' END
            ELSE (SELECT coalesce(jsonb_object_agg(key, value), '{{}}') FROM (SELECT key, value FROM jsonb_each(left_out)
                WHERE key COLLATE "C" > :left_out ORDER BY key COLLATE "C" LIMIT {SHOWN}) AS listed) END))::text"""  # noqa: S608 - our own text
_ONE = text(
    f"""
    SELECT {_LINE}, application.call_id,
        (SELECT call.reference FROM call WHERE call.id = application.call_id) AS call, application.title, language, language_level, language_skill, bcms, deployment.branch, deployment.themes::text AS themes, min_theme_level,
        bonus_regional_language, bonus_no_recent_deployment, respond_within_hours, recent_from, cool_off_months, feedback_weight, terms_of_reference, contact_name, contact_email,
        contact_phone, declares_conflicts, sensitive, in_working_time, remind_hours_before, ask_at_once, on_call_first, {_SHORTLIST} AS shortlist,
        order_reason, end_reason, terms::text AS terms, release_days, appoints, target_days, report_days, {ORIGIN} AS origin, deployment.id IN ({ADRIFT}) AS adrift, requester.name AS requested_by, orderer.name AS ordered_by, ordered_at,
        (SELECT coalesce(json_agg(json_build_object('id', invitation.id, 'expert_id', expert_id, 'code', code,
            'name', expert.name, 'seat', seat, 'invited_at', invited_at, 'respond_by', respond_by,
            'outcome', outcome, 'ended_at', ended_at, 'reason', reason, 'why', why, 'colleague', colleague,
            'no_conflict', no_conflict, 'pin_tries', pin_tries, 'undelivered', {_UNDELIVERED}) ORDER BY invited_at, seat), '[]')
         FROM invitation JOIN expert ON expert.id = expert_id WHERE deployment_id = deployment.id)::text AS invitations,
        (SELECT coalesce(json_agg(json_build_object('position', position, 'expert_id', expert_id, 'code', code,
            'name', expert.name, 'state', CASE WHEN outcome = 'taken' THEN 'waiting' ELSE candidate.state END,
            'passed_because', passed_because) ORDER BY position), '[]')
         FROM candidate JOIN expert ON expert.id = expert_id LEFT JOIN invitation USING (deployment_id, expert_id)
         WHERE candidate.deployment_id = deployment.id)::text AS candidates,
        proposals::text AS proposals,
        (SELECT coalesce(json_agg(json_build_object('condition', condition, 'value', value, 'at', extended_at, 'by', person.name,
            'count', jsonb_array_length(list_extension.shortlist -> 'ranked')) ORDER BY extended_at, list_extension.id), '[]')
         FROM list_extension LEFT JOIN person ON person.id = extended_by
         WHERE deployment_id = deployment.id)::text AS extensions
    {_FROM}
    LEFT JOIN person AS requester ON requester.id = requested_by
    LEFT JOIN person AS orderer ON orderer.id = ordered_by
    WHERE deployment.id = :deployment
    """  # noqa: S608 - our own text
)
_JSON = ("themes", "shortlist", "terms", "origin", "invitations", "candidates", "proposals", "extensions")


async def deployment(
    connection: AsyncConnection, deployment_id: UUID, *, left_out: str | None = None
) -> DeploymentShown:
    """One request: one statement. left_out: after which code those are shown who are left out, where they are many. Raises Refused (missing)."""
    about = {"deployment": deployment_id, "now": clock.now(), "left_out": left_out}
    row = (await connection.execute(_ONE, about)).mappings().first()
    if row is None:
        refuse("not_found", kind="missing", what="deployment")
    return msgspec.convert(decoded(row, _JSON), DeploymentShown)


def decoded(row: Any, columns: Sequence[str]) -> dict[str, Any]:
    """The row with these columns of JSON read."""
    return {**row, **{name: msgspec.json.decode(row[name]) for name in columns if row[name] is not None}}


class Named(msgspec.Struct, frozen=True):
    """An expert behind a code of the shortlist. stated: deployments in the last 12 months, as the profile says."""

    id: UUID
    code: str
    name: str
    country: str
    active: bool
    gender: str | None
    stated: int


async def behind(connection: AsyncConnection, codes: Sequence[str]) -> dict[str, Named]:
    """The experts with these codes: one statement."""
    rows = await connection.execute(
        text(
            "SELECT id, code, name, country, active, gender, deployments_12m AS stated FROM expert WHERE code = ANY(:codes)"
        ),
        {"codes": list(codes)},
    )
    return {row.code: Named(**row._mapping) for row in rows}
