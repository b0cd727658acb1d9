"""Commands on the pool, and the reading of it that matching needs."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Select, cast, delete, func, insert, or_, select, text, update

from facility.accounts.service.later_rooms import of_institutions
from facility.db import SORTED_BY_CODE_POINT, Base, Tx, new_id
from facility.events.log import record
from facility.experts.events.pool import BookingReleased, ExpertBooked, ExpertChanged, ExpertRegistered
from facility.experts.models.profile import (
    RECENT_DAY_SQL,
    Booking,
    Expert,
    ExpertAvailability,
    ExpertConflict,
    ExpertLanguage,
    ExpertLanguageSkill,
    ExpertTheme,
    Theme,
    in_pool,
)
from facility.experts.models.taxonomy import ThemeCycle
from facility.experts.rules.branches import Branch
from facility.experts.rules.calendar import days_left
from facility.experts.rules.candidacy import check_validity
from facility.experts.rules.languages import CefrLevel, Skill, differing
from facility.experts.rules.profile import ExpertProfile, OwnProfile, Period
from facility.experts.rules.taxonomy import EMPACT, THEMES
from facility.refused import Reason, refuse, refuse_if
from facility.zone import BRUSSELS


class ExpertDraft(OwnProfile, frozen=True, kw_only=True):
    """What a person enters about an expert. `conflicts`: pairs of an institution (None: any) and the reason. `valid_until`: the last day in
    the pool; None: no end."""

    code: str
    email: str
    deployments_12m: int
    conflicts: Sequence[tuple[UUID | None, str]] = ()
    active: bool = True
    valid_until: date | None = None


async def seed_themes(tx: Tx) -> None:
    """Enter every theme of the taxonomy that isn't there yet; and the cycles of EMPACT, where none is entered (dossier 5)."""
    known = set((await tx.session.execute(select(Theme.code))).scalars())
    tx.add(*[Theme(code=code, name=name, active=True) for code, name in THEMES.items() if code not in known])
    await tx.flush()
    if (await tx.session.scalars(select(ThemeCycle.theme_code).limit(1))).first():
        return
    for (first_year, last_year), priorities in EMPACT.items():
        tx.add(
            *(
                ThemeCycle(theme_code=code, first_year=first_year, last_year=last_year, priority=priority)
                for priority, codes in priorities.items()
                for code in codes
            )
        )
    await tx.flush()


async def add_theme(tx: Tx, code: str, name: str) -> Theme:
    """A new theme; one with this code that is there already stays as it is."""
    theme = await tx.session.get(Theme, code)
    if theme is None:
        theme = Theme(code=code, name=name, active=True)
        tx.add(theme)
        await tx.flush()
    return theme


async def register_expert(tx: Tx, draft: ExpertDraft) -> Expert:
    """Enter an expert into the pool. Refused: "expert_code_taken", "expert_email_taken", "validity_over",
    "validity_too_long" (invalid)."""
    check_validity(draft.valid_until, tx.now.astimezone(BRUSSELS).date())
    await _check_unique(tx, draft, None)
    expert = Expert(id=new_id(), version=1, registered_at=tx.now, **_plain(draft))
    expert.superior_checked = _checked(tx, expert)
    tx.add(expert)
    await tx.flush()
    await _write_details(tx, expert.id, draft)
    await record(tx, ExpertRegistered(expert_id=expert.id))
    return expert


async def change_expert(tx: Tx, expert_id: UUID, draft: ExpertDraft, *, version: int | None = None) -> Expert:
    """Replace the profile; nothing happens when nothing differs. Bookings stay as they are; open invitations
    go out again to another address.

    `version`: the one that the editor saw. Refused as register_expert, "changed_meanwhile" when it is an older one, and
    "expert_code_fixed" (invalid): shortlists keep the code.
    """
    expert = await tx.lock(Expert, expert_id)
    if draft.code != expert.code:
        refuse("expert_code_fixed", kind="invalid", field="code")
    if version is not None and version != expert.version:
        refuse("changed_meanwhile")
    if draft.valid_until != expert.valid_until:
        check_validity(draft.valid_until, tx.now.astimezone(BRUSSELS).date())
    await _check_unique(tx, draft, expert_id)
    changed = [name for name, value in _plain(draft).items() if getattr(expert, name) != value]
    for name, value in _plain(draft).items():
        setattr(expert, name, value)
    if "superior_email" in changed:
        expert.superior_checked = _checked(tx, expert)
    before = await _details(tx, expert_id)
    for table in (ExpertTheme, ExpertLanguageSkill, ExpertLanguage, ExpertAvailability, ExpertConflict):
        await tx.session.execute(delete(table).where(table.expert_id == expert_id))
    await _write_details(tx, expert_id, draft)
    after = await _details(tx, expert_id)
    changed += [name for name, rows in before.items() if rows != after[name]]
    if changed:
        expert.version += 1
        await record(tx, ExpertChanged(expert_id=expert_id, fields=changed))
    return expert


def _checked(tx: Tx, expert: Expert) -> str:
    """The secretariat answers for the superior whom it enters; by a link nobody is signed in."""
    return expert.superior_email if tx.actor is not None else ""


async def _details(tx: Tx, expert_id: UUID) -> dict[str, set[tuple[Any, ...]]]:
    """What stands in the tables beside the expert's own row."""
    columns = {
        "themes": (ExpertTheme.theme_code, ExpertTheme.level),
        "languages": (ExpertLanguage.language, ExpertLanguage.level),
        "skills": (ExpertLanguageSkill.language, ExpertLanguageSkill.skill, ExpertLanguageSkill.level),
        "available": (ExpertAvailability.starts_on, ExpertAvailability.ends_on),
        "conflicts": (ExpertConflict.institution_id, ExpertConflict.reason),
    }
    rows = {}
    for name, chosen in columns.items():
        query = select(*chosen).where(chosen[0].class_.expert_id == expert_id)
        rows[name] = {tuple(row) for row in await tx.session.execute(query)}
    return rows


def _plain(draft: ExpertDraft) -> dict[str, Any]:
    lowered = {name: getattr(draft, name).lower() for name in ("email", "superior_email")}
    apart = {*lowered, "themes", "languages", "skills", "available", "conflicts"}
    return lowered | {
        name: getattr(draft, name) for name in ExpertDraft.__struct_fields__ if name not in apart
    }


async def _check_unique(tx: Tx, draft: ExpertDraft, own_id: UUID | None) -> None:
    others = select(Expert.code, Expert.email).where(
        Expert.id.is_distinct_from(own_id),
        or_(Expert.code == draft.code, Expert.email == draft.email.lower()),
    )
    reasons = []
    for other in await tx.session.execute(others):
        if other.code == draft.code:
            reasons.append(Reason("expert_code_taken", "code"))
        if other.email == draft.email.lower():
            reasons.append(Reason("expert_email_taken", "email"))
    refuse_if(reasons)


async def _write_details(tx: Tx, expert_id: UUID, draft: ExpertDraft) -> None:
    rows: list[Base] = [
        ExpertTheme(expert_id=expert_id, theme_code=code, level=level) for code, level in draft.themes.items()
    ]
    rows += [ExpertLanguage(expert_id=expert_id, language=k, level=v) for k, v in draft.languages.items()]
    rows += [
        ExpertAvailability(id=new_id(), expert_id=expert_id, starts_on=starts_on, ends_on=ends_on)
        for starts_on, ends_on in draft.available
    ]
    rows += [
        ExpertConflict(id=new_id(), expert_id=expert_id, institution_id=institution_id, reason=reason)
        for institution_id, reason in draft.conflicts
    ]
    tx.add(*rows)
    await tx.flush()
    tx.add(
        *[
            ExpertLanguageSkill(expert_id=expert_id, language=language, skill=skill, level=level)
            for language, stated in differing(draft.languages, draft.skills).items()
            for skill, level in stated.items()
        ]
    )
    await tx.flush()


_MATCHED = (
    Expert.id,
    Expert.code,
    Expert.country,
    Expert.branch,
    Expert.deployments_12m,
    Expert.absent_weekdays,
    Expert.notice_days,
    Expert.days_per_year,
)


async def profiles(
    tx: Tx, expert_ids: Collection[UUID] | None = None, *, institutions: Collection[UUID] = ()
) -> list[ExpertProfile]:
    """The experts who are in the pool as matching sees them, by code; or those with these ids, in the pool or not.

    `institutions`: whom the deployment serves; an expert with a conflict with one of them is marked.
    """
    query = select(*_MATCHED)
    query = query.order_by(Expert.code.collate(SORTED_BY_CODE_POINT))
    today = tx.now.astimezone(BRUSSELS).date()
    query = query.where(in_pool(today) if expert_ids is None else Expert.id.in_(expert_ids))
    experts = (await tx.session.execute(query)).all()
    themes, languages = defaultdict[UUID, dict[str, int]](dict), defaultdict[UUID, dict[str, CefrLevel]](dict)
    skills = defaultdict[UUID, dict[str, dict[Skill, CefrLevel]]](dict)
    available = defaultdict[UUID, list[Period]](list)
    for theme in await tx.session.execute(_of(ExpertTheme, expert_ids)):
        themes[theme.expert_id][theme.theme_code] = theme.level
    for language in await tx.session.execute(_of(ExpertLanguage, expert_ids)):
        languages[language.expert_id][language.language] = language.level
    for row in await tx.session.execute(_of(ExpertLanguageSkill, expert_ids)):
        skills[row.expert_id].setdefault(row.language, {})[Skill(row.skill)] = row.level
    for period in await tx.session.execute(_of(ExpertAvailability, expert_ids)):
        available[period.expert_id].append((period.starts_on, period.ends_on))
    concerned = or_(
        ExpertConflict.institution_id.is_(None), ExpertConflict.institution_id.in_(list(institutions))
    )
    conflicts = set((await tx.session.execute(select(ExpertConflict.expert_id).where(concerned))).scalars())
    booked = await _booked_in_years(tx, [expert.id for expert in experts if expert.days_per_year])
    return [
        ExpertProfile(
            id=expert.code,
            country=expert.country,
            themes=themes[expert.id],
            languages=languages[expert.id],
            available=tuple(sorted(available[expert.id])),
            deployments_12m=expert.deployments_12m,
            conflict=expert.id in conflicts,
            absent_weekdays=tuple(expert.absent_weekdays),
            earliest=today + timedelta(days=expert.notice_days) if expert.notice_days else None,
            days_left=days_left(expert.days_per_year, booked[expert.id]) if expert.days_per_year else None,
            skills=skills[expert.id],
            branch=Branch(expert.branch) if expert.branch else None,
        )
        for expert in experts
    ]


async def _booked_in_years(tx: Tx, expert_ids: Collection[UUID]) -> dict[UUID, dict[int, int]]:
    """How many days these experts are booked for, by calendar year."""
    booked = defaultdict[UUID, dict[int, int]](dict)
    if expert_ids:
        year = func.extract("year", Booking.day)
        query = select(Booking.expert_id, year.label("year"), func.count().label("days"))
        query = query.where(Booking.expert_id.in_(expert_ids)).group_by(Booking.expert_id, year)
        for row in await tx.session.execute(query):
            booked[row.expert_id][int(row.year)] = row.days
    return booked


def _of(
    table: type[ExpertTheme | ExpertLanguage | ExpertLanguageSkill | ExpertAvailability],
    expert_ids: Collection[UUID] | None,
) -> Select[Any]:
    query = select(table.__table__)
    return query if expert_ids is None else query.where(table.expert_id.in_(expert_ids))


async def booked_days(
    tx: Tx, starts_on: date, ends_on: date, expert_ids: Collection[UUID] | None = None
) -> dict[str, set[date]]:
    """Days between the two, both included, on which experts, or those with these ids, are booked, by the expert's code."""
    query = (
        select(Expert.code, Booking.day)
        .join(Expert, Expert.id == Booking.expert_id)
        .where(Booking.day.between(starts_on, ends_on))
    )
    rows = await tx.session.execute(query if expert_ids is None else query.where(Expert.id.in_(expert_ids)))
    days = defaultdict[str, set[date]](set)
    for row in rows:
        days[row.code].add(row.day)
    return days


async def recent_deployments(tx: Tx) -> dict[str, int]:
    """For how many deployments each expert was booked in the last twelve months, today included, by code; nobody who was for none."""
    query = (
        select(Expert.code, func.count(Booking.deployment_id.distinct()).label("deployments"))
        .join(Booking, Booking.expert_id == Expert.id)
        .where(text(RECENT_DAY_SQL))
        .group_by(Expert.code)
    )
    return {row.code: row.deployments for row in await tx.session.execute(query, {"now": tx.now})}


async def is_booked(tx: Tx, expert_id: UUID, starts_on: date, ends_on: date) -> bool:
    """Whether the expert is booked on one of the days. Lock the expert first where it decides something."""
    query = select(Booking.day).where(Booking.expert_id == expert_id, Booking.day.between(starts_on, ends_on))
    return (await tx.session.execute(query.limit(1))).first() is not None


async def book(tx: Tx, expert_id: UUID, deployment_id: UUID, starts_on: date, ends_on: date) -> None:
    """Take the expert for these days, both included. The caller holds the expert's lock and has asked `is_booked`;
    the primary key refuses a day that is taken all the same."""
    # Counted here: the driver sends the last day of the calendar as "infinity", and the database would count towards it for ever.
    days = [starts_on + timedelta(days=n) for n in range((ends_on - starts_on).days + 1)]
    chosen = select(
        cast(expert_id, Booking.expert_id.type),
        func.unnest(cast(days, ARRAY(Date))),
        cast(deployment_id, Booking.deployment_id.type),
    )
    await tx.session.execute(insert(Booking).from_select(["expert_id", "day", "deployment_id"], chosen))
    await record(
        tx,
        ExpertBooked(expert_id=expert_id, deployment_id=deployment_id, starts_on=starts_on, ends_on=ends_on),
    )


async def release(tx: Tx, expert_id: UUID, deployment_id: UUID) -> bool:
    """Free the expert's days for this deployment; False when there were none."""
    released = await tx.session.execute(
        delete(Booking)
        .where(Booking.expert_id == expert_id, Booking.deployment_id == deployment_id)
        .returning(Booking.day)
    )
    if not released.all():
        return False
    await record(tx, BookingReleased(expert_id=expert_id, deployment_id=deployment_id))
    return True


_SAME_CONFLICT = text(
    """
    WITH gone AS (
        DELETE FROM expert_conflict AS double USING expert_conflict AS stays
        WHERE double.institution_id = :duplicate AND stays.institution_id = :kept
            AND stays.expert_id = double.expert_id
        RETURNING stays.id, double.reason
    )
    UPDATE expert_conflict SET reason = expert_conflict.reason || E'\\n' || gone.reason
    FROM gone WHERE gone.id = expert_conflict.id
    """
)


async def move_conflicts(tx: Tx, duplicate_id: UUID, kept_id: UUID) -> None:
    """What an expert declared about an entry that was merged is about the one that stays."""
    await tx.session.execute(_SAME_CONFLICT, {"duplicate": duplicate_id, "kept": kept_id})
    moved = update(ExpertConflict).where(ExpertConflict.institution_id == duplicate_id)
    await tx.session.execute(moved.values(institution_id=kept_id))


of_institutions(mover=move_conflicts)
