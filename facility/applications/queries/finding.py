"""Pieces of statements by which applications, and what came of them, are found (`web.finding`)."""

from facility.applications.models.conflict_of_interest import shut_out
from facility.applications.models.parties import ON_BOARD_SQL, TAKES_PART_SQL
from facility.web.finding import MOST_SHOWN

NOT_CLOSED = f"NOT {shut_out(person=':person_id')}"
"""The visitor has declared no conflict on the application of the row."""

OF_MY_INSTITUTION = f"""application.id IN (SELECT application_id FROM party
    WHERE institution_id = :institution_id AND {TAKES_PART_SQL})"""  # noqa: S608 - our own text
"""The visitor's institution takes part, as its officers' pages ask (`access.PARTY`)."""

WITH_WORDS = f"""({{application}} OR application.reference = upper(:typed) OR EXISTS (
    SELECT FROM party WHERE party.application_id = application.id AND {ON_BOARD_SQL}
        AND party.institution_id = ANY(ARRAY(SELECT institution.id FROM institution WHERE {{institution}}))))"""  # noqa: S608 - our own text
"""Words of reference and title, the whole reference, or words of an institution that takes part; for few applications, each looked at.
Institutions are searched once, and not for each."""

SHOWN = """application.title, application.reference || ' · ' || institution.name AS about,
    application.reference = upper(:typed) AS exact"""
"""What a result says, beside the row `institution` of the lead."""


_FEW = f"LIMIT {MOST_SHOWN + 1}"


def among_many(wanted: str) -> str:
    """A query for the ids of the newest applications that meet the condition and have the words, as `WITH_WORDS` says, at a cost that
    does not grow with their number: by the whole reference, by words of reference and title, and of each institution its newest."""
    return f"""
        SELECT application.id FROM application WHERE application.reference = upper(:typed) AND {wanted}
        UNION (SELECT application.id FROM application WHERE {{application}} AND {wanted}
            ORDER BY application.received_at DESC {_FEW})
        UNION SELECT taking_part.id FROM institution CROSS JOIN LATERAL (
            SELECT application.id FROM party JOIN application ON application.id = party.application_id
            WHERE party.institution_id = institution.id AND {ON_BOARD_SQL} AND {wanted}
            ORDER BY party.added_at DESC {_FEW}) AS taking_part
        WHERE {{institution}}"""  # noqa: S608 - our own text


def of_awards(table: str, *also: str, latest: str) -> str:
    """A query for the ids of the rows of a table of what is done under awards: of each way in which they can be found the newest, by
    their own or their application's whole reference or words, or by the conditions `also`. `latest`: the column with their day or instant."""
    ways = [
        *(f"upper(:typed) = {row}.reference" for row in (table, "application")),
        f"{{{table}}}",
        "{application}",
        *also,
    ]
    return " UNION ".join(
        f"""(SELECT {table}.id FROM {table} JOIN application ON application.id = {table}.application_id
            WHERE {way} AND {NOT_CLOSED} ORDER BY {table}.{latest} DESC {_FEW})"""  # noqa: S608 - our own text
        for way in ways
    )
