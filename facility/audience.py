"""Who hears of what: for each kind of event, what each of six roles gets of it.

A way is a mail, a page that shows it, or a task that waits. Whoever a row does not name gets nothing, for the reason that the
row gives. docs/audience.md is made of it; a test holds it to the reactions, routes and tasks that are there.
"""

from typing import NamedTuple

from facility.accounts import events as accounts
from facility.activities import events as activities
from facility.admission import events as admission
from facility.applications import events as applications
from facility.awards.events import awards, complaints, decisions, offers, versions
from facility.calls import events as calls
from facility.contracts import events as contracts
from facility.deployments.events import missions, wishes
from facility.deployments.events import requests as deployments
from facility.evaluation import events as evaluation
from facility.events.base import Event
from facility.experts.events import documents as profiles
from facility.experts.events import pool as experts
from facility.experts.events import rota
from facility.operations import events as operations

ROLES = ("lead", "partner", "assessor", "expert", "officer", "decider")
"""Officers are the secretariat, deciders the authorising officers."""


class Mail(NamedTuple):
    """A mail of this template."""

    template: str


class Page(NamedTuple):
    """A page at this address shows it."""

    path: str


class Task(NamedTuple):
    """It waits under this label on the start page."""

    label: str


type Way = Mail | Page | Task


class Row(NamedTuple):
    """`why`: why all those who are not named get nothing."""

    why: str
    lead: tuple[Way, ...] = ()
    partner: tuple[Way, ...] = ()
    assessor: tuple[Way, ...] = ()
    expert: tuple[Way, ...] = ()
    officer: tuple[Way, ...] = ()
    decider: tuple[Way, ...] = ()


def secretariat(why: str, *ways: Way) -> Row:
    """The secretariat alone."""
    return Row(why, officer=ways)


def staff(why: str, *ways: Way) -> Row:
    """The secretariat and the authorising officers."""
    return Row(why, officer=ways, decider=ways)


def applicants(why: str, *ways: Way) -> Row:
    """Lead and partners."""
    return Row(why, lead=ways, partner=ways)


def concerned(why: str, *ways: Way) -> Row:
    """Applicants and staff."""
    return Row(why, lead=ways, partner=ways, officer=ways, decider=ways)


APPLICATION = Page("/applications/{application_id}")
COMPLAINT = Page("/complaints/{complaint_id}")
RESULT = Page("/applications/{application_id}/result")
MISSION = Page("/applications/{application_id}/missions/{invitation_id}")
ACTIVITY = Page("/activities/{activity_id}")
STAFF_CALL = Page("/staff/calls/{call_id}")
CALL = Page("/calls/{reference}")
BOARD = Page("/evaluation/{call_id}")
REPORT = Page("/evaluation/{call_id}/report")
CONSENSUS = Page("/evaluation/applications/{application_id}/consensus")
AGREEING = Page("/assessments/{application_id}/consensus")
CONFLICTS = Page("/evaluation/{call_id}/conflicts")
COMMITTEE = Page("/evaluation/{call_id}/committee")
RANKING = Page("/evaluation/{call_id}/ranking")
OFFER = Page("/applications/{application_id}/offer")
AWARD = Page("/awards/{award_id}")
AGAIN = Page("/evaluation/{call_id}/again")
CONTRACT = Page("/contracts/{reference}")
DEPLOYMENT = Page("/deployments/{deployment_id}")
CONSULTATIONS = Page("/applications/{application_id}/consultations")
CLARIFICATIONS = Page("/applications/{application_id}/clarifications")
INSTITUTION = Page("/institutions/{body_id}")
PERSON = Page("/people/{account_id}")
EXPERT = Page("/experts/{expert_id}")
CANDIDATE = Page("/experts/candidates/{candidacy_id}")
RENEWAL = Page("/link/renewal/{token}")
THEME = Page("/themes/{theme_id}")
OWN_DAYS = Page("/link/profile/{token}/days")
OWN_DOCUMENTS = Page("/link/profile/{token}/documents")
CANDIDATES_DOCUMENTS = Page("/link/candidacy/{token}/documents")
OWN_PIN = Page("/link/profile/{token}/pin")
OWN_PROFILE = Page("/link/profile/{token}")
LEAVING = Page("/link/profile/{token}/leave")
OWN_WEEKS = Page("/link/profile/{token}/rota")
ROTA = Page("/rota")
GAPS = Task("Gaps in the stand-by rota")
SWAP = Page("/link/swap/{token}")
PARTNERS_NEWS = Mail("applications/partners")
REFUSED_DOCUMENT = (
    "The security officer has a mail; the sender saw it on the page. Nobody else needs to know."
)
DRAFTING = (
    "Only lead and partners see a draft. Who has confirmed hears of it when a confirmation becomes void."
)
SEALED = "What came in is sealed until two people open the call; others have no part in it yet."
INTERNAL = "Staff keep these data; nothing changes for anybody else."
TAXONOMY = "Everybody sees the themes where they choose them."
POOL = "What the pool knows of an expert is for the secretariat and auditors."
RELEASE = "The superior who is asked gets the mails with the link."
ASKING = "Who is asked stays with the secretariat; deciders see how many seats are filled."
JUDGING = "Applicants hear of the decision, with its scores; how it came about is for staff."
REPORTING = "Assessors and experts have no part in the report."
BETWEEN = "Lead and officer deal with it."
CONSULTING = "Staff consult; the applicant hears of the decision."
TOGETHER = "It comes together with another event, of which people are told."

AUDIENCE: dict[type[Event], Row] = {
    # Accounts
    accounts.InstitutionAbsorbed: secretariat(INTERNAL, INSTITUTION),
    accounts.InstitutionAdded: Row(INTERNAL, officer=(INSTITUTION, Task("New institutions to check"))),
    accounts.InstitutionApproved: secretariat(INTERNAL, INSTITUTION),
    accounts.InstitutionCorrected: secretariat(INTERNAL, INSTITUTION),
    accounts.InstitutionDeclined: secretariat(INTERNAL, INSTITUTION),
    accounts.InstitutionMerged: secretariat(INTERNAL, INSTITUTION),
    accounts.InstitutionRenamed: secretariat(INTERNAL, INSTITUTION),
    accounts.PersonAdded: secretariat(INTERNAL, PERSON),
    accounts.PersonApproved: Row(INTERNAL, lead=(Mail("accounts/approved"),), officer=(PERSON,)),
    accounts.PersonDeactivated: secretariat(
        "The person can't sign in any more and reads so when they try.", PERSON
    ),
    accounts.PersonDeclined: Row(INTERNAL, lead=(Mail("accounts/declined"),), officer=(PERSON,)),
    accounts.PersonInvited: Row(
        "Whoever gets an account is told, whatever role it has; experts need none.",
        lead=(Mail("accounts/invited"),),
        assessor=(Mail("accounts/invited"),),
        officer=(Mail("accounts/invited"), PERSON),
        decider=(Mail("accounts/invited"),),
    ),
    accounts.PersonMoved: secretariat(INTERNAL, PERSON),
    accounts.PersonReactivated: secretariat("The person asked for it and can sign in again.", PERSON),
    accounts.PersonRegistered: Row(
        INTERNAL, officer=(Mail("accounts/registered"), Task("Registrations to approve"))
    ),
    accounts.AccountsJoined: secretariat(INTERNAL, PERSON),
    accounts.PersonRenamed: secretariat("People correct their own names.", PERSON),
    accounts.RoleGiven: secretariat("The person sees it in the navigation.", PERSON),
    accounts.RoleTaken: secretariat("The person sees it in the navigation.", PERSON),
    accounts.SignatoryEnded: secretariat(INTERNAL, INSTITUTION),
    accounts.SignatoryNamed: secretariat(INTERNAL, INSTITUTION),
    accounts.SignedIn: Row("Nobody is told who signs in; auditors and administrators can read the log."),
    # Calls
    calls.AnswerPublished: Row(
        "Assessors and experts have no questions on a call.",
        lead=(
            Mail("calls/answered"),
            Mail("applications/call_answered"),
            Page("/calls/{reference}/questions"),
        ),
        partner=(Page("/calls/{reference}/questions"),),
        officer=(Page("/staff/questions/{question_id}"),),
        decider=(STAFF_CALL,),
    ),
    calls.CallArchived: staff("It changes a list of staff and nothing else.", STAFF_CALL),
    calls.CallCancelled: Row(
        "Experts are asked only for awards.",
        lead=(Mail("applications/call_cancelled"), CALL),
        partner=(Mail("applications/call_cancelled"), CALL),
        assessor=(Mail("evaluation/cancelled"),),
        officer=(Mail("calls/cancelled"), STAFF_CALL),
        decider=(Mail("calls/cancelled"), STAFF_CALL),
    ),
    calls.CallClosed: Row(
        "The time was known to all who apply; assessors begin when they are assigned.",
        lead=(CALL,),
        partner=(CALL,),
        officer=(Mail("awards/urgent"), Task("Closed calls to be opened by two people")),
        decider=(Mail("awards/urgent"), Task("Closed calls to be opened by two people")),
    ),
    calls.CallCorrected: Row(
        "Experts have no part in a call. Assessors judge by the version that was in force at its closing.",
        lead=(Mail("applications/call_corrected"), Page("/calls/{reference}/changes")),
        partner=(Page("/calls/{reference}/changes"),),
        assessor=(Page("/calls/{reference}/changes"),),
        officer=(STAFF_CALL,),
        decider=(STAFF_CALL,),
    ),
    calls.CallDraftChanged: staff("A draft is for staff.", STAFF_CALL),
    calls.CallDrafted: Row(
        "A draft is for staff.",
        officer=(STAFF_CALL, Task("Drafts of calls that a colleague wrote, to check and publish")),
        decider=(STAFF_CALL,),
    ),
    calls.CallPublished: Row(
        "Everybody can read it, or follow it by feed and calendar; mails go only to who takes part.",
        lead=(CALL, Page("/calls.atom")),
        partner=(CALL, Page("/calls.atom")),
        assessor=(CALL,),
        officer=(STAFF_CALL,),
        decider=(STAFF_CALL,),
    ),
    calls.CallTakenFromArchive: staff("It changes a list of staff and nothing else.", STAFF_CALL),
    calls.CancellationAsked: Row(
        "Nothing is cancelled yet.",
        officer=(Mail("calls/cancellation_asked"), Task("Calls that a colleague asks to cancel")),
        decider=(Mail("calls/cancellation_asked"), Task("Calls that a colleague asks to cancel")),
    ),
    calls.CancellationDropped: staff(
        "Nothing was cancelled, and nobody outside had heard of it.", STAFF_CALL
    ),
    calls.CorrigendumDrafted: Row(
        "A draft is for staff.",
        officer=(STAFF_CALL, Task("Corrigenda that a colleague wrote, to check and publish")),
        decider=(STAFF_CALL,),
    ),
    calls.CorrigendumDropped: staff("A draft is for staff.", STAFF_CALL),
    calls.DecisionHalfTime: staff("It presses those who decide.", Mail("awards/urgent")),
    calls.DecisionOverdue: Row(
        "It presses those who decide.",
        officer=(Mail("awards/urgent"), Task("Urgent applications to decide")),
        decider=(Mail("awards/urgent"), Task("Urgent applications to decide")),
    ),
    calls.QuestionAsked: secretariat(
        "A question is public only with its answer.", Task("Questions on calls to answer")
    ),
    calls.QuestionSetAside: Row(
        "Only who asked had heard of the question.",
        lead=(Mail("calls/set_aside"),),
        partner=(Mail("calls/set_aside"),),
        officer=(Page("/staff/questions/{question_id}"),),
    ),
    # Applications
    applications.ApplicationCarriedOver: Row(
        "The decision on the first batch tells lead and partners.",
        lead=(APPLICATION, RESULT),
        partner=(APPLICATION, RESULT),
        officer=(APPLICATION, BOARD),
        decider=(APPLICATION, BOARD),
    ),
    applications.ApplicationChanged: applicants(DRAFTING, APPLICATION),
    applications.ApplicationStarted: Row(
        DRAFTING, lead=(APPLICATION, Task("Your drafts that can still be submitted"))
    ),
    applications.ApplicationSubmitted: Row(
        SEALED,
        lead=(Mail("applications/receipt"), Page("/applications/{application_id}/receipt")),
        partner=(PARTNERS_NEWS, Page("/applications/{application_id}/receipt")),
        officer=(Page("/applications/received"),),
        decider=(Mail("applications/exception_waits"), Task("Exceptions to decide")),
    ),
    applications.ApplicationTakenUp: Row(SEALED, lead=(APPLICATION,), partner=(PARTNERS_NEWS, APPLICATION)),
    applications.ChangesBegun: applicants(
        "The version that was submitted stays valid, and partners are asked where what they confirmed changes.",
        APPLICATION,
    ),
    applications.ChangesDiscarded: Row(
        SEALED,
        lead=(Mail("applications/not_submitted_again"), APPLICATION),
        partner=(Mail("applications/no_longer_asked"), APPLICATION),
    ),
    applications.ApplicationWithdrawn: Row(
        "Experts are asked only for awards. Who was assessing it is told as their work ends (AssignmentsEnded).",
        lead=(APPLICATION,),
        partner=(Mail("applications/withdrawn"), APPLICATION),
        officer=(APPLICATION,),
        decider=(APPLICATION,),
    ),
    applications.ChangeAnswered: Row(
        DRAFTING, lead=(APPLICATION,), partner=(Mail("applications/change_answered"),)
    ),
    applications.ConfirmationsVoided: Row(
        DRAFTING,
        lead=(APPLICATION,),
        partner=(Mail("applications/ask_again"), Task("Applications to confirm or decline")),
    ),
    applications.ConsultationRecorded: applicants(
        "It belongs to a draft of the exception track.", APPLICATION
    ),
    applications.DocumentAttached: applicants(DRAFTING, APPLICATION),
    applications.DocumentInfected: Row(
        "The sender saw it on the page; the secretariat warns them.",
        lead=(APPLICATION,),
        officer=(Mail("applications/infected"),),
    ),
    applications.DocumentRefused: Row(REFUSED_DOCUMENT, lead=(APPLICATION,)),
    applications.DocumentRemoved: applicants(DRAFTING, APPLICATION),
    applications.LateSubmissionRefused: Row(
        "The lead saw the refusal on the page. The rest is a trace for auditors.", lead=(APPLICATION,)
    ),
    applications.LeadToldWhoIsMissing: Row(
        "Partners that have not answered are reminded by a mail of their own.",
        lead=(Mail("applications/missing"),),
    ),
    applications.PartFilledIn: applicants(DRAFTING, APPLICATION),
    applications.PartnerAskedForChange: Row(
        DRAFTING,
        lead=(Mail("applications/change_wanted"), Task("Changes that partners have requested")),
        partner=(APPLICATION,),
    ),
    applications.PartnerConfirmed: Row(
        DRAFTING, lead=(Mail("applications/answered"),), partner=(APPLICATION,)
    ),
    applications.PartnerDeclined: Row(
        DRAFTING, lead=(Mail("applications/answered"),), partner=(APPLICATION,)
    ),
    applications.PartnerInvited: Row(
        DRAFTING,
        lead=(APPLICATION,),
        partner=(Mail("applications/ask"), Task("Applications to confirm or decline")),
    ),
    applications.PartnerLeft: Row(
        "Who is left on board decides whether the application stands; that is told when it ends.",
        lead=(Mail("applications/left"),),
        partner=(APPLICATION,),
        officer=(APPLICATION, Task("Awards to reduce since a partner left")),
        decider=(APPLICATION,),
    ),
    applications.PartnerReminded: Row(
        DRAFTING, partner=(Mail("applications/reminder"),), lead=(APPLICATION,)
    ),
    applications.PartnerRemoved: Row(DRAFTING, partner=(Mail("applications/removed"),), lead=(APPLICATION,)),
    applications.PartnerReplaced: Row(DRAFTING, partner=(Mail("applications/removed"),), lead=(APPLICATION,)),
    applications.PartnersNoLongerAsked: Row(DRAFTING, partner=(Mail("applications/no_longer_asked"),)),
    applications.PartyMoved: Row(
        INTERNAL, lead=(APPLICATION,), partner=(APPLICATION,), officer=(APPLICATION,)
    ),
    applications.RefusalsAcknowledged: Row(DRAFTING, lead=(APPLICATION,)),
    # Admission
    admission.AdmissibilityChecked: Row(
        "Being admissible is no news before the decision. Assessors begin when they are assigned.",
        lead=(Mail("admission/inadmissible"), RESULT),
        partner=(PARTNERS_NEWS, RESULT),
        officer=(APPLICATION, BOARD),
        decider=(APPLICATION, BOARD),
    ),
    admission.CallOpened: Row(
        "Applicants know their application; assessors begin when they are assigned.",
        officer=(
            Page("/openings/{call_id}"),
            Task("Applications whose admissibility is to be checked"),
        ),
        decider=(Page("/openings/{call_id}"),),
    ),
    admission.ClarificationAnswered: Row(
        "Lead and officer deal with it; the others see the application as it is judged.",
        lead=(Page("/link/clarification/{token}"),),
        officer=(Mail("admission/clarified"), Task("Clarifications that were answered")),
        decider=(CLARIFICATIONS,),
    ),
    admission.ClarificationAsked: Row(
        BETWEEN,
        lead=(Mail("admission/clarify"),),
        officer=(CLARIFICATIONS, Task("Leads who did not get our question")),
        decider=(CLARIFICATIONS,),
    ),
    admission.ClarificationAskedAgain: Row(
        BETWEEN, lead=(Mail("admission/clarify"),), officer=(CLARIFICATIONS,), decider=(CLARIFICATIONS,)
    ),
    admission.ClarificationCancelled: Row(
        BETWEEN, lead=(Mail("admission/clarify"),), officer=(CLARIFICATIONS,), decider=(CLARIFICATIONS,)
    ),
    admission.ClarificationLapsed: Row(
        "Lead and officer deal with it; the lead knew the day.",
        officer=(Mail("admission/clarified"),),
        decider=(CLARIFICATIONS,),
    ),
    admission.ClarificationReminded: Row(BETWEEN, lead=(Mail("admission/clarify_again"),)),
    admission.ClarificationSettled: staff(
        "What it means stands in the admissibility check, of which the lead hears.", CLARIFICATIONS
    ),
    admission.ConsultationAnswered: Row(
        CONSULTING,
        officer=(
            Mail("admission/consultation_news"),
            Task("Answers of consultees to check"),
            CONSULTATIONS,
        ),
        decider=(CONSULTATIONS,),
    ),
    admission.ConsultationAskedAgain: staff(
        "The consultee is told by mail; the applicant hears of the decision.", CONSULTATIONS
    ),
    admission.ConsultationCancelled: staff(
        "The consultee is told by mail; the applicant hears of the decision.", CONSULTATIONS
    ),
    admission.ConsultationEndedTacitly: Row(
        CONSULTING, officer=(Mail("admission/consultation_news"), CONSULTATIONS), decider=(CONSULTATIONS,)
    ),
    admission.ConsultationExtended: Row(
        CONSULTING, officer=(Mail("admission/consultation_news"), CONSULTATIONS), decider=(CONSULTATIONS,)
    ),
    admission.ConsultationReminded: staff("The consultee is told by mail.", CONSULTATIONS),
    admission.ConsultationStarted: Row(
        "The consultee is told by mail; the applicant hears of the decision.",
        officer=(CONSULTATIONS, Task("Consultees who did not get our mail")),
        decider=(CONSULTATIONS,),
    ),
    admission.ConsulteeAdded: secretariat(INTERNAL, Page("/consultees/{consultee_id}")),
    admission.ConsulteeChanged: secretariat(INTERNAL, Page("/consultees/{consultee_id}")),
    admission.ExceptionDecided: Row(
        "Exceptions are not assessed, and have no experts yet.",
        lead=(Mail("admission/exception_decided"), APPLICATION),
        partner=(PARTNERS_NEWS, APPLICATION),
        officer=(APPLICATION, Task("Approved exceptions without an award")),
        decider=(APPLICATION,),
    ),
    admission.InitiativeRetired: staff(INTERNAL, Page("/initiatives")),
    admission.InitiativesImported: staff(INTERNAL, Page("/initiatives")),
    admission.LateAnswerTaken: staff(CONSULTING, CONSULTATIONS),
    admission.ObjectionAnswered: staff(CONSULTING, CONSULTATIONS),
    admission.OpeningStarted: Row(
        "What came in is still sealed.",
        officer=(Task("Closed calls to be opened by two people"), Page("/openings/{call_id}")),
        decider=(Task("Closed calls to be opened by two people"), Page("/openings/{call_id}")),
    ),
    admission.OverlapJudged: staff(
        "What it means for the applicant stands in the decision.",
        Page("/applications/{application_id}/overlap"),
    ),
    # Evaluation
    evaluation.ApplicationBroughtBack: staff(JUDGING, BOARD),
    evaluation.ApplicationSetAside: staff(JUDGING, BOARD),
    evaluation.AssessmentSent: Row(
        JUDGING,
        assessor=(Page("/assessments"),),
        officer=(
            BOARD,
            Task("Rankings to propose"),
            Task("Applications whose strengths and weaknesses are to be written"),
        ),
        decider=(BOARD,),
    ),
    evaluation.AssessorAssigned: Row(
        JUDGING,
        assessor=(Mail("evaluation/assigned"), Task("Applications to assess")),
        officer=(BOARD,),
        decider=(BOARD,),
    ),
    evaluation.AssessmentReopened: Row(
        JUDGING,
        assessor=(Mail("evaluation/reopened"), Task("Applications to assess")),
        officer=(BOARD,),
        decider=(BOARD,),
    ),
    evaluation.AssessorTakenOff: Row(
        JUDGING,
        assessor=(Mail("evaluation/taken_off"),),
        officer=(BOARD, Task("Calls whose applications lack assessors")),
        decider=(BOARD,),
    ),
    evaluation.AssignmentsEnded: Row(
        JUDGING, assessor=(Mail("evaluation/no_longer_assigned"),), officer=(BOARD,), decider=(BOARD,)
    ),
    evaluation.CommitteeMemberAppointed: Row(
        JUDGING,
        assessor=(Mail("evaluation/appointed"), COMMITTEE, Task("Declarations to sign for a call")),
        officer=(COMMITTEE, Task("Declarations to sign for a call")),
        decider=(COMMITTEE, Task("Committees to appoint"), Task("Declarations to sign for a call")),
    ),
    evaluation.CommitteeMemberLeft: Row(
        JUDGING,
        assessor=(Mail("evaluation/appointment_ended"),),
        officer=(COMMITTEE,),
        decider=(COMMITTEE, Task("Committees to appoint")),
    ),
    evaluation.ConsensusAnswered: Row(
        JUDGING, assessor=(AGREEING,), officer=(CONSENSUS,), decider=(CONSENSUS,)
    ),
    evaluation.ConsensusBegun: Row(
        JUDGING,
        assessor=(
            Mail("evaluation/consensus"),
            AGREEING,
            Task("Agreed scores to write"),
            Task("Applications on whose scores assessors are to agree"),
        ),
        officer=(CONSENSUS, Task("Applications on whose scores assessors are to agree")),
        decider=(CONSENSUS, Task("Applications on whose scores assessors are to agree")),
    ),
    evaluation.ConsensusClosed: Row(
        JUDGING,
        assessor=(AGREEING,),
        officer=(CONSENSUS, Task("Rankings to propose")),
        decider=(CONSENSUS,),
    ),
    evaluation.ConsensusEnded: Row(
        JUDGING,
        assessor=(Mail("evaluation/consensus_ended"), AGREEING, Task("Scores to settle")),
        officer=(Mail("evaluation/consensus_ended"), CONSENSUS, Task("Scores to settle")),
        decider=(CONSENSUS, Task("Scores to settle")),
    ),
    evaluation.ConsensusProposed: Row(
        JUDGING,
        assessor=(Mail("evaluation/agreed_scores"), AGREEING, Task("Agreed scores to answer on")),
        officer=(CONSENSUS,),
        decider=(CONSENSUS,),
    ),
    evaluation.ScoresUnsettled: Row(
        "The chair of the committee settles it, or the secretariat; applicants hear of the decision.",
        assessor=(Mail("evaluation/scores_unsettled"), Task("Scores to settle")),
        officer=(
            Mail("evaluation/scores_unsettled"),
            BOARD,
            CONSENSUS,
            Task("Scores to settle"),
            Task("Applications that need one more assessor"),
        ),
        decider=(BOARD, CONSENSUS, Task("Scores to settle")),
    ),
    evaluation.ConflictDecided: Row(
        JUDGING,
        assessor=(Mail("evaluation/conflict_decided"), Mail("evaluation/late_conflict")),
        officer=(
            Mail("evaluation/recused"),
            CONFLICTS,
            Task("Assessors with a conflict of interests to replace"),
        ),
        decider=(CONFLICTS,),
    ),
    evaluation.ConflictsFound: Row(
        "Only whoever decides on them hears of it.",
        assessor=(Mail("evaluation/possible_conflicts"),),
        officer=(CONFLICTS, Task("Possible conflicts of interests to decide")),
        decider=(CONFLICTS, Task("Possible conflicts of interests to decide")),
    ),
    evaluation.TieDeclared: Row(
        "It matters where it meets an application.", assessor=(Page("/me/ties"),), officer=(Page("/me/ties"),)
    ),
    evaluation.TieEnded: Row(
        "It matters where it meets an application.", assessor=(Page("/me/ties"),), officer=(Page("/me/ties"),)
    ),
    evaluation.ConflictDeclared: Row(
        JUDGING,
        assessor=(Page("/assessments"),),
        officer=(
            Mail("evaluation/recused"),
            Task("Calls whose applications lack assessors"),
            BOARD,
        ),
        decider=(BOARD,),
    ),
    evaluation.DeclarationSigned: Row(
        JUDGING, assessor=(Page("/assessments"),), officer=(BOARD,), decider=(BOARD,)
    ),
    evaluation.RecusedAttempt: Row("It is a trace for auditors; the person saw the refusal."),
    # Awards
    awards.AwardEnded: Row(
        "Assessors have done their part.",
        lead=(Mail("awards/ended"), RESULT),
        partner=(Mail("awards/ended"), RESULT),
        expert=(Mail("deployments/award_ended"), Mail("deployments/withdrawn")),
        officer=(AWARD,),
        decider=(AWARD,),
    ),
    awards.AcceptanceReminded: Row(
        "The lead alone answers; partners hear of the end.",
        lead=(Mail("awards/accept_reminder"), RESULT),
        officer=(AWARD,),
        decider=(AWARD,),
    ),
    awards.AcceptanceSettled: Row(
        "If the award ended, AwardEnded tells the others.",
        lead=(RESULT,),
        partner=(RESULT,),
        officer=(Mail("awards/accepted"), AWARD),
        decider=(AWARD,),
    ),
    complaints.ComplaintRegistered: Row(
        "The lead complains for all; who took part in the decision has no part in this one.",
        lead=(Mail("awards/complaint_registered"), Page("/applications/{application_id}/complaint")),
        officer=(COMPLAINT, Task("Complaints to decide")),
        decider=(COMPLAINT, Task("Complaints to decide")),
    ),
    complaints.ComplaintDecided: Row(
        "If something is decided again, its own letter tells the others.",
        lead=(Mail("awards/complaint_decided"), Page("/applications/{application_id}/complaint")),
        officer=(COMPLAINT,),
        decider=(COMPLAINT,),
    ),
    awards.AwardSigned: Row(
        "Whoever signs knows of it; the others have no part in it.",
        officer=(AWARD, Task("Awards whose agreement is to be signed")),
        decider=(AWARD, Task("Awards whose agreement is to be signed")),
    ),
    awards.PublicationWithheld: Row(
        "What is not published is not talked about either.", officer=(AWARD,), decider=(AWARD,)
    ),
    awards.WithholdingLifted: Row(
        "Everybody can read it in the public list once it is signed.", officer=(AWARD,), decider=(AWARD,)
    ),
    awards.AwardMade: Row(
        "Assessors have done their part; experts hear when they are asked. With a decision, AwardsDecided tells.",
        lead=(
            Mail("awards/award"),
            Mail("awards/exceptional"),
            RESULT,
            Task("Awards without an activity"),
            Task("Awards to accept"),
        ),
        partner=(PARTNERS_NEWS, RESULT),
        officer=(
            AWARD,
            Task("Awards that leads have to accept"),
            Task("Awards that were not accepted in time"),
        ),
        decider=(AWARD,),
    ),
    decisions.AwardsDecided: Row(
        "Assessors have done their part; experts hear when they are asked.",
        lead=(
            Mail("awards/award"),
            Mail("awards/reserve"),
            Mail("awards/not_funded"),
            Mail("awards/carried_over"),
            RESULT,
        ),
        partner=(PARTNERS_NEWS, RESULT),
        officer=(Mail("awards/ranking_decided"), RANKING),
        decider=(RANKING,),
    ),
    decisions.AwardsProposed: Row(
        JUDGING,
        assessor=(Mail("awards/report_to_sign"), Task("Evaluation reports to sign")),
        officer=(RANKING, Task("Evaluation reports that the committee signs")),
        decider=(
            Mail("awards/proposed"),
            Task("Evaluation reports that the committee signs"),
            Task("Proposed rankings to decide"),
        ),
    ),
    awards.ClosingProposed: staff(
        "Nothing is closed yet.", AWARD, Task("Awards that a colleague proposed to close")
    ),
    decisions.CoolDownSetAside: staff(JUDGING, RANKING),
    decisions.ReasonsWritten: staff(JUDGING, RANKING),
    decisions.ReportSigned: Row(
        JUDGING, assessor=(REPORT,), officer=(REPORT,), decider=(REPORT, Task("Proposed rankings to decide"))
    ),
    decisions.ProposalSentBack: Row(
        JUDGING, officer=(Mail("awards/ranking_sent_back"), RANKING), decider=(RANKING,)
    ),
    decisions.ProposalTakenBack: Row(
        JUDGING, officer=(Mail("awards/ranking_decided"), RANKING), decider=(RANKING,)
    ),
    offers.PartialOfferAskedAgain: Row(
        BETWEEN, lead=(Mail("awards/partial_offer"), OFFER), officer=(OFFER,), decider=(OFFER,)
    ),
    offers.PartialOfferEnded: Row(
        BETWEEN,
        lead=(Mail("awards/partial_offer_ended"), Mail("awards/partial_offer_cancelled"), OFFER),
        officer=(OFFER,),
        decider=(OFFER,),
    ),
    offers.PartialOffered: Row(
        BETWEEN,
        lead=(Mail("awards/partial_offer"), OFFER, Task("Offers of a part to answer")),
        officer=(OFFER, Task("Offers of a part that did not arrive"), Task("Leads who are offered a part")),
        decider=(OFFER,),
    ),
    offers.PartialOfferReminded: Row(BETWEEN, lead=(Mail("awards/partial_offer_again"),)),
    decisions.ReserveEnded: Row(
        "Assessors have done their part; experts are asked only for awards.",
        lead=(Mail("awards/ended"), RESULT),
        partner=(Mail("awards/ended"), RESULT),
        officer=(RANKING,),
        decider=(RANKING,),
    ),
    versions.RankingReopened: Row(
        "The lead gets the answer to its complaint. Who assessed is told as their work ends (AssessorTakenOff).",
        officer=(AGAIN, Task("New versions of rankings to propose")),
        decider=(AGAIN,),
    ),
    versions.VersionProposed: Row(
        JUDGING,
        assessor=(Mail("awards/report_to_sign"), Task("Evaluation reports of new versions to sign")),
        officer=(AGAIN,),
        decider=(Mail("awards/proposed"), Task("New versions of rankings to decide")),
    ),
    versions.VersionDecided: Row(
        "Assessors have done their part; experts are asked only for awards. Whose result is the same gets no letter.",
        lead=(Mail("awards/reserve"), Mail("awards/not_funded"), RESULT),
        partner=(PARTNERS_NEWS, RESULT),
        officer=(Mail("awards/version_decided"), RANKING),
        decider=(RANKING,),
    ),
    versions.VersionClosed: staff("Nothing changes.", RANKING),
    versions.ReserveMoved: Row(
        TOGETHER, lead=(RESULT,), partner=(RESULT,), officer=(RANKING,), decider=(RANKING,)
    ),
    decisions.ReservePlaced: Row(
        TOGETHER, lead=(RESULT,), partner=(RESULT,), officer=(RANKING,), decider=(RANKING,)
    ),
    awards.ReductionProposed: Row(
        "Nothing is taken off yet.",
        officer=(AWARD, Task("Awards that you propose to reduce")),
        decider=(Mail("awards/reduction_proposed"), Task("Awards that a colleague proposes to reduce")),
    ),
    awards.ReductionSettled: Row(
        "If it was agreed, AwardReduced tells the lead; else nothing happened.",
        officer=(Mail("awards/proposal_decided"), AWARD),
        decider=(AWARD,),
    ),
    awards.AwardReduced: Row(
        "Activities and experts stay; the partners' own parts stay as they are.",
        lead=(Mail("awards/reduced"), RESULT),
        partner=(RESULT,),
        officer=(AWARD,),
        decider=(AWARD,),
    ),
    awards.ExceptionalProposed: Row(
        "Nothing is awarded yet.",
        officer=(Task("Awards on exceptions that you propose"),),
        decider=(
            Mail("awards/exceptional_proposed"),
            Task("Awards on exceptions that a colleague proposes"),
        ),
    ),
    awards.ExceptionalSettled: Row(
        "If it was agreed, AwardMade tells the others; else nothing happened.",
        officer=(Mail("awards/proposal_decided"),),
        decider=(Mail("awards/proposal_decided"),),
    ),
    awards.WithdrawalProposed: Row(
        "Nothing is withdrawn yet.",
        officer=(Mail("awards/withdrawal_proposed"), Task("Awards that a colleague proposes to withdraw")),
        decider=(
            Mail("awards/withdrawal_proposed"),
            Task("Awards that a colleague proposes to withdraw"),
            Task("Awards that are proposed to lapse"),
        ),
    ),
    awards.WithdrawalSettled: Row(
        "If it was agreed, AwardEnded tells the others; else nothing happened.",
        officer=(Mail("awards/proposal_decided"), AWARD),
        decider=(Mail("awards/proposal_decided"), AWARD),
    ),
    # Contracts
    contracts.AgreementSigned: staff(INTERNAL, CONTRACT),
    contracts.CommitmentChanged: staff(TOGETHER, CONTRACT),
    contracts.CommitmentShared: staff(INTERNAL, CONTRACT),
    contracts.ContractOpened: staff(INTERNAL, CONTRACT),
    contracts.EnlargementProposed: Row(
        "Nothing is enlarged yet.",
        officer=(Mail("awards/enlargement_proposed"), Task("Envelopes that a colleague proposes to enlarge")),
        decider=(Mail("awards/enlargement_proposed"), Task("Envelopes that a colleague proposes to enlarge")),
    ),
    contracts.EnlargementSettled: Row(
        "Who is served from a reserve list by it hears of the award.",
        officer=(Mail("awards/proposal_decided"), CONTRACT),
        decider=(Mail("awards/proposal_decided"), CONTRACT),
    ),
    contracts.EnvelopeChanged: staff("Who is served from a reserve list by it hears of the award.", CONTRACT),
    contracts.EnvelopeOpened: staff(INTERNAL, CONTRACT),
    contracts.UnitCostEntered: Row(
        "Budgets say which list they use; one that was made keeps its list.",
        lead=(Page("/unit-costs"),),
        partner=(Page("/unit-costs"),),
        officer=(Page("/unit-costs"),),
        decider=(Page("/unit-costs"),),
    ),
    # Experts and deployments
    experts.BookingReleased: secretariat(TOGETHER, EXPERT),
    experts.CalendarLinkEnded: Row(POOL, expert=(OWN_DAYS,), officer=(EXPERT,)),
    experts.CalendarLinkMade: Row(POOL, expert=(OWN_DAYS,), officer=(EXPERT,)),
    experts.CandidacySent: Row(
        POOL,
        expert=(Page("/link/candidacy/{token}"),),
        officer=(Mail("experts/candidate"), Task("Candidates for the pool of experts"), CANDIDATE),
    ),
    experts.CandidateKnown: Row(
        "The authority that nominated them does not learn who is in the pool.",
        officer=(CANDIDATE,),
    ),
    experts.CandidateNominated: Row(
        POOL, expert=(Mail("experts/nominated"), Mail("experts/profile")), officer=(CANDIDATE,)
    ),
    experts.CandidateRefused: Row(POOL, expert=(Mail("experts/not_validated"),), officer=(CANDIDATE,)),
    experts.CandidateValidated: Row(POOL, expert=(Mail("experts/validated"),), officer=(CANDIDATE,)),
    experts.ExpertBooked: secretariat(TOGETHER, GAPS, EXPERT),
    experts.ExpertChanged: Row(
        POOL,
        expert=(Mail("experts/profile"), Mail("experts/taken_out"), OWN_PROFILE),
        officer=(GAPS, EXPERT),
    ),
    experts.ExpertLeft: Row(POOL, expert=(Mail("experts/left"), RENEWAL, LEAVING), officer=(GAPS, EXPERT)),
    experts.ExpertRegistered: secretariat(POOL, EXPERT),
    experts.ExpertRenewed: Row(POOL, expert=(RENEWAL,), officer=(EXPERT,)),
    experts.NoticeAgreed: Row(POOL, expert=(OWN_PROFILE,), officer=(EXPERT,)),
    experts.PinChosen: Row(POOL, expert=(OWN_PIN,), officer=(EXPERT,)),
    experts.PinDeleted: Row(POOL, expert=(OWN_PIN,), officer=(EXPERT,)),
    profiles.CandidateDocumentAttached: Row(POOL, expert=(CANDIDATES_DOCUMENTS,), officer=(CANDIDATE,)),
    profiles.CandidateDocumentInfected: Row(
        "The sender saw it on the page; the secretariat warns them.",
        officer=(Mail("experts/infected"), CANDIDATE),
    ),
    profiles.CandidateDocumentRefused: Row(REFUSED_DOCUMENT, officer=(CANDIDATE,)),
    profiles.CandidateDocumentRemoved: Row(POOL, expert=(CANDIDATES_DOCUMENTS,), officer=(CANDIDATE,)),
    profiles.ProfileDocumentAttached: Row(POOL, expert=(OWN_DOCUMENTS,), officer=(EXPERT,)),
    profiles.ProfileDocumentInfected: Row(
        "The sender saw it on the page; the secretariat warns them.",
        officer=(Mail("experts/infected"), EXPERT),
    ),
    profiles.ProfileDocumentRefused: Row(REFUSED_DOCUMENT, officer=(EXPERT,)),
    profiles.ProfileDocumentRemoved: Row(POOL, expert=(OWN_DOCUMENTS,), officer=(EXPERT,)),
    experts.ProfileLinkEnded: secretariat(POOL, EXPERT),
    experts.RenewalAsked: Row(
        POOL,
        expert=(Mail("experts/renew"), RENEWAL),
        officer=(Task("Renewals of experts that did not get through"), EXPERT),
    ),
    experts.RenewalAskedAgain: Row(POOL, expert=(Mail("experts/renew"), RENEWAL), officer=(EXPERT,)),
    experts.RenewalCancelled: Row(
        POOL, expert=(Mail("experts/renewal_cancelled"), RENEWAL), officer=(EXPERT,)
    ),
    experts.RenewalLapsed: Row(POOL, expert=(RENEWAL,), officer=(EXPERT,)),
    experts.RenewalReminded: Row(POOL, expert=(Mail("experts/renew_again"), RENEWAL), officer=(EXPERT,)),
    experts.SuperiorConfirmed: secretariat(POOL, EXPERT),
    experts.ThemeAdded: secretariat(TAXONOMY, THEME),
    experts.ThemeChanged: secretariat(TAXONOMY, THEME),
    experts.ThemeRestored: secretariat(TAXONOMY, THEME),
    experts.ThemeRetired: secretariat(TAXONOMY, THEME),
    experts.ProfileLinkSent: Row(POOL, expert=(Mail("experts/profile"),), officer=(EXPERT,)),
    rota.PutOnCall: Row(POOL, expert=(Mail("experts/on_call"), OWN_WEEKS), officer=(ROTA, EXPERT)),
    rota.RotaBegun: secretariat("Experts hear when they are on call.", GAPS, ROTA, THEME),
    rota.RotaEnded: secretariat("It ends only while nobody is on call.", ROTA, THEME),
    rota.SwapAgreed: Row(POOL, expert=(Mail("experts/swap_agreed"), OWN_WEEKS), officer=(ROTA, EXPERT)),
    rota.SwapAskedAgain: Row(POOL, expert=(Mail("experts/swap"), SWAP), officer=(EXPERT,)),
    rota.SwapCancelled: Row(POOL, expert=(Mail("experts/swap_cancelled"), SWAP), officer=(EXPERT,)),
    rota.SwapDeclined: Row(POOL, expert=(Mail("experts/swap_not_agreed"), SWAP), officer=(EXPERT,)),
    rota.SwapLapsed: Row(POOL, expert=(Mail("experts/swap_not_agreed"), SWAP), officer=(EXPERT,)),
    rota.SwapOffered: Row(
        POOL,
        expert=(Mail("experts/swap"), SWAP, OWN_WEEKS),
        officer=(Task("Offers of weeks on call that did not get through"), ROTA, EXPERT),
    ),
    rota.SwapReminded: Row(POOL, expert=(Mail("experts/swap_again"), SWAP), officer=(EXPERT,)),
    rota.TakenOffCall: Row(
        POOL,
        expert=(Mail("experts/off_call"), OWN_WEEKS),
        officer=(GAPS, ROTA, EXPERT),
    ),
    rota.WeekTakenOver: Row(TOGETHER, expert=(OWN_WEEKS,), officer=(EXPERT,)),
    deployments.DeploymentCalledOff: Row(
        ASKING,
        lead=(Mail("activities/experts"),),
        expert=(Mail("deployments/called_off"), Page("/link/invitation/{token}")),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    deployments.DeploymentEnded: Row(
        ASKING, expert=(Mail("deployments/award_ended"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    missions.CancellationFeeOwed: Row(
        ASKING,
        expert=(Page("/link/invitation/{token}"),),
        officer=(DEPLOYMENT, Task("Pay of experts to confirm")),
        decider=(DEPLOYMENT,),
    ),
    missions.DueConfirmed: Row(
        ASKING, expert=(Mail("deployments/due"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.ExpertAskedAgain: Row(
        ASKING,
        expert=(Mail("deployments/invitation"), Page("/link/invitation/{token}")),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    deployments.ExpertInvited: Row(
        ASKING,
        expert=(Mail("deployments/invitation"), Page("/link/invitation/{token}")),
        officer=(DEPLOYMENT, Task("Experts who did not get our invitation")),
        decider=(DEPLOYMENT,),
    ),
    deployments.ExpertiseRequested: Row(
        ASKING, officer=(DEPLOYMENT, Task("Orders of experts to confirm")), decider=(DEPLOYMENT,)
    ),
    deployments.InvitationAccepted: Row(
        ASKING,
        expert=(
            Mail("deployments/accepted"),
            Mail("deployments/appointment"),
            Mail("deployments/superior"),
        ),
        lead=(Mail("activities/experts"),),
        officer=(
            DEPLOYMENT,
            Task("Experts whose superior is not known"),
            Task("Experts whose superior is not confirmed"),
        ),
        decider=(DEPLOYMENT,),
    ),
    deployments.ExpertAppointed: Row(
        ASKING,
        expert=(Page("/link/invitation/{token}"),),
        officer=(DEPLOYMENT,),
    ),
    deployments.InvitationDeclined: Row(
        ASKING, expert=(Page("/link/invitation/{token}"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.InvitationEnded: Row(
        ASKING,
        lead=(Mail("activities/experts"),),
        expert=(
            Mail("deployments/withdrawn"),
            Mail("deployments/called_off"),
            Mail("deployments/cancelled"),
            Mail("deployments/disowned"),
            Mail("deployments/not_released"),
            Mail("deployments/taken"),
            Page("/link/invitation/{token}"),
        ),
        officer=(
            Mail("deployments/taken_back"),
            Mail("deployments/not_their_yes"),
            Mail("deployments/not_released"),
            DEPLOYMENT,
        ),
        decider=(DEPLOYMENT,),
    ),
    deployments.InvitationExpired: Row(
        ASKING, expert=(Page("/link/invitation/{token}"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.InvitationReminded: Row(
        ASKING, expert=(Mail("deployments/reminder"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.ListExhausted: Row(
        ASKING,
        officer=(Mail("deployments/exhausted"), Task("Requests for experts whose list has run out")),
        decider=(DEPLOYMENT,),
    ),
    missions.MissionOver: Row(
        ASKING,
        expert=(Mail("deployments/travel"), Page("/link/invitation/{token}")),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    deployments.ListExtended: staff(ASKING, DEPLOYMENT),
    deployments.MatchingDecided: secretariat(ASKING, Page("/deployments/matching/{matching_id}")),
    deployments.MatchingProposed: secretariat(
        "Nobody is asked by it.", Page("/deployments/matching/{matching_id}")
    ),
    deployments.OrderConfirmed: Row(
        ASKING, lead=(Mail("activities/experts"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.ReleaseAsked: Row(
        RELEASE, expert=(Page("/link/invitation/{token}"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.ReleaseAskedAgain: Row(
        RELEASE, expert=(Page("/link/invitation/{token}"),), officer=(DEPLOYMENT,), decider=(DEPLOYMENT,)
    ),
    deployments.ReleaseCancelled: staff(RELEASE, DEPLOYMENT),
    deployments.ReleaseGiven: Row(
        RELEASE,
        expert=(
            Mail("deployments/released"),
            Mail("deployments/appointment"),
            Page("/link/invitation/{token}"),
        ),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    deployments.ReleaseRefused: staff(RELEASE, DEPLOYMENT),
    deployments.ReleaseReminded: secretariat(RELEASE, DEPLOYMENT),
    deployments.ReleaseUnanswered: Row(
        RELEASE, officer=(DEPLOYMENT, Task("Releases that nobody answered")), decider=(DEPLOYMENT,)
    ),
    deployments.ShortlistRenewed: secretariat(ASKING, DEPLOYMENT),
    deployments.PinRefused: Row(
        ASKING,
        expert=(Page("/link/invitation/{token}"),),
        officer=(DEPLOYMENT, Task("Invitations locked by a wrong PIN")),
        decider=(DEPLOYMENT,),
    ),
    missions.MissionReportAsked: Row(
        ASKING,
        lead=(MISSION, Task("Missions to give feedback on")),
        expert=(Mail("deployments/report"),),
        officer=(DEPLOYMENT, Task("Experts who did not get the mail about their report")),
        decider=(DEPLOYMENT,),
    ),
    missions.MissionReportReminded: Row(
        ASKING,
        expert=(Mail("deployments/report_again"), Mail("deployments/report_late")),
        officer=(DEPLOYMENT, Task("Mission reports that are late")),
        decider=(DEPLOYMENT,),
    ),
    missions.MissionReportSent: Row(
        "Its text is for the lead, the secretariat and auditors.",
        lead=(Mail("deployments/report_there"), MISSION),
        expert=(Page("/link/mission_report/{token}"),),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    missions.MissionReportWaived: Row(
        ASKING,
        lead=(MISSION,),
        expert=(Mail("deployments/report_waived"), Page("/link/mission_report/{token}")),
        officer=(DEPLOYMENT,),
        decider=(DEPLOYMENT,),
    ),
    missions.ExpertFeedbackGiven: Row(
        "What the lead says of an expert is for the secretariat alone.",
        lead=(MISSION,),
        officer=(DEPLOYMENT,),
    ),
    missions.TravelStated: Row(
        ASKING,
        officer=(DEPLOYMENT, Task("Pay of experts to confirm")),
        decider=(DEPLOYMENT,),
    ),
    missions.TravelWindowsEntered: staff(
        "It counts for requests to come; each request shows the windows that it keeps.",
        Page("/travel-windows"),
    ),
    wishes.WishMade: Row(
        "Who is asked is not known yet.",
        lead=(ACTIVITY,),
        partner=(ACTIVITY,),
        officer=(Task("Experts that leads ask for"), ACTIVITY),
        decider=(ACTIVITY,),
    ),
    wishes.WishRefused: Row(
        "Nobody is asked.",
        lead=(Mail("activities/experts"), ACTIVITY),
        partner=(ACTIVITY,),
        officer=(ACTIVITY,),
        decider=(ACTIVITY,),
    ),
    wishes.WishTakenBack: concerned("Nobody was asked.", ACTIVITY),
    wishes.WishTakenUp: concerned(ASKING, ACTIVITY),
    # Activities
    activities.ActivityCancelled: Row(
        "Assessors have done their part.",
        lead=(ACTIVITY,),
        partner=(Mail("activities/moved"), ACTIVITY),
        expert=(Mail("deployments/days_without_activity"),),
        officer=(
            Mail("deployments/days_without_activity"),
            Task("Experts booked on days without an activity"),
            ACTIVITY,
        ),
        decider=(ACTIVITY,),
    ),
    activities.ActivityChanged: concerned(
        "Title or place were corrected; experts have days and place in their own booking.", ACTIVITY
    ),
    activities.ActivityCompleted: Row(
        REPORTING,
        lead=(ACTIVITY,),
        partner=(ACTIVITY,),
        officer=(Task("Reported activities to verify"), ACTIVITY),
        decider=(ACTIVITY,),
    ),
    activities.ActivityPlanned: Row(
        "The lead plans with its partners; experts hear when they are asked, or when their days have an activity again.",
        lead=(ACTIVITY,),
        partner=(Page("/activities"), ACTIVITY),
        expert=(Mail("deployments/days_with_activity"),),
        officer=(ACTIVITY,),
        decider=(ACTIVITY,),
    ),
    activities.ActivityPostponed: Row(
        "Assessors have done their part.",
        lead=(ACTIVITY,),
        partner=(Mail("activities/moved"), ACTIVITY),
        expert=(Mail("deployments/days_without_activity"), Mail("deployments/days_with_activity")),
        officer=(
            Mail("deployments/days_without_activity"),
            Task("Experts booked on days without an activity"),
            ACTIVITY,
        ),
        decider=(ACTIVITY,),
    ),
    activities.ActivityVerified: concerned(REPORTING, ACTIVITY),
    activities.AttendanceRecorded: concerned(REPORTING, ACTIVITY),
    activities.EvidenceAttached: concerned(REPORTING, ACTIVITY),
    activities.EvidenceInfected: Row(
        "The sender saw it on the page; the secretariat warns them.",
        officer=(Mail("activities/infected"), ACTIVITY),
    ),
    activities.EvidenceRefused: Row(REFUSED_DOCUMENT, lead=(ACTIVITY,), officer=(ACTIVITY,)),
    activities.EvidenceRemoved: concerned(REPORTING, ACTIVITY),
    activities.ActivityDaysCorrected: concerned(REPORTING, ACTIVITY),
    activities.CompletionUndone: Row(
        REPORTING,
        lead=(Mail("activities/taken_back"), ACTIVITY),
        partner=(ACTIVITY,),
        officer=(ACTIVITY,),
        decider=(ACTIVITY,),
    ),
    activities.VerificationUndone: concerned(REPORTING, ACTIVITY),
    # Operations
    operations.DocumentsCollected: Row("It concerns only those who run the service."),
    operations.MailQueuedAgain: secretariat(
        "It concerns only those who run the service.", Page("/operations/outbox")
    ),
    operations.ReactionRunAgain: Row("It concerns only those who run the service."),
    operations.StepRunAgain: Row("It concerns only those who run the service."),
}

TO_OTHERS = {
    "deployments/release": "the superior of an expert who said yes",
    "deployments/release_again": "the same",
    "deployments/release_off": "the same",
    "accounts/known": "who registers with an address that has an account",
    "accounts/register": "who begins to register",
    "accounts/sign_in": "who asks for a link to sign in",
    "accounts/waiting": "who asks for a link before being approved",
    "activities/refused": "the security officer",
    "admission/consultation_cancelled": "a consultee",
    "admission/consulted": "a consultee",
    "admission/consulted_again": "a consultee",
    "applications/refused": "the security officer",
    "experts/refused": "the security officer",
    "experts/apply": "who wants to join the pool of experts",
    "experts/nominate": "who wants to nominate an expert",
    "experts/waiting": "who asks again while the application for the pool waits",
}
"""Mails to people in none of the six roles."""
