"""Reads of applications, as commands, pages and letters need them: few statements, whatever hangs on one."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.applications.queries.budget import PlanShown
from facility.applications.queries.content import (
    PARTS,
    Parts,
    answers_of,
    asked_of,
    findings_of,
    parts_from,
    view_of,
)
from facility.applications.rules.activities import earliest_day
from facility.applications.rules.budget import Totals, rates_day
from facility.applications.rules.drafting import is_editable, may_change
from facility.applications.rules.ending import has_ended
from facility.applications.rules.judged_items import JudgedItem
from facility.applications.rules.sealing import is_sealed
from facility.applications.rules.status import ApplicationStatus, Track
from facility.applications.rules.submission import submission_reasons
from facility.calls.rules.call import CallRules
from facility.calls.rules.forms import INDIRECT_MOST, FormDefinition, FormSection, SectionKind
from facility.calls.rules.modes import Mode, submit_by
from facility.calls.rules.standing import CallState
from facility.calls.service.reading import rules_of
from facility.folding import fold
from facility.forms.checks import Answer, Answers
from facility.forms.sections import Section, answered, offering
from facility.forms.types import Field
from facility.outbox.links import hash_of
from facility.refused import Reason, passes, refuse


class CheckLine(msgspec.Struct, frozen=True):
    """A judgement on admissibility with its items, and whose."""

    admissible: bool
    reason: str
    items: list[JudgedItem]
    checker_id: UUID | None
    checked_by: str | None
    checked_at: datetime


class ApplicationShown(msgspec.Struct, frozen=True):
    """An application with its call and all that hangs on it, for its pages. Amounts in EUR."""

    id: UUID
    reference: str
    title: str
    track: Track
    status: ApplicationStatus
    reasons: list[str]
    themes: list[str]
    requested: Decimal
    version: int
    saved_at: datetime
    consultation: str | None
    consulted_by: UUID | None
    consulted_at: datetime | None
    received_at: datetime | None
    fingerprint: str | None
    changing_since: datetime | None
    withdrawn_at: datetime | None
    opened_at: datetime | None
    exception_reason: str | None
    exception_decided_at: datetime | None
    call_id: UUID
    call_reference: str
    call_title: str
    call_mode: Mode
    call_published_at: datetime | None
    call_closed_at: datetime | None
    call_decided_at: datetime | None
    series_closes_at: datetime
    cut_offs: tuple[datetime, ...]
    carried_over: bool
    takes_complaints: bool
    call: CallRules
    form: FormDefinition
    parts: Parts
    checks: list[CheckLine]

    def submit_by(self, at: datetime) -> datetime:
        """The next cut-off of a rolling call after this instant, or the closing of any other."""
        return submit_by(self.cut_offs, self.call.closes_at, at)

    def can_be_taken_up(self, at: datetime) -> bool:
        """Whether, once withdrawn, it may be a draft again: while its call is open, unless it has been ranked."""
        return at <= self.series_closes_at and self.call_decided_at is None and not self.carried_over

    def can_be_changed(self, at: datetime) -> bool:
        """Whether its lead may change what was submitted, to submit it again."""
        return passes(may_change, self.status, self.track, self.call, at, sealed=self.sealed)

    def answered(
        self, section: FormSection, party_id: UUID | None = None, *, confidential: bool = False
    ) -> list[tuple[Field, Answer]]:
        """The fields that are asked, with their answers as `answers` gives them."""
        answers = self.answers(section, party_id, confidential=confidential)
        return answered(offering(section, self.parts.themes_called.items()), answers)

    def offering[S: Section](self, section: S) -> S:
        """The section with the themes that may be chosen, by name: those that the call was published with."""
        return offering(section, sorted(self.taxonomy, key=lambda theme: fold(theme[1])))

    @property
    def theme_names(self) -> dict[str, str]:
        """The names of its themes by their codes."""
        called = self.parts.themes_called
        return {code: called.get(code, code) for code in self.themes}

    @property
    def taxonomy(self) -> tuple[tuple[str, str], ...]:
        """Code and name of the themes that may be chosen."""
        return self.parts.taxonomy

    @property
    def plan(self) -> PlanShown:
        """The activities and the lines of the budget."""
        return self.parts.plan

    @property
    def asks_activities(self) -> bool:
        """Whether the call asks for activities one by one."""
        return self.form.has(SectionKind.ACTIVITIES)

    @property
    def asks_lines(self) -> bool:
        """Whether the call asks for a budget by lines, so that the parties' amounts follow from them."""
        return self.form.has(SectionKind.BUDGET)

    @property
    def indirect_most(self) -> Decimal:
        """The most that indirect costs may be, in percent of the direct ones."""
        section = self.form.of(SectionKind.BUDGET)
        return section.indirect_most if section else INDIRECT_MOST

    def rates_day(self, now: datetime) -> date | None:
        """The day whose unit costs count; None where no budget by lines is asked for."""
        section = self.form.of(SectionKind.BUDGET)
        return rates_day(section, self.call_published_at, now) if section else None

    @property
    def totals(self) -> Totals:
        """The budget by lines, added up."""
        return self.plan.totals([party.id for party in self.parts.on_board])

    @property
    def editable(self) -> bool:
        """Whether it may be edited."""
        return is_editable(self.status, self.changing_since)

    @property
    def ended(self) -> bool:
        """Whether nobody is asked about it any more."""
        state = CallState.PUBLISHED
        if self.call.cancelled:
            state = CallState.CANCELLED
        elif self.call_decided_at is not None:
            state = CallState.DECIDED
        elif self.call_closed_at is not None:
            state = CallState.CLOSED
        return has_ended(self.status, self.track, state)

    @property
    def sealed(self) -> bool:
        """Whether staff may only know that it is there."""
        return is_sealed(self.track, self.opened_at)

    @property
    def beneficiaries(self) -> int:
        """How many different Western Balkans beneficiaries are on board."""
        return distinct_beneficiaries(party.beneficiary for party in self.parts.on_board)

    def reasons_now(self, at: datetime) -> tuple[Reason, ...]:
        """Every reason why it can't be submitted at this instant: those of the rules, then what the form's
        checks find."""
        codes = submission_reasons(view_of(self, self.parts), self.call, at)
        return (*map(Reason, codes), *findings_of(self, self.form, self.parts, self.activities_from))

    @property
    def activities_from(self) -> date:
        """The first day on which an award of its call can cover an activity."""
        return earliest_day(
            self.call_mode,
            joint=self.track == "joint",
            opens_at=self.call.opens_at,
            closes_at=self.call.closes_at,
        )

    def answers(
        self, section: FormSection, party_id: UUID | None = None, *, confidential: bool = False
    ) -> Answers:
        """The answers to a section: the lead's, or this party's own, as all parties read them; confidential: as that party,
        the secretariat and assessors do."""
        return answers_of(self, self.parts, section, party_id, confidential=confidential)


_SHOWN = text(
    f"""
    SELECT application.id, application.reference, application.title, track, status, reasons, themes, call.state,
        requested, version, saved_at, consultation, consulted_by, consulted_at, received_at,
        fingerprint, changing_since, withdrawn_at, application.opened_at, exception_reason, exception_decided_at,
        call.id AS call_id, call.reference AS call_reference, call.title AS call_title, call.mode AS call_mode,
        call.published_at AS call_published_at, call.closed_at AS call_closed_at, call.decided_at AS call_decided_at,
        coalesce((SELECT closes_at FROM call AS series WHERE series.id = call.series_id), closes_at) AS series_closes_at,
        cut_offs, EXISTS (SELECT FROM carry_over WHERE application_id = application.id) AS carried_over,
        opens_at, closes_at, amount, award_min, award_max, min_beneficiaries, extended_to, skip_unaffordable, grid,
        cool_down, form, call.after_decision ->> 'complaint_days' IS NOT NULL AS takes_complaints,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('admissible', admissible, 'reason', reason,
            'items', items, 'checker_id', checked_by, 'checked_by', person.name, 'checked_at', checked_at) ORDER BY checked_at DESC, check_.id DESC), '[]')
         FROM admissibility_check AS check_ LEFT JOIN person ON person.id = checked_by
         WHERE application_id = :id) AS checks,
        {PARTS}
    FROM application JOIN call ON call.id = application.call_id
    WHERE application.id = :id
    """  # noqa: S608 - no value goes in
)


async def shown(connection: AsyncConnection, application_id: UUID) -> ApplicationShown:
    """The application as its pages show it. Raises Refused (missing)."""
    row = (await connection.execute(_SHOWN, {"id": application_id})).first()
    if row is None:
        refuse("not_found", kind="missing", what="application")
    known = dict(row._mapping)
    return msgspec.convert(
        {**known, "call": rules_of(row), "form": asked_of(row, row), "parts": parts_from(known)},
        ApplicationShown,
        strict=False,
    )


async def snapshot(connection: AsyncConnection, application_id: UUID) -> dict[str, Any]:
    """What was submitted, as the fingerprint covers it. Raises Refused ("not_submitted")."""
    kept = (
        await connection.execute(
            text("SELECT submission FROM application WHERE id = :id AND submission IS NOT NULL"),
            {"id": application_id},
        )
    ).scalar()
    if kept is None:
        refuse("not_submitted")
    return dict(kept)


class Linked(msgspec.Struct, frozen=True):
    """What a partner's link is about, whether it can still be answered, and whether it was: then it goes on to show the
    application to whoever confirmed it, until the party is sent another link."""

    party_id: UUID
    application_id: UUID
    live: bool
    answered: bool


async def linked(connection: AsyncConnection, token: str) -> Linked:
    """The party behind a link, whatever became of it. Raises Refused (missing) for a token that never was."""
    row = (
        await connection.execute(
            text(
                """
                SELECT party.id AS party_id, application_id, used_at IS NULL AND revoked_at IS NULL AS live,
                    used_at IS NOT NULL AND NOT EXISTS (SELECT FROM link AS later WHERE later.purpose = link.purpose
                        AND later.subject_id = link.subject_id AND later.created_at > link.created_at) AS answered
                FROM link JOIN party ON party.id = subject_id WHERE purpose = 'partner' AND token_hash = :hash
                """
            ),
            {"hash": hash_of(token)},
        )
    ).first()
    if row is None:
        refuse("link_unknown", kind="missing")
    return Linked(**row._mapping)


async def reference_of(connection: AsyncConnection, application_id: UUID) -> str | None:
    """The reference of an application that was handed in, or None."""
    reference: str | None = await connection.scalar(
        text("SELECT reference FROM application WHERE id = :id AND received_at IS NOT NULL"),
        {"id": application_id},
    )
    return reference
