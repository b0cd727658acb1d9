"""Lists that people of the staff keep under a name."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select

from facility.admission.models.view import SavedView
from facility.db import Tx, new_id
from facility.refused import refuse

MOST_VIEWS = 50


async def save_view(
    tx: Tx, person_id: UUID, *, name: str, asked: Mapping[str, str], shared: bool
) -> SavedView:
    """Keep the list under this name; one of the same name is replaced, its link stays. Refused (invalid): "too_many_views"."""
    own = (
        (
            await tx.session.execute(
                select(SavedView).where(SavedView.person_id == person_id).with_for_update()
            )
        )
        .scalars()
        .all()
    )
    view = next((saved for saved in own if saved.name == name), None)
    if view is None:
        if len(own) >= MOST_VIEWS:
            refuse("too_many_views", kind="invalid", field="name")
        view = SavedView(id=new_id(), person_id=person_id, name=name)
    view.asked, view.shared, view.saved_at = dict(asked), shared, tx.now
    tx.add(view)
    await tx.flush()
    return view


async def drop_view(tx: Tx, person_id: UUID, view_id: UUID) -> None:
    """Forget a list of one's own. Refused (missing)."""
    gone = delete(SavedView).where(SavedView.id == view_id, SavedView.person_id == person_id)
    if not (await tx.session.execute(gone.returning(SavedView.id))).first():
        refuse("not_found", kind="missing")
