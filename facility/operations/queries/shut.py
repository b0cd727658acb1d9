"""What a declared conflict hides from its person where anything may be the subject: in mails and the audit trail."""

from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, column, select, text

from facility.applications.models.conflict_of_interest import closed_to

_OBJECTS = f"""
    WITH mine AS ({closed_to(":viewer")})
    SELECT application_id AS id FROM mine
    UNION ALL SELECT id FROM award WHERE application_id IN (SELECT application_id FROM mine)
    UNION ALL SELECT id FROM activity WHERE application_id IN (SELECT application_id FROM mine)
    UNION ALL SELECT id FROM deployment WHERE application_id IN (SELECT application_id FROM mine)
    UNION ALL SELECT call.id FROM call WHERE mode = 'urgent' AND EXISTS (
        SELECT FROM application WHERE call_id = call.id AND id IN (SELECT application_id FROM mine))
"""  # noqa: S608 - our own text


def shut_objects(viewer: UUID) -> ScalarSelect[UUID]:
    """A query for the applications on which the viewer has declared a conflict, and all that hangs on them."""
    about = text(_OBJECTS).bindparams(bindparam("viewer", viewer, type_=Uuid(), unique=True))
    return select(about.columns(column("id", Uuid())).subquery().c.id).scalar_subquery()
