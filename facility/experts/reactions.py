"""Mails about joining the pool and about one's profile. No subject holds personal data."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from facility.accounts.service.people import active_people
from facility.accounts.service.security_officer import security_officers
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.experts.events.documents import (
    CandidateDocumentInfected,
    CandidateDocumentRefused,
    ProfileDocumentInfected,
    ProfileDocumentRefused,
)
from facility.experts.events.pool import (
    CandidacySent,
    CandidateNominated,
    CandidateRefused,
    CandidateValidated,
    ExpertChanged,
    ExpertLeft,
    ProfileLinkSent,
    RenewalAsked,
    RenewalAskedAgain,
    RenewalCancelled,
    RenewalReminded,
)
from facility.experts.events.rota import (
    PutOnCall,
    SwapAgreed,
    SwapAskedAgain,
    SwapCancelled,
    SwapDeclined,
    SwapLapsed,
    SwapOffered,
    SwapReminded,
    TakenOffCall,
)
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.profile import Expert, Theme
from facility.experts.models.renewal import Renewal
from facility.experts.models.rota import Swap
from facility.experts.queries import pool as queries
from facility.experts.rules.candidacy import CandidacyState
from facility.experts.rules.rota import last_day
from facility.experts.service.joining import candidate_link, end_nomination_of_member
from facility.experts.service.profile_link import PROFILE, profile_link
from facility.experts.service.renewals import RENEWAL, cancel_renewals
from facility.experts.service.swaps import SWAP, write_about
from facility.experts.words import week_days
from facility.inquiries.kinds import Mailing
from facility.inquiries.service import ask_at_new_address, send_link, send_reminder
from facility.outbox.links import live_link, make_link, revoke_links
from facility.outbox.models import Link
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.filters import days
from facility.web.i18n import N_, _
from facility.zone import BRUSSELS


async def _to_candidate(
    tx: Tx, candidacy: Candidacy, template: str, subject: str, link: Link | None, **context: Any
) -> None:
    await post(
        tx,
        template=f"experts/{template}",
        to=candidacy.email,
        to_name=candidacy.name,
        subject=subject,
        subject_id=candidacy.id,
        link=link,
        context=context,
    )


async def _send_profile_link(tx: Tx, expert: Expert, link: Link) -> None:
    await post(
        tx,
        template="experts/profile",
        to=expert.email,
        to_name=expert.name,
        subject=_("Your profile in the pool"),
        subject_id=expert.id,
        link=link,
    )


@reacts_to(CandidateNominated)
async def ask_the_nominated(tx: Tx, event: CandidateNominated) -> None:
    """The form goes to the expert; one who is in the pool already gets the link to the profile, and the candidacy ends."""
    candidacy = await tx.get(Candidacy, event.candidacy_id)
    if candidacy.state != CandidacyState.INVITED:
        return
    if expert := await end_nomination_of_member(tx, candidacy.id):
        await _send_profile_link(tx, expert, await profile_link(tx, expert.id))
        return
    link = await candidate_link(tx, candidacy.id)
    named = {"authority": candidacy.authority, "nominator": candidacy.nominator}
    await _to_candidate(
        tx, candidacy, "nominated", _("You are nominated for the pool of experts"), link, **named
    )


@reacts_to(CandidacySent)
async def tell_the_secretariat(tx: Tx, event: CandidacySent) -> None:
    """Somebody is to be validated or refused."""
    for officer in await active_people(tx, Role.SECRETARIAT):
        await post(
            tx,
            template="experts/candidate",
            to=officer.email,
            to_name=officer.name,
            subject=_("A candidate for the pool of experts"),
            subject_id=event.candidacy_id,
            context={"path": f"/experts/candidates/{event.candidacy_id}"},
        )


@reacts_to(CandidateValidated)
async def welcome(tx: Tx, event: CandidateValidated) -> None:
    """With the reason, and the link by which the expert keeps the profile."""
    candidacy = await tx.get(Candidacy, event.candidacy_id)
    link = await profile_link(tx, event.expert_id)
    subject = _("You are in the pool of experts")
    await _to_candidate(tx, candidacy, "validated", subject, link, reason=candidacy.reason)


@reacts_to(CandidateRefused)
async def tell_the_refused(tx: Tx, event: CandidateRefused) -> None:
    """The reason, in the secretariat's words."""
    candidacy = await tx.get(Candidacy, event.candidacy_id)
    subject = _("Your application for the pool")
    await _to_candidate(tx, candidacy, "not_validated", subject, None, reason=candidacy.reason)


@reacts_to(ProfileLinkSent)
async def send_the_link(tx: Tx, event: ProfileLinkSent) -> None:
    """The link that stands; none where it was ended meanwhile."""
    if link := await live_link(tx, PROFILE, event.expert_id):
        await _send_profile_link(tx, await tx.get(Expert, event.expert_id), link)


@reacts_to(ExpertChanged)
async def move_the_profile_link(tx: Tx, event: ExpertChanged) -> None:
    """The address was corrected: what went to the old one opens nothing any more."""
    if "email" in event.fields and await live_link(tx, PROFILE, event.expert_id):
        await revoke_links(tx, PROFILE, event.expert_id)
        link = await make_link(tx, PROFILE, event.expert_id)
        await _send_profile_link(tx, await tx.get(Expert, event.expert_id), link)


@reacts_to(ExpertChanged)
async def ask_at_the_new_address(tx: Tx, event: ExpertChanged) -> None:
    """Whether the expert stays is asked at the corrected address; no more where the secretariat has settled it."""
    if not {"valid_until", "active"}.isdisjoint(event.fields):
        await cancel_renewals(tx, event.expert_id)
    elif "email" in event.fields:
        await ask_at_new_address(tx, RENEWAL, Renewal.expert_id == event.expert_id)


@reacts_to(ExpertLeft)
async def confirm_that_they_left(tx: Tx, event: ExpertLeft) -> None:
    """To the address of the profile, since by a link nobody knows who pressed the button."""
    await _tell_who_is_out(tx, event.expert_id, "left", _("You have left the pool of experts"))


@reacts_to(ExpertChanged)
async def confirm_that_they_were_taken_out(tx: Tx, event: ExpertChanged) -> None:
    """The secretariat took the expert out of the pool."""
    if "active" in event.fields:
        subject = _("You are no longer in the pool of experts")
        await _tell_who_is_out(tx, event.expert_id, "taken_out", subject)


async def _tell_who_is_out(tx: Tx, expert_id: UUID, template: str, subject: str) -> None:
    """Not where the expert is back in the pool; with the days to come for which they are booked, which stand."""
    expert = await tx.get(Expert, expert_id)
    if expert.active:
        return
    today = tx.now.astimezone(BRUSSELS).date()
    shown = await queries.expert(await tx.session.connection(), expert_id)
    await post(
        tx,
        template=f"experts/{template}",
        to=expert.email,
        to_name=expert.name,
        subject=subject,
        subject_id=expert.id,
        context={"booked": [days(stay.starts_on, stay.ends_on) for stay in shown.booked_from(today)]},
    )


@reacts_to(RenewalAsked, RenewalAskedAgain)
async def ask_whether_to_stay(tx: Tx, event: RenewalAsked | RenewalAskedAgain) -> None:
    """The mail with the link; none where it has ended."""
    await send_link(tx, RENEWAL, event.renewal_id)


@reacts_to(RenewalReminded)
async def remind_to_renew(tx: Tx, event: RenewalReminded) -> None:
    """The same link once more."""
    await send_reminder(tx, RENEWAL, event.renewal_id)


@reacts_to(RenewalCancelled)
async def tell_that_no_answer_is_needed(tx: Tx, event: RenewalCancelled) -> None:
    """To whoever was asked."""
    await RENEWAL.write(tx, await tx.get(Renewal, event.renewal_id), RENEWAL.calls_off, None)


@reacts_to(PutOnCall)
async def tell_who_is_on_call(tx: Tx, event: PutOnCall) -> None:
    """With the weeks, and the link to the profile, where they stand."""
    await _about_rota(tx, event, "on_call", _("You are on call"), days(event.first, last_day(event.last)))


@reacts_to(TakenOffCall)
async def tell_who_is_off_call(tx: Tx, event: TakenOffCall) -> None:
    """With the week."""
    when = week_days(event.week)
    await _about_rota(tx, event, "off_call", _("You are no longer on call"), when)


async def _about_rota(
    tx: Tx, event: PutOnCall | TakenOffCall, template: str, subject: str, when: str
) -> None:
    expert = await tx.get(Expert, event.expert_id)
    theme = await tx.get(Theme, event.theme_code)
    await post(
        tx,
        template=f"experts/{template}",
        to=expert.email,
        to_name=expert.name,
        subject=subject,
        subject_id=expert.id,
        link=await profile_link(tx, expert.id),
        context={"theme": theme.name, "weeks": when},
    )


@reacts_to(SwapOffered, SwapAskedAgain)
async def ask_the_colleague(tx: Tx, event: SwapOffered | SwapAskedAgain) -> None:
    """The mail with the link; none where it has ended."""
    await send_link(tx, SWAP, event.swap_id)


@reacts_to(SwapReminded)
async def remind_the_colleague(tx: Tx, event: SwapReminded) -> None:
    """The same link once more."""
    await send_reminder(tx, SWAP, event.swap_id)


@reacts_to(ExpertChanged)
async def ask_the_colleague_at_the_new_address(tx: Tx, event: ExpertChanged) -> None:
    """The address of whoever is asked was corrected."""
    if "email" in event.fields:
        await ask_at_new_address(tx, SWAP, Swap.colleague_id == event.expert_id)


AGREED = Mailing("swap_agreed", N_("A week on call has changed hands"))
NOT_AGREED = Mailing("swap_not_agreed", N_("Your week on call stays yours"))


@reacts_to(SwapAgreed)
async def tell_both_what_was_agreed(tx: Tx, event: SwapAgreed) -> None:
    """Each reads the weeks that they have now."""
    swap = await tx.get(Swap, event.swap_id)
    for expert_id in (swap.expert_id, swap.colleague_id):
        await write_about(tx, swap, expert_id, AGREED, await profile_link(tx, expert_id))


@reacts_to(SwapDeclined, SwapLapsed)
async def tell_that_all_stays(tx: Tx, event: SwapDeclined | SwapLapsed) -> None:
    """To who made the offer."""
    swap = await tx.get(Swap, event.swap_id)
    await write_about(tx, swap, swap.expert_id, NOT_AGREED, await profile_link(tx, swap.expert_id))


@reacts_to(SwapCancelled)
async def tell_both_that_it_is_off(tx: Tx, event: SwapCancelled) -> None:
    """Whoever was asked needs to answer no more, and who asked waits for nothing."""
    swap = await tx.get(Swap, event.swap_id)
    for expert_id in (swap.expert_id, swap.colleague_id):
        await write_about(tx, swap, expert_id, SWAP.calls_off)


async def _tell_of_a_document(
    tx: Tx,
    event: ProfileDocumentRefused
    | ProfileDocumentInfected
    | CandidateDocumentRefused
    | CandidateDocumentInfected,
    template: str,
    subject: str,
    people: Iterable[tuple[str, str]],
) -> None:
    """It names an expert by their code, and a candidate, who has none, by their address."""
    if isinstance(event, ProfileDocumentRefused | ProfileDocumentInfected):
        subject_id, code, email = event.expert_id, (await tx.get(Expert, event.expert_id)).code, ""
    else:
        subject_id, code = event.candidacy_id, ""
        email = (await tx.get(Candidacy, event.candidacy_id)).email
    for address, name in people:
        await post(
            tx,
            template=f"experts/{template}",
            to=address,
            to_name=name,
            subject=subject,
            subject_id=subject_id,
            context={"code": code, "email": email},
        )


@reacts_to(ProfileDocumentRefused, CandidateDocumentRefused)
async def tell_the_security_officer(tx: Tx, event: ProfileDocumentRefused | CandidateDocumentRefused) -> None:
    """Somebody offered a classified document: the security officer must know (dossier 7)."""
    officers = await security_officers(tx)
    await _tell_of_a_document(tx, event, "refused", _("A classified document was refused"), officers)


@reacts_to(ProfileDocumentInfected, CandidateDocumentInfected)
async def tell_the_secretariat_of_a_virus(
    tx: Tx, event: ProfileDocumentInfected | CandidateDocumentInfected
) -> None:
    """Somebody offered a document with a virus: the secretariat warns the expert."""
    people = [(officer.email, officer.name) for officer in await active_people(tx, Role.SECRETARIAT)]
    await _tell_of_a_document(tx, event, "infected", _("A document with a virus was refused"), people)
