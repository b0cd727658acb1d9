"""What lists of clarifications and consultations have in common."""

from facility.admission.models.asked import AskedOnApplication
from facility.applications.models.conflict_of_interest import shut_out
from facility.inquiries.delivery import undelivered_sql


def as_work(
    table: type[AskedOnApplication],
    whom: str,
    condition: str,
    *,
    since: str = "asked_at",
    until: str = "NULL",
    join: str = "",
) -> str:
    """Those of which the condition is true, as work (`facility.web.waiting`). `whom`: the column that names whom or what it is about."""
    name = table.__tablename__
    return f"""SELECT application.reference || ' ' || {whom} AS thing,
            '/applications/' || application_id || '/{name}s' AS href, call.reference AS call, {since} AS since, {until} AS until
        FROM {name} JOIN application ON application.id = application_id JOIN call ON call.id = application.call_id {join}
        WHERE {condition} AND NOT {shut_out(person=":person_id")}"""  # noqa: S608 - our own text


def to_correct(table: type[AskedOnApplication], whom: str, join: str = "") -> str:
    """Those whose mail did not get through, as work."""
    return as_work(table, whom, undelivered_sql(table), join=join)


def to_answer(table: type[AskedOnApplication], whom: str, join: str = "") -> str:
    """Those that can be answered, and whose mail got through, as work of others."""
    name = table.__tablename__
    return as_work(
        table,
        whom,
        f"{name}.state = 'open' AND NOT ({undelivered_sql(table)})",
        until=f"{name}.ends_at",
        join=join,
    )
