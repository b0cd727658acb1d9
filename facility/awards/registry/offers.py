"""Offers of a part: those to answer, those that did not arrive, and leads who are asked."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.offer import OFFER_OPEN_SQL, PartialOffer
from facility.inquiries.delivery import undelivered_sql
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits

_ROWS = f"""SELECT application.reference || ' ' || application.title AS thing,
        '/applications/' || application.id || '/offer' AS href, call.reference AS call, asked_at AS since, partial_offer.ends_at AS until
    FROM partial_offer JOIN application ON application.id = application_id JOIN call ON call.id = partial_offer.call_id
    WHERE {OFFER_OPEN_SQL}"""  # noqa: S608 - our own text
_UNDELIVERED = undelivered_sql(PartialOffer)
waits(
    N_("Offers of a part to answer"),
    N_("Answer the offer on {thing}"),
    "/applications?status=reserve",
    Role.OFFICER,
    rows=f"{_ROWS} AND application.lead_institution_id = :institution_id",
)
waits(
    N_("Offers of a part that did not arrive"),
    N_("Send the offer on {thing} again"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"""SELECT thing, href, call, since, NULL AS until FROM (
        {_ROWS} AND {_UNDELIVERED} AND NOT {shut_out(person=":person_id")}) AS undelivered""",  # noqa: S608 - our own text
)
waits(
    N_("Leads who are offered a part"),
    N_("The lead of {thing} answers the offer"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"""{_ROWS} AND NOT {_UNDELIVERED} AND NOT {shut_out(person=":person_id")}""",
    others=True,
)
