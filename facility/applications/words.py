"""The words for an application's states, and what its rules say to people."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date

from facility.applications.rules.activities import ActivityKind
from facility.applications.rules.boarding import Confirmation
from facility.applications.rules.status import ApplicationStatus
from facility.applications.rules.submission import DECLARATIONS
from facility.contracts.rules import UnitCostKind
from facility.contracts.words import UNIT_COSTS
from facility.web import filters, sentences
from facility.web.i18n import N_, translated

S = ApplicationStatus

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
    """What lead and partners read: until the call is decided, nothing of how the assessment goes."""
    if not decided and status in NOT_TOLD_BEFORE_DECISION:
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
    "unchecked": N_("Not judged yet"),
    "admissible": N_("Judged admissible"),
    "inadmissible": N_("Judged not admissible"),
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
        "answer_too_great": N_("A number was too great."),
        "answer_too_early": N_("A date was too early."),
        "answer_too_late": N_("A date was too late."),
        "answer_too_few": N_("Too little was chosen."),
        "answer_not_accepted": N_("With one of the answers the application cannot be submitted."),
        "answers_too_few": N_("Too few of some questions were answered."),
        "answers_sum_too_great": N_("Numbers were too great together."),
        "activity_too_early": N_("An activity was planned for a time before an award could be made."),
        "day_too_early": N_("A day was too early."),
        "lines_without_activity": N_("Lines of the budget were for no activity."),
        "lines_of_left_party": N_("Lines of the budget were of an institution that had left."),
        "lines_above_ceiling": N_("Lines of the budget were above the rate, with no reason given."),
        "indirect_too_high": N_("The indirect costs were too high."),
        "confidential_part_missing": N_("Confidential answers of a partner were not complete."),
    }
)
"""Late attempts are kept by their codes."""

sentences.register(
    {
        "call_unknown": N_("Choose a call on the list."),
        "late": N_("The call has closed: the time to submit is over."),
        "not_open": N_("The call has not opened yet."),
        "too_few_beneficiaries": N_(
            "Too few different Western Balkans beneficiaries take part. Turkey and others do not count."
        ),
        "partner_not_eligible": N_(
            "An institution comes from outside the beneficiaries that this call is for."
        ),
        "partner_not_confirmed": N_("Not every partner has confirmed."),
        "above_award_max": N_("The amount asked for is above the maximum of the call."),
        "below_award_min": N_("The amount asked for is below the minimum of the call."),
        "classified_document": N_(
            "A document with a classification marking was refused. Say that you go on without it."
        ),
        "consultation_missing": N_("Write down whom you have consulted, when, and what they said."),
        "answer_missing": N_("Not answered yet: {label}."),
        "answer_too_short": N_("{label}: write at least {least} characters."),
        "answer_too_long": N_("{label}: write at most {most} characters."),
        "answer_too_small": N_("{label}: at least {least}."),
        "answer_too_great": N_("{label}: at most {most}."),
        "answer_too_early": N_("{label}: not before {least}."),
        "answer_too_late": N_("{label}: not after {most}."),
        "answer_too_few": N_("{label}: choose at least {least}."),
        "answer_not_accepted": N_("{label}: with this answer the application cannot be submitted."),
        "answers_too_few": N_("Answer at least {least} of these: {labels}."),
        "answers_sum_too_great": N_("Together at most {most}: {labels}."),
        "other_person": N_(
            "This page was opened by somebody else, who was signed in here before. Open it anew to write in your own name."
        ),
        "copy_too_long": N_("This is too long to be kept. Shorten it, or attach it as a document."),
        "no_activity": N_("No activity is planned yet."),
        "activity_not_joint": N_("An activity was not joint."),  # late attempts of earlier releases say so
        "activity_too_early": N_(
            "{title}: it is planned for a time before an award can be made. Choose later days."
        ),
        "day_too_early": N_("Choose a day from {first} on. An award is made only after the call."),
        "plan_not_joint": N_(
            "People of at least two beneficiaries of the Western Balkans must take part in the activities."
        ),
        "too_many_activities": N_("At most {most} activities fit into an application."),
        "ends_before_it_starts": N_("The last day lies before the first."),
        "more_days_than_that": N_("From the first day to the last there are {most}."),
        "no_budget_line": N_("The budget has no line yet."),
        "lines_without_activity": N_("Lines of the budget that are for no activity: {lines}."),
        "lines_of_left_party": N_("Lines of the budget of an institution that has left: {lines}."),
        "lines_above_ceiling": N_("Lines of the budget above the rate, with no reason given: {lines}."),
        "indirect_too_high": N_("Indirect costs are at most {most} % of the direct ones."),
        "too_many_lines": N_("At most {most} lines fit into a budget. Put small things together."),
        "line_too_large": N_("This line comes to more than an amount can be."),
        "party_unknown": N_("This institution does not take part. Choose another."),
        "activity_unknown": N_("This activity is not planned any more. Choose another."),
        "rate_unknown": N_("This rate does not count for this call. Choose another."),
        "rate_of_another_category": N_("This rate is for another category."),
        "rate_of_another_country": N_("This rate is for another country than that of the activity."),
        "lead_role_missing": N_("What your own institution does in it is missing."),
        "application_ended": N_(
            "This application has ended, so there is nothing to answer about it any more."
        ),
        "not_a_draft": N_("This application is no longer a draft, so it cannot be changed or answered now."),
        "not_submitted": N_("This application has not been submitted."),
        "edited_meanwhile": N_("The application was changed meanwhile; look at what it says now."),
        "voids_confirmations": N_("Partners have confirmed what this would change."),
        "already_party": N_("This institution takes part already."),
        "partner_is_lead": N_(
            "This institution leads the application. A partner is another institution; what the lead does stands in its own part."
        ),
        "finding_against": N_("The facility finds that this is not so: {item}"),
        "judged_already": N_("Its admissibility has been judged; judge it anew on its own page."),
        "too_many_views": N_(
            "You keep 50 lists already. Forget one first, or give the name of one to replace it."
        ),
        "lead_cannot_leave": N_("The lead cannot leave; it can withdraw the application."),
        "left": N_("This institution no longer takes part."),
        "removed": N_("This is not in the application: somebody has removed it, or it never was."),
        "already_confirmed": N_("This has been confirmed already."),
        "already_declined": N_("This has been declined already."),
        "lead_needs_no_confirmation": N_("The lead confirms by submitting."),
        "contact_missing": N_("Enter a mail address first."),
        "signatory_missing": N_("Enter the name of the person who signs."),
        "confidential_part_missing": N_(
            "{name}: its confidential answers are not complete. Only it can fill them in."
        ),
        "own_part_incomplete": N_("Fill in your own part first, then confirm. Still needed: {missing}."),
        "asked_enough": N_("This partner was asked {most} times in a day. Wait a day, or call."),
        "change_waits": N_("Your last request for a change still waits for the lead’s answer."),
        "change_answered": N_("This request was answered already."),
        "wish_missing": N_("Write what should be changed."),
        "word_missing": N_("Say in a word why it is not done."),
        "lead_stays": N_("The lead cannot be replaced; it can withdraw the application."),
        "no_replacement": N_(
            "After submission no partner can be replaced: that would change what was applied for. A partner may leave, and"
            " it is then checked again whether the application is still eligible."
        ),
        "function_missing": N_("Enter the function of the person who signs."),
        "declaration_missing": N_("This must be declared before you can submit."),
        "reason_missing": N_("Give the reason."),
        "wrong_status": N_("That is not possible in the state in which this application is now."),
        "wrong_track": N_("That does not belong to the track of this application."),
        "call_decided": N_("The awards of this call are decided; this can no longer be changed."),
        "nothing_to_withdraw": N_("There is nothing left to withdraw."),
        "award_stands": N_(
            "The awards are decided: what stands now is an award or a place on the reserve list."
        ),
        "document_twice": N_("The same document is attached already."),
        "too_many_documents": N_("At most {most} documents can be attached."),
        "shut_out": N_("You declared a conflict of interests here: this is closed to you, in whatever role."),
        "not_opened": N_("This is sealed until two people have opened the call."),
        "already_opened": N_("This call has been opened already."),
        "opening_under_way": N_(
            "A colleague has begun to open this call. Confirm their session, or wait until it ends."
        ),
        "opening_not_started": N_("Nobody has begun to open this call."),
        "opening_ended": N_("This opening waited for a second person too long. Begin it anew."),
        "carried_over": N_(
            "This application was carried over from an earlier batch, so it stays as it was ranked."
        ),
        "call_opened": N_("This call was opened already, so nothing more can be taken in."),
        "document_removed": N_("This document was removed already."),
        "document_lost": N_("This document can't be read from where it is kept. The secretariat can help."),
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
    """A number without zeros that say nothing: "5", "0.5"."""
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
