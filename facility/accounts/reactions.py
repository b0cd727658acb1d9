"""Letters about accounts."""

from facility.accounts.events import PersonApproved, PersonDeclined, PersonInvited, PersonRegistered
from facility.accounts.models import Institution, Person
from facility.accounts.rules.accounts import INVITATION_LASTS
from facility.accounts.service.people import active_people
from facility.accounts.service.sessions import sign_in_link
from facility.db import Tx
from facility.events.reactions import reacts_to
from facility.outbox.service import post
from facility.web.access import Role
from facility.web.i18n import _


@reacts_to(PersonRegistered)
async def tell_the_secretariat(tx: Tx, event: PersonRegistered) -> None:
    """Somebody waits for approval."""
    institution = await tx.get(Institution, event.institution_id)
    for officer in await active_people(tx, Role.SECRETARIAT):
        await post(
            tx,
            template="accounts/registered",
            to=officer.email,
            to_name=officer.name,
            subject=_("A registration needs your approval"),
            subject_id=event.person_id,
            context={"institution": institution.name, "path": f"/people/{event.person_id}"},
        )


@reacts_to(PersonApproved)
async def tell_the_approved(tx: Tx, event: PersonApproved) -> None:
    """The officer may sign in, by a link that lasts a week."""
    person = await tx.get(Person, event.person_id)
    link = await sign_in_link(tx, person.id, INVITATION_LASTS)
    await post(
        tx,
        template="accounts/approved",
        to=person.email,
        to_name=person.name,
        subject=_("Your registration is approved"),
        subject_id=person.id,
        link=link,
    )


@reacts_to(PersonDeclined)
async def tell_the_declined(tx: Tx, event: PersonDeclined) -> None:
    """The reason, in the secretariat's words."""
    person = await tx.get(Person, event.person_id)
    await post(
        tx,
        template="accounts/declined",
        to=person.email,
        to_name=person.name,
        subject=_("Your registration"),
        subject_id=person.id,
        context={"reason": person.decided_reason or ""},
    )


@reacts_to(PersonInvited)
async def tell_the_invited(tx: Tx, event: PersonInvited) -> None:
    """A link to sign in, which lasts a week."""
    person = await tx.get(Person, event.person_id)
    link = await sign_in_link(tx, person.id, INVITATION_LASTS)
    await post(
        tx,
        template="accounts/invited",
        to=person.email,
        to_name=person.name,
        subject=_("Your account"),
        subject_id=person.id,
        link=link,
    )
