"""Work on awards that leads accept, refuse, or leave to lapse."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.awards.models.award import ACCEPTANCE_OPEN_SQL, AWARD_STANDS_SQL
from facility.web.access import Role
from facility.web.i18n import N_
from facility.web.waiting import waits
from facility.zone import TODAY_SQL, last_second_sql

_OPEN = f"""FROM award_acceptance JOIN award ON award.id = award_id
    JOIN application ON application.id = award.application_id JOIN call ON call.id = award.call_id
    WHERE {ACCEPTANCE_OPEN_SQL} AND {AWARD_STANDS_SQL}"""
_THING = "application.reference || ' ' || application.title AS thing"
waits(
    N_("Awards to accept"),
    N_("Accept or refuse the award of {thing}"),
    "/applications?status=awarded",
    Role.OFFICER,
    rows=f"""SELECT {_THING}, '/applications/' || application.id || '/result' AS href, call.reference AS call,
        award.made_at AS since, {last_second_sql("accept_by")} AS until
    {_OPEN} AND application.lead_institution_id = :institution_id""",
)
waits(
    N_("Awards that leads have to accept"),
    N_("The lead accepts or refuses the award of {thing}"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"""SELECT {_THING}, '/awards/' || award.id AS href, call.reference AS call, award.made_at AS since,
        {last_second_sql("accept_by")} AS until
    {_OPEN} AND accept_by >= {TODAY_SQL} AND NOT {shut_out(person=":person_id")}""",
    others=True,
)
waits(
    N_("Awards that were not accepted in time"),
    N_("Propose that the award of {thing} lapses"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"""SELECT {_THING}, '/awards/' || award.id || '/lapse' AS href, call.reference AS call,
        {last_second_sql("accept_by")} AS since, NULL AS until
    {_OPEN} AND accept_by < {TODAY_SQL} AND NOT {shut_out(person=":person_id")} AND NOT EXISTS (
        SELECT FROM award_withdrawal WHERE award_withdrawal.award_id = award.id
            AND award_withdrawal.outcome IS NULL)""",  # noqa: S608 - our own text
)
_LAPSES = f"""SELECT {_THING}, '/awards/' || award.id || '/lapse/proposal' AS href, call.reference AS call,
        proposed_at AS since, NULL AS until
    FROM award_withdrawal JOIN award ON award.id = award_id JOIN application ON application.id = application_id
    JOIN call ON call.id = application.call_id
    WHERE outcome IS NULL AND lapse AND NOT {shut_out(person=":person_id")}"""  # noqa: S608 - our own text
waits(
    N_("Awards that are proposed to lapse"),
    N_("Decide whether the award of {thing} lapses"),
    "/awards",
    Role.AUTHORISING,
    rows=f"{_LAPSES} AND proposed_by <> :person_id",
)
waits(
    N_("Awards that you propose to lapse"),
    N_("An authorising officer decides whether the award of {thing} lapses"),
    "/awards",
    Role.SECRETARIAT,
    rows=f"{_LAPSES} AND proposed_by = :person_id",
    others=True,
)
