"""States, outcomes, reasons and scores as people say them, and what the rules on deployments say."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from facility.deployments.models.release import ReleaseState
from facility.deployments.models.report import ReportState
from facility.deployments.models.request import DeploymentState
from facility.deployments.queries.matching import Place
from facility.deployments.rules.answers import DeclineReason, InvitationStatus
from facility.deployments.rules.assistance import Cause, Stage, Urgency
from facility.deployments.rules.fees import Cancellation, Due, Line, NoPerDiem, Portion, Windows
from facility.deployments.rules.matching_run import Why
from facility.deployments.rules.shortlist import Conflict, Part, RecentFrom
from facility.experts.rules.rota import week_of
from facility.experts.words import language_name, week_days
from facility.web import filters, sentences
from facility.web.i18n import N_, Message, _, filled, listed, ngettext, translated
from facility.zone import BRUSSELS

CANCELLATION_REASON_MISSING = N_("Enter the reason for cancelling the booking.")

STATES = {
    DeploymentState.REQUESTED: (N_("Order to confirm"), "wait"),
    DeploymentState.ASKING: (N_("Asking"), "info"),
    DeploymentState.FILLED: (N_("Filled"), "ok"),
    DeploymentState.EXHAUSTED: (N_("List has run out"), "bad"),
    DeploymentState.ENDED: (N_("Ended"), "plain"),
}
"""The word of each state, untranslated, and the kind of its tag."""

OUTCOMES = {
    InvitationStatus.OPEN: (N_("Asked"), "info"),
    InvitationStatus.ACCEPTED: (N_("Accepted"), "ok"),
    InvitationStatus.DECLINED: (N_("Declined"), "plain"),
    InvitationStatus.EXPIRED: (N_("No answer in time"), "plain"),
    InvitationStatus.UNAVAILABLE: (N_("Booked elsewhere"), "plain"),
    InvitationStatus.WITHDRAWN: (N_("No longer needed"), "plain"),
    InvitationStatus.CANCELLED: (N_("Booking cancelled"), "bad"),
    InvitationStatus.DISOWNED: (N_("Accepted by somebody else"), "bad"),
    InvitationStatus.TAKEN: (N_("Filled by others"), "plain"),
    InvitationStatus.LEFT: (N_("Left the pool"), "plain"),
}
"""The word of each outcome of an invitation, untranslated, and the kind of its tag."""

DECLINED_BECAUSE = {
    DeclineReason.DATES: N_("I am not free on these days"),
    DeclineReason.EMPLOYER: N_("My employer does not release me"),
    DeclineReason.FIELD: N_("This is not my field"),
    DeclineReason.CONFLICT: N_("I have a conflict of interest"),
    DeclineReason.PERSONAL: N_("Personal reasons"),
    DeclineReason.OTHER: N_("Another reason"),
}
"""The reasons for a no that an expert can choose, untranslated."""

NO_PER_DIEM = {
    NoPerDiem.HOME: N_("There is no per diem in the home country."),
    NoPerDiem.NO_NIGHT: N_("There is no per diem, because no night is spent abroad."),
    NoPerDiem.HOTEL: N_("There is no per diem, because the hotel is provided."),
}
"""Why a mission pays no per diem, untranslated."""

RELEASES = {
    ReleaseState.OPEN: (N_("Employer asked"), "info"),
    ReleaseState.RELEASED: (N_("Released"), "ok"),
    ReleaseState.REFUSED: (N_("Not released"), "bad"),
    ReleaseState.SILENT: (N_("No answer from the employer"), "wait"),
    ReleaseState.CANCELLED: (N_("Employer no longer asked"), "plain"),
}
"""The word of each state of a release, untranslated, and the kind of its tag."""

REPORTS = {
    ReportState.OPEN: (N_("Report asked for"), "info"),
    ReportState.LATE: (N_("Report is late"), "bad"),
    ReportState.SENT: (N_("Report sent"), "ok"),
    ReportState.WAIVED: (N_("No report needed"), "plain"),
}
"""The word of each state of a mission report, untranslated, and the kind of its tag."""

URGENCIES = {
    Urgency.HOURS: N_("up to 2 hours"),
    Urgency.DAY: N_("up to 24 hours"),
    Urgency.DAYS: N_("up to 3 days"),
    Urgency.USUAL: N_("more than 3 days"),
}
"""How long experts have to answer, untranslated."""

STAGES: dict[Stage, Message] = {
    "asked": N_("First expert asked"),
    "yes": N_("All seats filled"),
    "released": N_("All released"),
    "deployed": N_("On the spot"),
}
"""How far a request has got, untranslated."""

EXCLUSIONS = {
    "not_eu_member_state": N_("not from one of the 27 Member States"),
    "conflict": N_("conflict of interest with one of the institutions"),
    "not_available": N_("not available on all of the days"),
    "language": N_("does not speak the language at the required level"),
    "theme": N_("does not reach the required level in any theme"),
    "branch": N_("comes from another branch"),
}
"""Why an expert is not on the shortlist, untranslated."""

PASSED_OVER = {
    "booked": N_("was booked on one of the days in the meantime"),
    "left": N_("had left the pool"),
    "conflict": N_("now has a conflict of interest"),
    "not_available": N_("is no longer available on all of the days"),
}
"""Why somebody on the list was not asked when it was their turn, untranslated."""

CONFLICTS = {
    "declared": N_("declared: {about}"),
    "employer": N_("works for {about}"),
    "nationality": N_("comes from {about}, the only beneficiary of the lead or of the partners"),
    "assessor": N_("assesses or assessed this application"),
    "assessor_of_lead": N_("assesses or assessed another application of {about}"),
    "deployed": N_("was deployed for {about} in another application"),
}
"""Conflicts that the data show, untranslated."""

RECENT_FROM = {
    RecentFrom.BOOKINGS: N_("from bookings"),
    RecentFrom.PROFILE: N_("from the profile"),
}
"""Where deployments in the last twelve months are counted, untranslated."""


WHYS = {
    Why.SAME: N_("the same as one by one"),
    Why.ON_CALL: N_("on call, so asked first"),
    Why.CALLED: N_("on call, so comes here instead of to {other}"),
    Why.FREED: N_("comes here instead of to {other}"),
    Why.MOVED: N_("comes for somebody who is needed elsewhere"),
    Why.DAYS: N_("is needed for {other} on these days"),
    Why.MOST: N_("has as many requests as one expert may have, {other} among them"),
    Why.STATE: N_("enough experts from the same Member State come"),
    Why.DUTY: N_("somebody who is on call comes"),
    Why.SEATS: N_("somebody with more points for all requests together comes"),
}
"""Why the proposal for all open requests has an expert or not, untranslated."""


def matched_because(expert: Place) -> str:
    """Why the expert has another place by the proposal than one by one."""
    return filled(WHYS[expert.why], other=expert.other or _("another request"))


filters.register("matched_because", matched_because)


def conflicts_in_words(conflicts: Sequence[Conflict]) -> list[str]:
    """Why there is a conflict, one sentence for each reason."""
    return [filled(CONFLICTS[key], about=about) for key, about in conflicts]


PORTIONS = {
    Portion.WHOLE: N_("the fee of a whole day"),
    Portion.HALF: N_("the fee of half a day"),
    Portion.NONE: N_("no fee"),
}
"""What a day of travel pays, untranslated."""


def pay_line(line: Line) -> str:
    """ "5 days × EUR 350.00"."""
    if line.kind == "day":
        counted = ngettext("{count} day", "{count} days", line.count)
    elif line.kind == "half_day":
        counted = ngettext("{count} half day", "{count} half days", line.count)
    else:
        counted = ngettext("{count} night abroad", "{count} nights abroad", line.count)
    return _("{counted} at EUR {rate}", counted=counted, rate=filters.eur(line.rate))


def no_per_diem(due: Due) -> str:
    """Why the mission pays no per diem; "" where it pays one."""
    return translated(NO_PER_DIEM[due.no_per_diem]) if due.no_per_diem else ""


def pay_lines(due: Due) -> list[tuple[str, Decimal]]:
    """What a mission pays, line by line, in words and EUR."""
    return [(pay_line(line), line.amount) for line in due.lines]


def cancellation_in_words(rule: Cancellation) -> str:
    """ "fewer than 7 days before the first day: 50 % of the fee"."""
    return ngettext(
        "less than {count} day before the first day: {percent} % of the fee; if you cancel, nothing",
        "fewer than {count} days before the first day: {percent} % of the fee; if you cancel, nothing",
        rule.days,
        percent=rule.percent,
    )


def local_moment(at: datetime) -> str:
    """A moment of travel by the clock at the airport: "Mon 4 Oct, 09:30"."""
    return filters.moment(at.replace(tzinfo=BRUSSELS))


def windows_in_words(windows: Windows) -> list[str]:
    """What a day of travel pays, a sentence for each way."""
    out = _(
        "Outbound: a whole day if you depart by {whole}, half a day by {half}, later {late}.",
        whole=f"{windows.whole_until:%H:%M}",
        half=f"{windows.half_until:%H:%M}",
        late=translated(PORTIONS[windows.late]),
    )
    back = _(
        "Return: {early} if you land before {nothing}, half a day before {half}, a whole day from then on.",
        early=translated(PORTIONS[windows.early]),
        nothing=f"{windows.early_before:%H:%M}",
        half=f"{windows.half_before:%H:%M}",
    )
    return [out, back]


def part_in_words(part: Part, themes: Mapping[str, str]) -> str:
    """One summand: "Joint investigation teams 4 × 3", "speaks Albanian 2"."""
    if part.kind == "theme":
        return f"{themes.get(part.key, part.key)} {part.level} × {part.weight}"
    if part.kind == "regional_language":
        return _("speaks {language} {points}", language=language_name(part.key), points=part.points)
    if part.kind == "feedback":
        return ngettext(
            "feedback of {count} mission: mean {mean} of 5 → {points}",
            "feedback of {count} missions: mean {mean} of 5 → {points}",
            part.level,
            mean=part.key,
            points=part.points,
        )
    return _("no deployment in 12 months {points}", points=part.points)


def score_in_words(parts: Sequence[Part], score: int, themes: Mapping[str, str]) -> str:
    """ "Joint investigation teams 4 × 3 + Firearms trafficking 5 × 2 + speaks Albanian 2 = 24"."""
    return f"{' + '.join(part_in_words(part, themes) for part in parts) or '0'} = {score}"


def strengths(parts: Sequence[Part], themes: Mapping[str, str]) -> list[str]:
    """Why this expert, without points: "Joint investigation teams, level 4", "Albanian"."""
    strong_points = []
    for part in parts:
        if part.kind == "theme":
            strong_points.append(
                _("{theme}, level {level}", theme=themes.get(part.key, part.key), level=part.level)
            )
        elif part.kind == "regional_language":
            strong_points.append(language_name(part.key))
    return strong_points


def on_call_because(
    on_call: Mapping[str, Sequence[str]], code: str, themes: Mapping[str, str], requested_at: datetime
) -> str:
    """What an expert reads who was on call when the request was made; "" for anybody else."""
    chosen = [themes.get(theme, theme) for theme, codes in on_call.items() if code in codes]
    if not chosen:
        return ""
    week = week_days(week_of(requested_at.astimezone(BRUSSELS).date()))
    return _("We ask you because you are on call for {themes}, {week}.", themes=listed(chosen), week=week)


def on_call_reasons(
    on_call: Mapping[str, Sequence[str]], themes: Mapping[str, str], *, this_week: bool
) -> dict[str, str]:
    """Why an expert stands first on the shortlist, by code. this_week: the request was made in the present one."""
    reasons = {}
    for code in sorted({code for codes in on_call.values() for code in codes}):
        names = listed([themes.get(theme, theme) for theme, codes in on_call.items() if code in codes])
        reasons[code] = (
            _("On call this week for {themes}", themes=names)
            if this_week
            else _("On call for {themes} in the week of the request", themes=names)
        )
    return reasons


def relaxed_in_words(condition: str, value: str, *, language: str, level: str, least: int) -> str:
    """What is relaxed in a request for this language at this level, and for a theme at least at level `least`: "English at B1 instead of
    B2", "Two days later"."""
    if condition == "language":
        return _(
            "{language} at {value} instead of {level}",
            language=language_name(language),
            value=value,
            level=level,
        )
    if condition == "theme":
        return _("Level {value} instead of {least} in a theme", value=value, least=least)
    if condition == "branch":
        return _("Any branch")
    if condition == "days":
        days = int(value)
        return (
            ngettext("{count} day later", "{count} days later", days)
            if days > 0
            else ngettext("{count} day earlier", "{count} days earlier", -days)
        )
    return _("No change: experts who fit now")


def lasting(time: timedelta) -> str:
    """ "2 days 4 hours", the two largest units of days, hours and minutes."""
    minutes = int(time.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        ngettext("{count} day", "{count} days", days) if days else "",
        ngettext("{count} hour", "{count} hours", hours) if hours else "",
        ngettext("{count} minute", "{count} minutes", rest) if rest and not days else "",
    ]
    return " ".join(part for part in parts if part) or _("less than a minute")


def causes_in_words(causes: Sequence[Cause]) -> list[str]:
    """Why a target was missed, a sentence for each cause."""
    return [_cause(cause) for cause in causes]


def _cause(cause: Cause) -> str:
    if cause.kind == "order":
        return _("Until the order was confirmed: {time}.", time=lasting(cause.took))
    if cause.kind == "answers":
        return _("Until the last acceptance: {time}.", time=lasting(cause.took))
    if cause.kind == "declined":
        return ngettext("{count} expert declined.", "{count} experts declined.", cause.count)
    if cause.kind == "silent":
        return ngettext(
            "{count} expert did not answer in time.", "{count} experts did not answer in time.", cause.count
        )
    if cause.kind == "refused":
        return ngettext(
            "{count} expert was not released by the employer.",
            "{count} experts were not released by their employers.",
            cause.count,
        )
    return _("Nobody is left to ask.")


filters.register("lasting", lasting)
filters.register("pay_lines", pay_lines)
filters.register("no_per_diem", no_per_diem)
filters.register("windows_in_words", windows_in_words)
filters.register("local_moment", local_moment)
filters.register("cancellation_in_words", cancellation_in_words)

sentences.register(
    {
        "not_funded": N_("The application has no award, so you can't ask for experts."),
        "already_asking": N_("The order has already been confirmed, or the award has ended."),
        "nothing_to_match": N_("There is nothing to propose now. The order of every request is confirmed."),
        "nothing_chosen": N_("Choose for at least one request."),
        "nobody_chosen": N_("Give at least one expert a place."),
        "chosen_twice": N_("You gave one expert two places."),
        "not_on_shortlist": N_("You can only ask experts on the shortlist."),
        "invitation_ended": N_("This invitation can no longer be answered."),
        "booked_elsewhere": N_("The expert has another booking on one of these days."),
        "pin_locked": N_("The PIN was wrong too often. Ask the secretariat for a new link."),
        "link_stands": N_("The expert can still answer by the link that was sent."),
        "conflict_undeclared": N_("Say whether you have a conflict of interest."),
        "list_goes_on": N_("The list of this request has not run out."),
        "nobody_more": N_("The pool has changed. This would no longer add an expert."),
        "not_accepted": N_("There is no booking to cancel."),
        "deployment_ended": N_("This deployment has ended."),
        "rate_missing": N_("The unit costs or the travel windows have no rate for this place today."),
        "hotel_above_per_diem": N_("This is more than the per diem of a night there."),
        "windows_order": N_("This time must not be earlier than the one before it."),
        "departure_elsewhere": N_("Enter a departure on your first day or the day before."),
        "landing_elsewhere": N_("Enter a landing on your last day or the day after."),
        "landing_first": N_("The landing must come after the departure."),
        "release_over": N_("This release can no longer be answered."),
        "release_not_needed": N_("No release is needed for this booking."),
        "released_already": N_("The employer has released the expert already."),
        "superior_asked": N_("Your superior has been asked already."),
        "report_sent": N_("You have sent your report already."),
        "report_waived": N_("No report of this mission is needed any more."),
        "report_not_late": N_("Only a report that is late can be waived."),
        "feedback_given": N_("Your institution has given feedback on this expert already."),
        "mission_goes_on": N_("You can state your travel times after the last day."),
        "due_confirmed": N_("The sum has been confirmed already."),
        "nothing_due": N_("Nothing is due for this booking."),
        "travel_missing": N_("The expert has not stated the travel times."),
        "travel_changed": N_("The expert has changed the travel times. Look at them again."),
        "too_late_to_cancel": N_("It is too late: the last day is over."),
        "not_planned": N_("You can ask for experts only before the activity is reported or cancelled."),
        "activity_over": N_("The days of this activity are over."),
        "experts_wished": N_("You have asked for experts for this activity already."),
        "experts_asked": N_("Experts have been asked already. Write to the secretariat."),
        "wish_over": N_("Nobody asks for experts for this activity any more."),
        "request_made": N_("There is already a request for these experts."),
        "nothing_moved": N_("The activity of this request has no new days."),
    }
)
