"""A call's rules, and where it stands, in words."""

from datetime import datetime

import msgspec

from facility.calls.queries.public import CallPublic
from facility.calls.rules.call import BENEFICIARIES, LOT, RECEIVED_AT, TOTAL, Grid
from facility.calls.rules.forms import By, FormSection
from facility.calls.rules.modes import Mode
from facility.calls.rules.standing import Standing
from facility.calls.words.judging import scoring
from facility.forms.checks import AtLeast, Between, Check, Length, OneOf, Required, Within
from facility.forms.sections import AnyOf, SectionCheck, SumAtMost
from facility.forms.types import KINDS, Field
from facility.forms.words import chosen
from facility.web import filters, sentences
from facility.web.filters import instant, moment
from facility.web.i18n import N_, _, ngettext, translated

SECTION_TITLE_MISSING = N_("Enter the title of the section.")

MODES = {
    Mode.DEADLINE: (N_("One deadline"), N_("All applications are ranked together once it has passed.")),
    Mode.ROLLING: (
        N_("Rolling, with cut-offs"),
        N_(
            "Applications can be submitted at any time and are ranked together at each cut-off. Good"
            " applications without funding are ranked once more at the next cut-off."
        ),
    ),
    Mode.URGENT: (
        N_("Urgent"),
        N_("Each application is opened, assessed and decided on its own within hours, by the same criteria."),
    ),
}
"""How a call takes applications, and what that means, untranslated."""


class Stands(msgspec.Struct, frozen=True):
    """Where a call stands, for a page: a word, the kind of its tag, and a sentence that a person understands."""

    standing: Standing
    word: str
    kind: str
    sentence: str


def stands(call: CallPublic, now: datetime) -> Stands:
    standing = call.standing(now)
    word, kind = STANDINGS[standing]
    return Stands(standing, translated(word), kind, _sentence(call, standing))


def _sentence(call: CallPublic, standing: Standing) -> str:
    if call.cancelled_at is not None:
        return _("This call was cancelled on {at}.", at=moment(call.cancelled_at))
    match standing:
        case Standing.DRAFT:
            return _("Only staff see this draft. A second person checks and publishes it.")
        case Standing.COMING:
            return _("This call opens on {at}.", at=instant(call.opens_at))
        case Standing.OPEN:
            return _("This call takes applications until {at}.", at=instant(call.closes_at))
        case Standing.CLOSED:
            return _("This call has closed. Two people will open the applications together.")
        case Standing.OPENED:
            return _("The applications have been opened, and their admissibility is being checked.")
        case Standing.EVALUATION:
            return _("The applications are being assessed.")
    assert call.decided_at is not None, "what is archived was decided or cancelled"
    return _("The awards of this call were decided on {at}.", at=moment(call.decided_at))


def criterion(grid: Grid, key: str) -> str:
    """What a threshold's or tie-break's key stands for, as a person says it."""
    titles = {section.key: section.title for section in grid.sections}
    if key in titles:
        return titles[key]
    return {TOTAL: _("All sections together")}.get(key, key)


def ties(grid: Grid) -> list[str]:
    """The tie-breaks in their order, as whole phrases; a lot, or else the reference, decides at last (scenarios/README)."""
    phrases_by_key = {
        BENEFICIARIES: _("more beneficiaries of the Western Balkans taking part"),
        RECEIVED_AT: _("received earlier"),
        LOT: _("a draw by lot"),
    }
    phrases = [
        phrases_by_key.get(key) or _("more points for “{section}”", section=criterion(grid, key))
        for key in grid.tie_break
    ]
    return phrases if LOT in grid.tie_break else [*phrases, _("the lower reference number")]


TYPES = {type_: kind.name for type_, kind in KINDS.items() if kind.name}
"""What each type that a call may ask for is called, untranslated."""
WHO: dict[By, str] = {
    By.LEAD: N_("The lead, once for all"),
    By.PARTY: N_("Every institution, for itself"),
}
"""Who fills a section in, untranslated."""


def check_in_words(field: Field, check: Check) -> str:
    """A check on a question, as a phrase."""
    match check:
        case Required():
            return _("must be answered")
        case Length(least, most):
            return _between(least or None, most, _("characters"))
        case Between(least, most):
            return _between(least, most, "")
        case Within(first, last):
            return _between(first, last, "")
        case AtLeast(count):
            return ngettext("at least {count} chosen", "at least {count} chosen", count)
        case OneOf(values):
            return _("only with: {values}", values=", ".join(chosen(field, value) for value in values))


def _between(least: object, most: object, unit: str) -> str:
    if least is None:
        return _("at most {most} {unit}", most=most, unit=unit).strip()
    if most is None:
        return _("at least {least} {unit}", least=least, unit=unit).strip()
    return _("from {least} to {most} {unit}", least=least, most=most, unit=unit).strip()


def section_check_in_words(section: FormSection, check: SectionCheck) -> str:
    """A check over several questions of a section, as a sentence."""
    labels = ", ".join(section.field(key).label for key in check.fields)
    match check:
        case AnyOf(_keys, count):
            return _("At least {count} of these must be answered: {labels}.", count=count, labels=labels)
        case SumAtMost(_keys, most):
            return _("Together at most {most}: {labels}.", most=most, labels=labels)


CHECKLIST = {
    "in_time": N_("It was received while the call was open."),
    "beneficiaries": N_("Enough different Western Balkans beneficiaries take part."),
    "eligible_parties": N_("The lead and the partners may take part in this call."),
    "confirmations": N_("Each partner has confirmed through a person who may sign."),
    "amounts": N_("The amount requested is within the limits of the call."),
    "declarations": N_("The lead has made all declarations, signed by name and function."),
    "documents": N_("The documents can be read and match their titles."),
    "classified": N_("It contains nothing classified and no data about cases."),
    "activities": N_("The activities are of kinds that the call supports."),
    "rights": N_("Its effect on human rights has been checked, and safeguards are planned."),
    "consultation": N_("All required consultations have been made, and objections are answered."),
    "overlap": N_("It does not duplicate other activities."),
}
"""The standard items of a checklist, untranslated."""

CHANGED_MEANWHILE = N_("{name} changed this meanwhile. Look at it, and save again.")
TYPED_MEANWHILE = N_(
    "{name} changed this meanwhile. What you typed is still here and not saved: compare the two, then save again to"
    " replace theirs."
)

sentences.register(
    {
        "checklist_empty": N_("Choose at least one item, or write one of your own."),
        "checklist_too_long": N_("At most {most} items of your own."),
        "checklist_text_too_long": N_("An item has at most {most} characters."),
    }
)


MOST_OPENING = 200
"""Characters: with the other answers they fit on the first screen of a phone."""


def opening(text: str) -> str:
    """How a call's text begins: its first paragraph, or as many whole sentences or words of it as fit."""
    first = text.strip().partition("\n\n")[0].replace("\n", " ")
    if len(first) <= MOST_OPENING:
        return first
    whole = first[: MOST_OPENING + 1].rpartition(". ")[0]
    return f"{whole}." if whole else first[:MOST_OPENING].rpartition(" ")[0].rstrip(",;:.") + "…"


filters.register("opening", opening)
filters.register("scoring", scoring)


STANDINGS = {
    Standing.DRAFT: (N_("Draft"), "plain"),
    Standing.COMING: (N_("Coming"), "info"),
    Standing.OPEN: (N_("Open"), "info"),
    Standing.CLOSED: (N_("Closed"), "wait"),
    Standing.OPENED: (N_("Opened"), "wait"),
    Standing.EVALUATION: (N_("Under evaluation"), "wait"),
    Standing.DECIDED: (N_("Decided"), "ok"),
    Standing.CANCELLED: (N_("Cancelled"), "bad"),
    Standing.ARCHIVED: (N_("Archived"), "plain"),
}
"""The word for where a call stands, and the kind of its tag."""


sentences.register(
    {
        "closes_before_it_opens": N_("The call closes before it opens. Enter a later closing time."),
        "award_min_above_max": N_("The smallest award is above the largest."),
        "no_section": N_("The grid needs at least one section."),
        "reserved_section_key": N_("The key “{key}” has a meaning of its own. Choose another."),
        "section_key_twice": N_("Two sections have the key “{key}”."),
        "unknown_threshold": N_("There is a threshold for “{key}”, but no such section."),
        "unknown_tie_break": N_("A tie-break uses “{key}”, but there is no such section."),
        "weights_do_not_add_up": N_(
            "The sections add up to {points} points, but you entered {total}. Change one of them."
        ),
        "criteria_do_not_add_up": N_(
            "The sub-criteria come to {points} points, which is 5 times their weights, but the section has {most}."
        ),
        "criterion_twice": N_("Two sub-criteria of a section have the same key (“{title}”)."),
        "rejects_without_criteria": N_(
            "The section “{section}” has no sub-criteria, so no sub-score can reject."
        ),
        "divergence_needless": N_(
            "Assessors agree on every score in this call, so totals need no limit. Leave it empty."
        ),
        "lot_not_last": N_("A draw by lot leaves no tie, so it comes last."),
        "no_cut_off": N_("Enter at least one cut-off."),
        "too_many_cut_offs": N_("Enter at most {most} cut-offs."),
        "cut_off_before_opening": N_("This cut-off is not after the opening."),
        "cut_offs_not_in_order": N_("This cut-off is not after the one before it."),
        "hours_missing": N_("Enter the hours within which each application is decided."),
        "hours_out_of_range": N_("Enter a number of hours from 1 to {most}."),
        "above_envelope": N_("This is more than the whole envelope, which holds EUR {envelope}."),
        "decision_missing": N_("Enter the decision on the extension."),
        "reference_taken": N_("Another call has this reference."),
        "envelope_unknown": N_("Choose an envelope on the list."),
        "rules_frozen": N_("This call has been published: its rules are frozen."),
        "form_incomplete": N_("The application form is incomplete. Complete it first."),
        "too_many_sections": N_("A form takes at most {most} sections."),
        "too_many_questions": N_("A section takes at most {most} questions."),
        "section_unknown": N_("Choose a section of the form."),
        "section_needed": N_("Every call needs this section."),
        "section_kind_twice": N_("There are two sections of this kind ({kind})."),
        "section_kind_missing": N_("A section of this kind is missing: {kind}."),
        "budget_needs_activities": N_("A budget by activity needs a section of planned activities."),
        "indirect_out_of_bounds": N_("Indirect costs are at most {most} % of the direct ones."),
        "section_twice": N_("Two sections have the same key."),
        "field_needed": N_("The question with the key “{key}” must be in one of the lead’s sections."),
        "section_empty": N_("The section has no question yet."),
        "section_takes_no_fields": N_("A section of this kind takes no questions."),
        "field_twice": N_("Two questions have the same key."),
        "key_reserved": N_(
            "“{key}” cannot be a key here: the pages of an application use this name themselves."
        ),
        "key_malformed": N_("“{key}” cannot be a key. Use small letters, digits and underscores."),
        "options_missing": N_("A choice needs at least two answers."),
        "confidential_not_by_party": N_(
            "A confidential question belongs in a section that every institution fills in for itself."
        ),
        "asked_if_unknown": N_("A question depends on a question that does not come before it."),
        "asked_if_confidential": N_(
            "A question must not depend on a confidential question that fewer people may read."
        ),
        "check_mixes_confidential": N_("A check must not combine confidential and other questions."),
        "check_does_not_fit": N_("A check does not fit its question."),
        "not_published": N_("This call has not been published."),
        "still_open": N_("This call is still open; it closes at the published time and not before."),
        "closes_in_the_past": N_(
            "This call would be closed by the time it is published. Change its closing time first."
        ),
        "not_closed": N_("This call is not closed, or its awards have been decided already."),
        "call_cancelled": N_(
            "This call was cancelled. It takes no applications, and nothing more is assessed or decided."
        ),
        "call_archived": N_("This call is archived. Take it out of the archive first."),
        "not_over": N_("Only a call that is decided or cancelled can be archived."),
        "archived_already": N_("This call is archived already."),
        "not_archived": N_("This call is not in the archive."),
        "cancellation_asked": N_(
            "There is already a request to cancel this call. A colleague must confirm it."
        ),
        "not_asked": N_("There is no request to cancel this call."),
        "too_late_to_correct": N_(
            "The deadline of this call has passed, so it cannot be corrected any more."
        ),
        "corrigendum_gone": N_("This corrigendum has been published or deleted meanwhile."),
        "nothing_corrected": N_("Nothing differs from what is published. Change something, or go back."),
        "deadline_only_later": N_(
            "The deadline can't be brought forward, because applicants plan by it. Enter the same or a later time."
        ),
        "cut_off_has_passed": N_("This cut-off has passed. You can't move it."),
        "date_has_passed": N_("This time has passed. Enter a time in the future, or leave it unchanged."),
        "too_little_notice": N_(
            "Applicants must act on this change, and fewer than {days} days are left. Give the call a later deadline too."
        ),
        "form_only_added": N_(
            "You can add questions to the form. Existing questions can't change, because applicants have answered them."
        ),
        "frozen_name": N_("The reference can't change: letters and applications use it."),
        "frozen_opening": N_("The opening time can't change after publication."),
        "frozen_rhythm": N_(
            "The way the call takes applications can't change after publication. A cut-off that has not passed can be moved to a later time."
        ),
        "batch_of_a_series": N_("This is one batch of a call. Do that with the call as a whole."),
        "frozen_envelope": N_(
            "The envelope can't change after publication. The amount can be corrected within it."
        ),
        "frozen_eligibility": N_(
            "Who may apply, and for what, can't change after publication: applicants have chosen their partners by these rules."
        ),
        "frozen_judging": N_(
            "How applications are judged can't change after publication: grid, weights, thresholds, tie-breaks and minimum assessments."
        ),
        "frozen_after_decision": N_(
            "The rules for the time after the decision can't change after publication: acceptance of awards, the reserve list, offers of a part, reasons in letters, and complaints."
        ),
        "complaint_days_missing": N_("Say within how many days somebody may complain."),
        "answer_days_missing": N_("Say within how many days a complaint is answered."),
        "offer_days_missing": N_("Say within how many days the offer is answered."),
        "offer_least_missing": N_("Say at least which share or which amount is offered."),
        "reasons_not_given": N_(
            "Assessors are named to those who decide only in a call that gives strengths and weaknesses."
        ),
        "assesses_here": N_(
            "You assess applications of this call, so you can't draft, publish, open, check, assign, propose or"
            " decide in it."
        ),
        "runs_here": N_("You have helped to run this call, so you can't assess its applications."),
        "drafted_here": N_(
            "{person} has drafted this call or a corrigendum to it, so they can't assess its applications."
        ),
        "published_here": N_(
            "{person} has published this call or a corrigendum to it, so they can't assess its applications."
        ),
        "opened_here": N_("{person} has opened the applications of this call, so they can't assess them."),
        "checked_here": N_("{person} has checked applications of this call, so they can't assess any."),
        "assigned_here": N_("{person} has assigned applications of this call, so they can't assess any."),
        "reported_here": N_(
            "{person} has written strengths and weaknesses of applications of this call, so they can't assess any."
        ),
        "proposed_here": N_(
            "{person} has proposed a ranking in this call, so they can't assess its applications."
        ),
        "decided_here": N_("{person} has decided in this call, so they can't assess its applications."),
        "appointed_here": N_(
            "{person} has appointed members of this call’s committee, so they can't assess its applications."
        ),
        "chairs_here": N_(
            "{person} has chaired this call’s committee, so they can't assess its applications."
        ),
        "records_here": N_(
            "{person} has been the secretary of this call’s committee, so they can't assess its applications."
        ),
        "observes_here": N_(
            "{person} has been an observer on this call’s committee, so they can't assess its applications."
        ),
        "committee_not_odd": N_("Enter an odd number, at least 3."),
        "committee_institutions": N_("Enter a number from 2 to that of the voting members."),
        "both_dates_or_neither": N_("Enter both dates, or leave both empty: then no questions are taken."),
        "answers_before_questions": N_("Answers are due before questions end. Enter a later time."),
        "questions_after_closing": N_("Questions must end by the deadline. Enter an earlier time."),
        "answers_after_closing": N_("Answers must be published by the deadline. Enter an earlier time."),
        "no_questions": N_("This call takes no questions."),
        "too_late_to_ask": N_("The time for questions on this call is over."),
        "question_missing": N_("Enter the question."),
        "question_too_long": N_("A question has at most {most} characters."),
        "answer_text_missing": N_("Enter the answer."),
        "answer_unchanged": N_("The answer is the same as the published one."),
        "too_late_to_answer": N_("The deadline of this call has passed. It is too late for an answer."),
        "set_aside": N_("This question was set aside."),
        "already_answered": N_("This question has been answered already."),
        "total_not_100": N_("The sections add up to {total} points, not the usual 100."),
        "threshold_out_of_reach": N_(
            "Nobody can reach the threshold for “{key}”: it is above the maximum points."
        ),
        "award_max_above_amount": N_("The largest award must not be higher than the amount of the call."),
        "opens_in_the_past": N_("The opening is in the past. Choose a later one."),
        "joint_needs_two": N_("A joint application needs at least two beneficiaries of the Western Balkans."),
        "unusual_reason_missing": N_(
            "Give a reason: the largest award is above EUR 60 000, or one assessor is enough."
        ),
        "questions_over_already": N_("The period for questions has ended already, so nobody can ask any."),
        "envelope_promised_twice": N_("Together, the calls on this envelope may award more than it holds."),
        "award_max_above_cap": N_(
            "The largest award is above EUR {cap}, the most that the Financial Regulation lets a third party receive as"
            " financial support."
        ),
    }
)
