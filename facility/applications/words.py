"""The words for an application's states, and what its rules say to people."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from facility.applications.rules.activities import ActivityKind
from facility.applications.rules.parties import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import DECLARATIONS
from facility.contracts.rules import UnitCostKind
from facility.contracts.words import UNIT_COSTS
from facility.web import filters, sentences
from facility.web.i18n import N_, translated

S = ApplicationStatus

TITLE_MISSING = N_("Enter the title of the activity.")
PLACE_MISSING = N_("Enter the place of the activity.")
CONTACT_MISSING = N_("Enter the name of the contact person.")

STATUSES: dict[ApplicationStatus, tuple[str, str]] = {
    S.DRAFT: (N_("Draft"), "plain"),
    S.SUBMITTED: (N_("Submitted"), "info"),
    S.ADMISSIBLE: (N_("Admissible"), "ok"),
    S.INADMISSIBLE: (N_("Not admissible"), "bad"),
    S.NOT_ASSESSED: (N_("Set aside, not assessed"), "bad"),
    S.BELOW_THRESHOLD: (N_("Below a threshold"), "bad"),
    S.AWARDED: (N_("Awarded"), "ok"),
    S.RESERVE: (N_("On the reserve list"), "wait"),
    S.COOLED_DOWN: (N_("Passed over, to spread awards"), "plain"),
    S.CLOSED: (N_("Award closed"), "plain"),
    S.WITHDRAWN: (N_("Withdrawn"), "plain"),
    S.INELIGIBLE: (N_("Not eligible"), "bad"),
    S.EXCEPTION_APPROVED: (N_("Exception approved"), "ok"),
    S.EXCEPTION_REFUSED: (N_("Exception refused"), "bad"),
}
"""The word of each status, untranslated, and the kind of its tag."""

UNDER_ASSESSMENT = (N_("Under assessment"), "info")
NOT_TOLD_BEFORE_DECISION = frozenset({S.ADMISSIBLE, S.NOT_ASSESSED})
"""What lead and partners can't ask for either."""


def told_to_parties(status: ApplicationStatus, *, decided: bool) -> tuple[str, str]:
    """What lead and partners read: until the call is decided, nothing of how the assessment goes, and nothing of an assessment after
    the decision."""
    if status is S.ADMISSIBLE or (not decided and status in NOT_TOLD_BEFORE_DECISION):
        return UNDER_ASSESSMENT
    return STATUSES[status]


CONFIRMATIONS: dict[Confirmation, tuple[str, str]] = {
    Confirmation.NONE: (N_("Not asked yet"), "plain"),
    Confirmation.INVITED: (N_("Waiting"), "wait"),
    Confirmation.CONFIRMED: (N_("Confirmed"), "ok"),
    Confirmation.DECLINED: (N_("Declined"), "bad"),
    Confirmation.VOID: (N_("Must confirm again"), "wait"),
}
"""The word of each state of a confirmation, untranslated, and the kind of its tag."""

CHECKED = {
    "unchecked": N_("Not checked yet"),
    "admissible": N_("Found admissible"),
    "inadmissible": N_("Found not admissible"),
}
"""How the admissibility was judged."""

TRACKS = {
    "joint": N_("Joint application"),
    "exception": N_("Exception for a single beneficiary"),
}

ACTIVITY_KINDS = {
    ActivityKind.WORKSHOP: N_("Workshop"),
    ActivityKind.SEMINAR: N_("Seminar"),
    ActivityKind.INTERNSHIP: N_("Internship"),
    ActivityKind.STUDY_TRIP: N_("Study trip"),
    ActivityKind.EXPERT_MISSION: N_("Expert mission"),
}
"""The word of each kind of activity, untranslated."""

DECLARED = dict(
    zip(
        DECLARATIONS,
        (
            N_("What this application says is true and complete."),
            N_("The partners have agreed that we submit it for them."),
            N_("Nothing that is asked for here is paid for from another source."),
            N_("It holds no classified information and no data about cases or persons in them."),
        ),
        strict=True,
    )
)
"""What the lead declares, untranslated."""

sentences.SHORT.update(
    {
        "answer_missing": N_("Not every question was answered."),
        "answer_too_short": N_("An answer was too short."),
        "answer_too_long": N_("An answer was too long."),
        "answer_too_small": N_("A number was too small."),
        "answer_too_great": N_("A number was too large."),
        "answer_too_early": N_("A date was too early."),
        "answer_too_late": N_("A date was too late."),
        "answer_too_few": N_("Too few options were chosen."),
        "answer_not_accepted": N_("One of the answers rules out submitting the application."),
        "answers_too_few": N_("Too few of some questions were answered."),
        "answers_sum_too_great": N_("The sum of some numbers was too large."),
        "activity_too_early": N_("An activity was planned before an award could be made."),
        "day_too_early": N_("A day was too early."),
        "lines_without_activity": N_("Budget lines had no activity."),
        "lines_of_left_party": N_("Budget lines belonged to an institution that had left."),
        "lines_above_ceiling": N_("Budget lines were above the rate without a reason."),
        "indirect_too_high": N_("The indirect costs were too high."),
        "confidential_part_missing": N_("Confidential answers of a partner were not complete."),
    }
)
"""Late attempts are kept by their codes."""

sentences.register(
    {
        "call_unknown": N_("Choose a call on the list."),
        "late": N_("The call has closed. Applications can no longer be submitted."),
        "not_open": N_("The call has not opened yet."),
        "too_few_beneficiaries": N_(
            "Too few different Western Balkans beneficiaries take part. Türkiye and others do not count."
        ),
        "partner_not_eligible": N_(
            "An institution comes from outside the beneficiaries that this call is for."
        ),
        "partner_not_confirmed": N_("Not every partner has confirmed."),
        "above_award_max": N_("The amount asked for is above the maximum of the call."),
        "below_award_min": N_("The amount asked for is below the minimum of the call."),
        "classified_document": N_(
            "A document with a classification marking was refused. Confirm that you go on without it."
        ),
        "consultation_missing": N_(
            "Describe the consultation: who was consulted, when, and what they answered."
        ),
        "answer_missing": N_("Not answered yet: {label}."),
        "answer_too_short": N_("{label}: write at least {least} characters."),
        "answer_too_long": N_("{label}: write at most {most} characters."),
        "answer_too_small": N_("{label}: at least {least}."),
        "answer_too_great": N_("{label}: at most {most}."),
        "answer_too_early": N_("{label}: not before {least}."),
        "answer_too_late": N_("{label}: not after {most}."),
        "answer_too_few": N_("{label}: choose at least {least}."),
        "answer_not_accepted": N_("{label}: you can't submit the application with this answer."),
        "answers_too_few": N_("Answer at least {least} of these: {labels}."),
        "answers_sum_too_great": N_("Together at most {most}: {labels}."),
        "other_person": N_(
            "Somebody else was signed in here when this page was opened. Reload it to write in your own name."
        ),
        "copy_too_long": N_("This text is too long. Shorten it, or attach it as a document."),
        "no_activity": N_("No activity is planned yet."),
        "activity_not_joint": N_("An activity was not joint."),  # late attempts of earlier releases say so
        "activity_too_early": N_("{title} is planned before an award can be made. Choose later days."),
        "day_too_early": N_("Choose a day from {first} on. An award is made only after the call."),
        "plan_not_joint": N_(
            "People of at least two beneficiaries of the Western Balkans must take part in the activities."
        ),
        "too_many_activities": N_("An application can have at most {most} activities."),
        "more_days_than_that": N_("There are only {most} days from the first day to the last."),
        "no_budget_line": N_("The budget has no line yet."),
        "lines_without_activity": N_("These budget lines have no activity: {lines}."),
        "lines_of_left_party": N_("These budget lines belong to an institution that has left: {lines}."),
        "lines_above_ceiling": N_("These budget lines are above the rate and give no reason: {lines}."),
        "indirect_too_high": N_("Indirect costs can be at most {most} % of the direct costs."),
        "too_many_lines": N_("A budget can have at most {most} lines. Combine small items."),
        "line_too_large": N_("The amount of this line is too large."),
        "party_unknown": N_("This institution does not take part. Choose another."),
        "activity_unknown": N_("This activity is not planned any more. Choose another."),
        "rate_unknown": N_("This rate does not apply to this call. Choose another."),
        "rate_of_another_category": N_("This rate is for another category."),
        "rate_of_another_country": N_(
            "This rate is for a country in which the activity does not take place."
        ),
        "lead_role_missing": N_("Describe what your own institution does in this application."),
        "conflict": N_("You declared a conflict of interests: this application is closed to you."),
        "application_ended": N_("This application has ended. You don't need to answer any more."),
        "nothing_changed": N_("You have not begun to change this application."),
        "not_a_draft": N_("This application is no longer a draft. You can't change it or answer now."),
        "not_submitted": N_("This application has not been submitted."),
        "edited_meanwhile": N_(
            "Somebody has changed the application in the meantime. Check what it says now."
        ),
        "voids_confirmations": N_("Partners have already confirmed what you want to change."),
        "already_party": N_("This institution already takes part."),
        "partner_is_lead": N_(
            "This institution leads the application, so it can't be a partner too. Describe its work in the lead's own part."
        ),
        "finding_against": N_("The facility's own check disagrees: {item}"),
        "judged_already": N_(
            "Its admissibility has already been decided. You can change the decision on the application's own page."
        ),
        "too_many_views": N_(
            "You have saved 50 lists already. Delete one first, or use the name of a list that you want to replace."
        ),
        "lead_cannot_leave": N_("The lead cannot leave; it can withdraw the application."),
        "left": N_("This institution no longer takes part."),
        "removed": N_("This is no longer in the application. Somebody may have removed it."),
        "already_confirmed": N_("This has already been confirmed."),
        "already_declined": N_("This has already been declined."),
        "lead_needs_no_confirmation": N_("The lead confirms by submitting."),
        "contact_missing": N_("Enter a mail address first."),
        "signatory_missing": N_("Enter the name of the person who signs."),
        "confidential_part_missing": N_(
            "{name}: its confidential answers are not complete. Only it can fill them in."
        ),
        "own_part_incomplete": N_("Fill in your own part first, then confirm. Still needed: {missing}."),
        "asked_enough": N_("This partner was asked {most} times in a day. Wait a day, or call."),
        "change_waits": N_("The lead has not answered your last request for a change yet."),
        "change_answered": N_("This request has already been answered."),
        "wish_missing": N_("Enter what should be changed."),
        "word_missing": N_("Explain briefly why you did not make the change."),
        "lead_stays": N_("The lead cannot be replaced; it can withdraw the application."),
        "no_replacement": N_(
            "A partner can't be replaced after submission, because that would change the application. A partner may leave."
            " The facility then checks again whether the application is eligible."
        ),
        "function_missing": N_("Enter the function of the person who signs."),
        "declaration_missing": N_("Tick this before you submit."),
        "reason_missing": N_("Enter the reason."),
        "wrong_status": N_("This is not possible in the current state of the application."),
        "wrong_track": N_("This is not possible on the track of this application."),
        "call_decided": N_("The awards of this call have been decided. This can no longer be changed."),
        "nothing_to_withdraw": N_("There is nothing to withdraw any more."),
        "award_stands": N_(
            "The awards have been decided. The application now has an award or a place on the reserve list."
        ),
        "shut_out": N_("You declared a conflict of interest here. You have no access to this in any role."),
        "not_opened": N_("This is sealed until two people have opened the call."),
        "already_opened": N_("This call has been opened already."),
        "opening_under_way": N_(
            "A colleague has begun to open this call. Confirm their session, or wait until it ends."
        ),
        "opening_not_started": N_("Nobody has begun to open this call."),
        "opening_ended": N_("No second person joined this opening in time. Start it again."),
        "carried_over": N_(
            "This application was carried over from an earlier batch, so it stays as it was ranked."
        ),
        "call_opened": N_("This call was opened already, so nothing more can be taken in."),
    }
)


def exactly(at: datetime) -> str:
    """An instant that decides, for people and to the microsecond: "… 12:00 Brussels time (2021-07-30T10:00:00Z)"."""
    return f"{filters.instant(at)} ({at.astimezone(UTC).isoformat().replace('+00:00', 'Z')})"


filters.register("exactly", exactly)


def month(day: date) -> str:
    """ "March 2027"."""
    return str(format_date(day, "MMMM y", locale=filters.locale()))


def number(value: Decimal) -> str:
    """A number without trailing zeros: "5", "0.5"."""
    return f"{value.normalize():f}"


def activity_kind(kind: ActivityKind) -> str:
    """The word of a kind of activity."""
    return translated(ACTIVITY_KINDS[kind])


def cost_category(category: UnitCostKind) -> str:
    """The word of a category of costs."""
    return translated(UNIT_COSTS[category])


filters.register("activity_kind", activity_kind)
filters.register("cost_category", cost_category)
filters.register("month", month)
filters.register("number", number)

WORDS: dict[str, Any] = {
    "words": {
        "statuses": STATUSES,
        "confirmations": CONFIRMATIONS,
        "tracks": TRACKS,
        "activity_kinds": ACTIVITY_KINDS,
        "categories": UNIT_COSTS,
    }
}
"""For templates."""
