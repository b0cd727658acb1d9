"""What a call's rules on spreading awards look at."""

from collections import Counter
from uuid import UUID

import msgspec
from sqlalchemy import text

from facility.applications.models.sealing import OPENED_SQL
from facility.awards.models.award import AWARD_KEPT_SQL
from facility.awards.models.offer import OFFER_OPEN_SQL
from facility.awards.rules.cool_down import NO_COOLING, Cooling
from facility.calls.rules.cool_down import CoolDown
from facility.evaluation.queries.standing import Reader

_LEADS = text(
    f"""
    SELECT application.id, beneficiary_code, application.lead_institution_id,
        EXISTS (SELECT FROM cool_down_override AS told
            WHERE told.application_id = application.id AND told.call_id = :call) AS overridden
    FROM application JOIN party ON party.application_id = application.id AND is_lead
    WHERE application.call_id = :call AND {OPENED_SQL}
    """  # noqa: S608 - our own text
)


# Batches of a series count as one call. An award that was withdrawn or lost is none, and one on an exception
# stood in no ranking.
_AWARDED = text(
    f"""
    WITH own AS (SELECT coalesce(series_id, id) AS id FROM call WHERE id = :call),
    recent AS (
        SELECT coalesce(series_id, id) AS id FROM call
        WHERE decided_at IS NOT NULL AND coalesce(series_id, id) <> (SELECT id FROM own)
        GROUP BY 1 ORDER BY max(decided_at) DESC, 1 LIMIT :calls)
    SELECT application.lead_institution_id, beneficiary_code, award.application_id,
        coalesce(call.series_id, call.id) = (SELECT id FROM own) AS here
    FROM award JOIN call ON call.id = award.call_id
    JOIN application ON application.id = award.application_id
    JOIN party ON party.application_id = application.id AND is_lead
    WHERE coalesce(call.series_id, call.id) IN (SELECT id FROM own UNION ALL SELECT id FROM recent)
        AND {AWARD_KEPT_SQL} AND NOT award.exceptional
    """  # noqa: S608 - our own text
)


_OFFERED = text(
    f"""
    SELECT partial_offer.application_id, beneficiary_code, partial_offer.call_id = :call AS own
    FROM partial_offer JOIN call ON call.id = partial_offer.call_id
    JOIN party ON party.application_id = partial_offer.application_id AND is_lead
    WHERE {OFFER_OPEN_SQL} AND coalesce(call.series_id, call.id) = (SELECT coalesce(series_id, id) FROM call WHERE id = :call)
    """  # noqa: S608 - our own text
)


async def cooling(reader: Reader, call_id: UUID, *, ending: UUID | None = None) -> Cooling:
    """What the call's cool-down rules look at now. `ending`: an application whose award is about to be given back."""
    query = text("SELECT cool_down FROM call WHERE id = :call")
    stored = (await reader.execute(query, {"call": call_id})).scalar_one()
    rules = msgspec.convert(stored, CoolDown)
    if rules.same_lead_calls is None and rules.per_beneficiary_most is None:
        return NO_COOLING
    leads = (await reader.execute(_LEADS, {"call": call_id})).all()
    awarded = [
        row
        for row in await reader.execute(_AWARDED, {"call": call_id, "calls": rules.same_lead_calls or 0})
        if row.application_id != ending
    ]
    offered = (await reader.execute(_OFFERED, {"call": call_id})).all()
    taken = Counter(row.beneficiary_code for row in awarded if row.here)
    taken.update(row.beneficiary_code for row in offered if not row.own)
    known = {row.lead_institution_id for row in awarded if not row.here}
    return Cooling(
        beneficiaries={str(row.id): row.beneficiary_code for row in leads},
        same_lead=frozenset(str(row.id) for row in leads if row.lead_institution_id in known),
        taken=dict(taken),
        most=rules.per_beneficiary_most,
        overridden=frozenset(str(row.id) for row in leads if row.overridden),
        offered=frozenset(str(row.application_id) for row in offered if row.own),
    )
