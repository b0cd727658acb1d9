"""Which assessments count, and whether they are enough, as conditions of statements."""


def recused(row: str = "assessment", until: str | None = None) -> str:
    """The assessor of this row, of an assessment or an assignment, has declared a conflict on its application: a condition.
    until: an expression for the instant up to which declarations count."""
    early = f" AND declared.at <= {until}" if until else ""
    return f"""EXISTS (SELECT FROM conflict_declaration AS declared WHERE declared.conflict{early}
        AND declared.application_id = {row}.application_id AND declared.assessor_id = {row}.assessor_id)"""


def taken_off(until: str | None = None) -> str:
    """The assessor of the row `assessment` was taken off after sending it: a condition. until: as in `recused`."""
    early = f" AND taken_off.at <= {until}" if until else ""
    return f"""EXISTS (SELECT FROM taken_off WHERE taken_off.application_id = assessment.application_id
        AND taken_off.assessor_id = assessment.assessor_id AND taken_off.at >= assessment.sent_at{early})"""


def counts(application: str = "application", until: str | None = None) -> str:
    """The row `assessment` counts: it is about what is submitted now, and its assessor has no conflict and was not
    taken off after sending it. A condition: here and nowhere else. application: the table that holds `received_at`; until: as in `recused`, for how it
    stood then."""
    early = f" AND assessment.sent_at <= {until}" if until else ""
    return f"""(assessment.sent_at >= {application}.received_at{early}
        AND NOT {recused(until=until)} AND NOT {taken_off(until)})"""


SENT_SQL = (
    f"(SELECT count(*) FROM assessment WHERE assessment.application_id = application.id AND {counts()})"  # noqa: S608 - our own text
)


LEAST_SQL = "CAST(call.grid ->> 'min_assessments' AS int)"
"""How many assessments of the row `application` count, and how many its `call` asks for."""


ENOUGH_SQL = f"({LEAST_SQL} <= {SENT_SQL})"
"""The row `application` has as many assessments that count as its `call` asks for."""
