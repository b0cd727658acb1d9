"""Joining the pool: somebody applies or is nominated, states what they know, and the secretariat validates or refuses."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import func, select

from facility.accounts.rules.accounts import MAILS_AT_A_TIME, SIGN_IN_WITHIN
from facility.accounts.service.sessions import in_turn
from facility.db import Tx, new_id
from facility.events.log import record
from facility.experts.events.pool import (
    CandidacySent,
    CandidateKnown,
    CandidateNominated,
    CandidateRefused,
    CandidateValidated,
    NoticeAgreed,
)
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.profile import Expert, in_pool
from facility.experts.rules.candidacy import (
    LINK_LASTS,
    CandidacyState,
    Wish,
    may_decide,
    may_send,
)
from facility.experts.rules.profile import OwnProfile
from facility.experts.service.candidate_documents import drop_documents, hand_over_documents
from facility.experts.service.pool import ExpertDraft, register_expert
from facility.experts.service.profile_link import profile_link
from facility.outbox.links import find_link, make_link, use_link
from facility.outbox.models import Link, Mail
from facility.outbox.service import post
from facility.web.i18n import _
from facility.zone import BRUSSELS

CANDIDACY = "candidacy"
NOMINATION = "nomination"


class Nomination(msgspec.Struct, frozen=True):
    """Whom an authority nominates, and who writes for it."""

    authority: str
    nominator: str
    name: str
    email: str


async def ask_by_mail(tx: Tx, wish: Wish, email: str) -> None:
    """A mail to an address that somebody typed: with the form, with the link to the profile, or with word of where things are. The
    page can't tell which. No more than `MAILS_AT_A_TIME`."""
    email = email.lower()
    await in_turn(tx, email)
    if await _are_enough(tx, email):
        return
    if wish is Wish.NOMINATE:
        await _ask_to_nominate(tx, email)
    elif expert := await member_at(tx, email):
        link = await profile_link(tx, expert.id)
        await _write(tx, "profile", _("Your profile in the pool"), expert.id, expert.email, expert.name, link)
    elif wish is Wish.APPLY:
        await _ask_to_apply(tx, email)


async def _are_enough(tx: Tx, email: str) -> bool:
    query = select(func.count()).where(
        Mail.created_at > tx.now - SIGN_IN_WITHIN,
        Mail.to_address == email,
        Mail.template.startswith("experts/"),
    )
    return int((await tx.session.execute(query)).scalar_one()) >= MAILS_AT_A_TIME


async def member_at(tx: Tx, email: str) -> Expert | None:
    """Who is in the pool with this address."""
    query = select(Expert).where(Expert.email == email, in_pool(tx.now.astimezone(BRUSSELS).date()))
    return (await tx.session.scalars(query)).one_or_none()


async def _ask_to_nominate(tx: Tx, email: str) -> None:
    candidacy = _new(tx, state=CandidacyState.NAMING, nominator_email=email)
    await tx.flush()
    link = await make_link(tx, NOMINATION, candidacy.id, expires_at=tx.now + LINK_LASTS)
    await _write(tx, "nominate", _("Nominate an expert"), candidacy.id, email, "", link)


async def _ask_to_apply(tx: Tx, email: str) -> None:
    """Once more where the form was not sent yet; where it waits, the mail says so."""
    open_ones = select(Candidacy).where(
        Candidacy.email == email, Candidacy.state.in_((CandidacyState.INVITED, CandidacyState.WAITING))
    )
    candidacy = (await tx.session.scalars(open_ones.order_by(Candidacy.state.desc()).limit(1))).first()
    if candidacy is None:
        candidacy = _new(tx, state=CandidacyState.INVITED, email=email)
        await tx.flush()
    if candidacy.state == CandidacyState.WAITING:
        await _write(
            tx, "waiting", _("Your application for the pool"), candidacy.id, email, candidacy.name, None
        )
        return
    link = await candidate_link(tx, candidacy.id)
    await _write(tx, "apply", _("Apply for the pool of experts"), candidacy.id, email, candidacy.name, link)


def _new(tx: Tx, **columns: Any) -> Candidacy:
    empty = dict.fromkeys(("email", "name", "authority", "nominator", "nominator_email", "reason"), "")
    candidacy = Candidacy(id=new_id(), profile={}, created_at=tx.now, **empty | columns)
    tx.add(candidacy)
    return candidacy


async def candidate_link(tx: Tx, candidacy_id: UUID) -> Link:
    """A link to the candidate's form."""
    return await make_link(tx, CANDIDACY, candidacy_id, expires_at=tx.now + LINK_LASTS)


async def _write(
    tx: Tx, template: str, subject: str, subject_id: UUID, to: str, to_name: str, link: Link | None
) -> None:
    await post(
        tx,
        template=f"experts/{template}",
        to=to,
        to_name=to_name,
        subject=subject,
        subject_id=subject_id,
        link=link,
    )


async def nominate(tx: Tx, token: str, nomination: Nomination) -> Candidacy:
    """An authority names an expert, who is asked by mail to fill in the form.

    Raises Refused: link_unknown (missing), link_used, link_revoked, link_expired.
    """
    link = await find_link(tx, NOMINATION, token)
    use_link(tx, link)
    candidacy = await tx.lock(Candidacy, link.subject_id)
    candidacy.state = CandidacyState.INVITED
    candidacy.authority, candidacy.nominator = nomination.authority, nomination.nominator
    candidacy.name, candidacy.email = nomination.name, nomination.email.lower()
    await record(tx, CandidateNominated(candidacy_id=candidacy.id))
    return candidacy


async def send_candidacy(tx: Tx, token: str, profile: OwnProfile, *, notice: date) -> Candidacy:
    """The candidate states what they know, agrees to this privacy notice, and waits for the secretariat.

    Raises Refused: link_unknown (missing), link_used, link_revoked, link_expired, candidacy_sent.
    """
    link = await find_link(tx, CANDIDACY, token)
    use_link(tx, link)
    candidacy = await tx.lock(Candidacy, link.subject_id)
    may_send(candidacy.state)
    candidacy.state, candidacy.sent_at = CandidacyState.WAITING, tx.now
    candidacy.profile, candidacy.name, candidacy.notice = msgspec.to_builtins(profile), profile.name, notice
    await record(tx, CandidacySent(candidacy_id=candidacy.id, notice=notice))
    return candidacy


async def validate_candidate(
    tx: Tx, candidacy_id: UUID, *, code: str, valid_until: date | None, reason: str
) -> Expert:
    """The candidate joins the pool with what they have stated, and the documents that they attached.

    Raises Refused: candidacy_decided; as register_expert.
    """
    candidacy = await tx.lock(Candidacy, candidacy_id)
    may_decide(candidacy.state)
    profile = msgspec.convert(candidacy.profile, OwnProfile)
    draft = ExpertDraft(
        **{name: getattr(profile, name) for name in profile.__struct_fields__},
        code=code,
        email=candidacy.email,
        deployments_12m=0,
        valid_until=valid_until,
    )
    expert = await register_expert(tx, draft)
    await hand_over_documents(tx, candidacy_id, expert.id)
    candidacy.expert_id = expert.id
    _decide(tx, candidacy, CandidacyState.VALIDATED, reason)
    await record(tx, CandidateValidated(candidacy_id=candidacy.id, expert_id=expert.id))
    if candidacy.notice and candidacy.sent_at:
        expert.notice, expert.agreed_at = candidacy.notice, candidacy.sent_at
        await record(tx, NoticeAgreed(expert_id=expert.id, notice=candidacy.notice))
    return expert


async def refuse_candidate(tx: Tx, candidacy_id: UUID, *, reason: str) -> None:
    """The candidate does not join, for a reason that they read; their documents go. Refused: candidacy_decided."""
    candidacy = await tx.lock(Candidacy, candidacy_id)
    may_decide(candidacy.state)
    await drop_documents(tx, candidacy_id)
    _decide(tx, candidacy, CandidacyState.REFUSED, reason)
    await record(tx, CandidateRefused(candidacy_id=candidacy.id))


async def end_nomination_of_member(tx: Tx, candidacy_id: UUID) -> Expert | None:
    """Nothing is to decide where who was nominated is in the pool; the expert, or None where they are not."""
    candidacy = await tx.lock(Candidacy, candidacy_id)
    expert = await member_at(tx, candidacy.email)
    if expert is None or candidacy.state != CandidacyState.INVITED:
        return None
    candidacy.state, candidacy.expert_id = CandidacyState.MEMBER, expert.id
    await tx.flush()
    await record(tx, CandidateKnown(candidacy_id=candidacy_id, expert_id=expert.id))
    return expert


def _decide(tx: Tx, candidacy: Candidacy, state: CandidacyState, reason: str) -> None:
    candidacy.state, candidacy.reason = state, reason
    candidacy.decided_by, candidacy.decided_at = tx.actor, tx.now
