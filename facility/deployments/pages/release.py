"""The release of an expert: the superior's own link, where the expert names the superior, and where the secretariat does; and the
letter of appointment."""

from uuid import UUID

from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.deployments.access import SECRETARIAT
from facility.deployments.forms import release as forms
from facility.deployments.models.invitation import Invitation
from facility.deployments.models.release import Release, ReleaseState
from facility.deployments.models.request import DeploymentState
from facility.deployments.pages.link import EVERYBODY, draw
from facility.deployments.queries import invited, requests
from facility.deployments.queries import release as queries
from facility.deployments.queries.release import Linked
from facility.deployments.service.release import answer_release, name_superior
from facility.forms.reading import read_texts
from facility.inquiries.link import answering, link_page
from facility.letters.service import letter_on_paper
from facility.refused import refuse
from facility.web import render
from facility.web.access import PRIVATE, allow
from facility.web.again import redrawn
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Limits, Page, Read, Tx, View
from facility.web.i18n import _, listed
from facility.web.limits import Rate, address_of

BY_LINK = Rate("release-link", 300, 600)


def _outcome(linked: Linked) -> str:
    if linked.state in (ReleaseState.RELEASED, ReleaseState.REFUSED):
        return linked.state.value
    standing = linked.booked and linked.deployment != DeploymentState.ENDED and not linked.superseded
    if not standing or linked.state == ReleaseState.CANCELLED:
        return "over"
    return "open" if linked.state == ReleaseState.OPEN else "late"


async def _page(
    view: render.View, connection: AsyncConnection, token: str, fields: Fields, status: int = 200
) -> Page:
    linked = await queries.linked(connection, token)
    return link_page(
        view,
        "deployments/release_link.html",
        token,
        fields,
        status,
        linked=linked,
        outcome=_outcome(linked),
        asked=forms.answer(),
        beneficiaries=listed(linked.beneficiaries),
    )


@get("/link/release/{token:str}", opt=EVERYBODY)
async def show(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """Only shows: who is to be released, when and for what, or what became of it."""
    await limits.hit(BY_LINK, address_of(view.scope))
    return await _page(view, read, token, Fields.showing())


@post("/link/release/{token:str}", opt=EVERYBODY)
async def answer(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """Released, or not and why; works once."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    typed = read_texts(fields, forms.answer())
    async with answering(view, tx, Release, token, fields, _page) as link:
        await answer_release(
            tx,
            link.subject_id,
            releases=typed["answer"] == "release",
            insured=typed["insured"] == "yes",
            reason=typed["reason"],
            name=typed["name"],
        )
    link.used_at = tx.now
    return view.go(f"/link/release/{token}")


@post("/link/invitation/{token:str}/superior", opt=EVERYBODY)
async def superior(view: View, form: Form, tx: Tx, limits: Limits, token: FromPath[str]) -> Page:
    """The expert names who can release them."""
    await limits.hit(BY_LINK, address_of(view.scope))
    fields = Fields(form)
    typed = read_texts(fields, forms.superior())
    async with answering(view, tx, Invitation, token, fields, draw) as link:
        await name_superior(tx, link.subject_id, name=typed["name"], email=typed["email"])
    return view.go(f"/link/invitation/{token}")


@get("/link/invitation/{token:str}/appointment.pdf", opt=EVERYBODY)
async def own_appointment(view: View, read: Read, limits: Limits, token: FromPath[str]) -> Page:
    """The expert's letter of appointment."""
    await limits.hit(BY_LINK, address_of(view.scope))
    linked = await invited.linked(read, token)
    return await _letter(view, read, (await queries.of_invitation(read, linked.invitation_id)).letter_id)


@get(
    "/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/appointment.pdf",
    opt={"allow": allow(*PRIVATE)},
)
async def appointment(
    view: View, read: Read, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """The same for those who may know the name."""
    booked = await _booked(read, deployment_id, invitation_id)
    return await _letter(view, read, booked.letter_id)


async def _letter(view: render.View, connection: AsyncConnection, letter_id: UUID | None) -> Page:
    if letter_id is None:
        refuse("not_found", kind="missing", what="letter")
    paper = await letter_on_paper(connection, view.renderer.environment, letter_id)
    return view.download(paper.content, paper.filename, paper.mime)


async def _booked(connection: AsyncConnection, deployment_id: UUID, invitation_id: UUID) -> queries.Booked:
    booked = await queries.booked(connection, deployment_id)
    expert = next((line for line in booked if line.invitation_id == invitation_id), None)
    if expert is None:
        refuse("not_found", kind="missing", what="invitation")
    return expert


_RELEASE = "/deployments/{deployment_id:uuid}/invitations/{invitation_id:uuid}/release"


async def _ask_page(
    view: render.View,
    connection: AsyncConnection,
    deployment_id: UUID,
    invitation_id: UUID,
    fields: Fields,
    status: int = 200,
) -> Page:
    deployment = await requests.deployment(connection, deployment_id)
    booked = await _booked(connection, deployment_id, invitation_id)
    if not fields.values:
        fields.values = {"name": booked.name or "", "email": booked.email or ""}
    return view.page(
        "deployments/release.html",
        status=status,
        deployment=deployment,
        booked=booked,
        possible=deployment.release_days is not None
        and booked.state != ReleaseState.RELEASED
        and deployment.state != DeploymentState.ENDED,
        asked=forms.superior(),
        form=fields,
    )


@get(_RELEASE, opt=SECRETARIAT)
async def ask(view: View, read: Read, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]) -> Page:
    """Asks who can release the expert."""
    return await _ask_page(view, read, deployment_id, invitation_id, Fields.showing())


@post(_RELEASE, opt=SECRETARIAT)
async def ask_superior(
    view: View, form: Form, tx: Tx, deployment_id: FromPath[UUID], invitation_id: FromPath[UUID]
) -> Page:
    """Asks the superior; whoever was asked before no longer is."""
    fields = Fields(form)
    typed = read_texts(fields, forms.superior())
    await _booked(await tx.session.connection(), deployment_id, invitation_id)
    async with redrawn(
        tx, fields, lambda read, status: _ask_page(view, read, deployment_id, invitation_id, fields, status)
    ):
        await name_superior(
            tx, invitation_id, name=typed["name"], email=typed["email"], deployment_id=deployment_id
        )
    return view.go(f"/deployments/{deployment_id}", _("The superior is asked by mail."))


HANDLERS = [show, answer, superior, own_appointment, appointment, ask, ask_superior]
