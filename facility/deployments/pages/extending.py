"""Making a list longer that has run out, and sending a new link where the PIN was wrong too often."""

from uuid import UUID

from litestar import post

from facility.deployments.access import SECRETARIAT
from facility.deployments.service.answering import send_new_link
from facility.deployments.service.extending import extend_list, propose_again
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Tx, View
from facility.web.i18n import _


@post("/deployments/{deployment_id:uuid}/proposals", opt=SECRETARIAT)
async def look_again(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """Works the proposals out anew, as the pool stands now."""
    Fields(form).check()
    await propose_again(tx, deployment_id)
    return view.go(f"/deployments/{deployment_id}", _("The proposals are up to date with the pool."))


@post("/deployments/{deployment_id:uuid}/extend", opt=SECRETARIAT)
async def extend(view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID]) -> Page:
    """Takes a proposal: the experts stand behind the others, and the next are asked now."""
    fields = Fields(form)
    condition = fields.choice("condition", ("none", "language", "theme", "branch"))
    value = fields.hidden("value", most=2)
    fields.check()
    await extend_list(tx, deployment_id, condition, value)
    return view.go(
        f"/deployments/{deployment_id}", _("The list is longer now. The invitations are on their way.")
    )


@post("/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/new-link", opt=SECRETARIAT)
async def new_link(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """The expert gets another link, and the full time to answer."""
    Fields(form).check()
    await send_new_link(tx, deployment_id, invitation_id)
    return view.go(f"/deployments/{deployment_id}", _("A new link is on its way."))


HANDLERS = [look_again, extend, new_link]
