"""After a decision: an award to accept, two that nobody accepted, a complaint to decide and a letter to complain of; partners that
left two awards."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, text

from facility.admission.service.admissibility import check_admissibility
from facility.applications.models.application import Party
from facility.applications.service.withdrawal import leave
from facility.awards.models.award import Award
from facility.awards.models.complaint import Complaint
from facility.awards.models.offer import PartialOffer
from facility.awards.service.complaints import register_complaint
from facility.awards.service.reducing import propose_reduction
from facility.awards.service.withdrawal import propose_withdrawal
from facility.calls.rules.after_decision import AfterDecision
from facility.letters.models import Letter
from tests.hostile.open_calls import ADA, OMAR, PAUL, Opened

RULES = AfterDecision(accept_days=60, complaint_days=60, answer_days=30)


async def leave_redress(ends: Opened) -> None:
    """All of it, in one call."""
    call_id, keys = await ends.closed(
        "to accept", "omar", "ilir", "dragana", "arta", "omar", amount="200000.00", after_decision=RULES
    )
    accepted, silent, lapsing, contested, contestable = keys
    for key in (contested, contestable):
        await ends.act(
            ends.noon(-6), "ada", check_admissibility, key, admissible=False, reason="A party does not exist."
        )
    await ends.scored(accepted, silent, lapsing)
    await ends.decide(call_id, ends.noon(-4))
    letter = await _id(ends, select(Letter.id).filter_by(application_id=contested, kind="inadmissible"))
    await ends.act(ends.now, "arta", register_complaint, letter, text="It exists.", name="Arta Krasniqi")
    awards = [
        await _id(ends, select(Award.id).where(Award.application_id == key)) for key in (silent, lapsing)
    ]
    await _let_time_pass(ends, awards)
    await ends.act(ends.now, "ada", propose_withdrawal, awards[1], reason="It does not answer.", lapse=True)
    complaint = await _id(ends, select(Complaint.id).filter_by(application_id=contested))
    ends.at(OMAR, f"/applications/{accepted}/result", f"/applications/{contestable}")
    ends.at(ADA, f"/awards/{awards[0]}/lapse", f"/awards/{awards[1]}/lapse/proposal")
    ends.at(PAUL, f"/awards/{awards[1]}/lapse/proposal", f"/complaints/{complaint}")


async def leave_parts(ends: Opened) -> None:
    """The part of a partner that left, to be taken off: one to propose, one to decide."""
    call_id, keys = await ends.closed(
        "to reduce", "omar", "ilir", partners=("arta", "milena"), amount="200000.00"
    )
    await ends.scored(*keys)
    await ends.decide(call_id, ends.noon(-4))
    for key in keys:
        award = await _id(ends, select(Award.id).where(Award.application_id == key))
        party = await _id(ends, select(Party.id).filter_by(application_id=key, position=1))
        await ends.act(ends.noon(-1), "arta", leave, party, reason="Reorganised.")
        if key == keys[1]:
            await ends.act(
                ends.now, "ada", propose_reduction, award, party, reason="Its workshops fall away."
            )
            ends.at(PAUL, f"/awards/{award}/parts/{party}")
        ends.at(ADA, f"/awards/{award}/parts/{party}")


async def leave_offers(ends: Opened) -> UUID:
    """Two offers of a part: one for Omar to answer, and one that is returned, whose mail does not get through."""
    rules, offers = AfterDecision(offer_days=60, offer_percent=30), []
    for title in ("to offer", "not to reach"):
        call_id, keys = await ends.closed(title, "omar", "omar", after_decision=rules)
        await ends.scored(*keys)
        await ends.decide(call_id, ends.noon(-4))
        offers.append(await _id(ends, select(PartialOffer.application_id).filter_by(call_id=call_id)))
    ends.at(OMAR, f"/applications/{offers[0]}/offer")
    ends.at(ADA, *(f"/applications/{key}/offer" for key in offers))
    return await _id(ends, select(PartialOffer.id).filter_by(application_id=offers[1]))


async def _id(ends: Opened, query: object) -> UUID:
    async with ends.db.reader() as read:
        key: UUID = (await read.execute(query)).scalar_one()  # type: ignore[call-overload]
        return key


async def _let_time_pass(ends: Opened, award_ids: list[UUID]) -> None:
    """As if the last day for accepting had been the day of the decision: on some days of the year none that follows is over yet."""
    async with ends.db.transaction(now=ends.now) as tx:
        await tx.session.execute(
            text("UPDATE award_acceptance SET accept_by = :day WHERE award_id = ANY(:awards)"),
            {"day": (ends.now - timedelta(days=4)).date(), "awards": award_ids},
        )
