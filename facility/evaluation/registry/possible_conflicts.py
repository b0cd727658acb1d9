"""Possible conflicts of interests that the evaluation finds by itself (dossier 4): where somebody works or has ties, who is named, and who
comes from the only beneficiary on a side."""

from facility.applications.models.parties import ON_BOARD_SQL
from facility.evaluation.queries.conflicts import NAMED, finds_conflicts
from facility.web.i18n import N_
from facility.zone import TODAY_SQL

_PARTIES = f"""judged JOIN party ON party.application_id = judged.id AND {ON_BOARD_SQL}
    JOIN institution ON institution.id = party.institution_id"""
YEARS = 5
"""How long somebody has a conflict with an institution where they worked, or for which they signed."""

finds_conflicts(
    "same_institution",
    N_("Works for {about}, which takes part."),
    f"""SELECT judged.id AS application_id, candidate.id AS person_id, institution.name AS about
        FROM {_PARTIES} JOIN candidate ON candidate.institution_id = party.institution_id""",  # noqa: S608
)
# Each way of its own, and not by OR: then they are looked up, and not every person compared with every party.
finds_conflicts(
    "contact",
    N_("Is the contact person of {about}."),
    f"""SELECT judged.id AS application_id, candidate.id AS person_id, institution.name AS about
        FROM {_PARTIES} JOIN candidate ON candidate.email = lower(party.contact_email)
        UNION SELECT judged.id, candidate.id, institution.name
        FROM {_PARTIES} JOIN candidate ON lower(candidate.name) = lower(party.contact_name)""",  # noqa: S608
)
finds_conflicts(
    "signatory",
    N_("Signs for {about}, or did so in the last five years."),
    f"""SELECT judged.id AS application_id, candidate.id AS person_id, institution.name AS about
        FROM {_PARTIES} JOIN candidate ON lower(candidate.name) = lower(party.signatory_name)
        UNION SELECT judged.id, candidate.id, institution.name
        FROM {_PARTIES} JOIN signatory ON signatory.institution_id = party.institution_id
            AND coalesce(signatory.until, {TODAY_SQL}) >= {TODAY_SQL} - INTERVAL '{YEARS} years'
        JOIN candidate ON lower(candidate.name) = lower(signatory.name)""",  # noqa: S608
)
finds_conflicts(
    "tie",
    N_("Declared a tie to {about}."),
    f"""SELECT judged.id AS application_id, candidate.id AS person_id, institution.name || ' (' || rtrim(tie.what, '. ') || ')' AS about
        FROM {_PARTIES} JOIN tie ON tie.institution_id = party.institution_id AND tie.ended_at IS NULL
            AND coalesce(tie.until, {TODAY_SQL}) >= {TODAY_SQL} - INTERVAL '{YEARS} years'
        JOIN candidate ON candidate.id = tie.person_id
        UNION ALL SELECT judged.id, candidate.id, institution.name || ' (' || rtrim(expert_conflict.reason, '. ') || ')'
        FROM {_PARTIES} JOIN expert_conflict ON coalesce(expert_conflict.institution_id, party.institution_id) = party.institution_id
        JOIN expert ON expert.id = expert_conflict.expert_id JOIN candidate ON candidate.email = expert.email""",  # noqa: S608
)
finds_conflicts(
    "beneficiary",
    N_("Comes from {about}, the only beneficiary of the lead or of the partners."),
    f"""SELECT side.application_id, candidate.id AS person_id, beneficiary.name AS about
        FROM (SELECT judged.id AS application_id, min(party.beneficiary_code) AS code FROM {_PARTIES}
            GROUP BY judged.id, party.is_lead HAVING count(DISTINCT party.beneficiary_code) = 1) AS side
        JOIN beneficiary ON beneficiary.code = side.code
        JOIN institution AS own ON own.beneficiary_code = side.code
        JOIN candidate ON candidate.institution_id = own.id""",  # noqa: S608
)
finds_conflicts(
    NAMED,
    N_("Is named in the application."),
    """SELECT judged.id AS application_id, candidate.id AS person_id, '' AS about
        FROM judged JOIN named_person ON named_person.application_id = judged.id
        JOIN candidate ON candidate.id = named_person.person_id""",
)
