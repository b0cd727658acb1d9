"""What lists of clarifications and consultations have in common."""

from facility.admission.models.asked import AskedOnApplication
from facility.applications.models.conflict import shut_out
from facility.inquiries.delivery import undelivered_sql


def to_correct(table: type[AskedOnApplication], whom: str, join: str = "") -> str:
    """Those whose mail did not get through, as work that waits. `whom`: the column that names whom or what it is about."""
    name = table.__tablename__
    return f"""SELECT application.reference || ' ' || {whom} AS label,
            '/applications/' || application_id || '/{name}s' AS href
        FROM {name} JOIN application ON application.id = application_id {join}
        WHERE {undelivered_sql(table)} AND NOT {shut_out(person=":person_id")}
        ORDER BY asked_at, {name}.id"""  # noqa: S608 - our own text
