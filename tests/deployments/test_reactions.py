"""Mails about invitations: to whom, with what, and without what."""

from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from facility.accounts.service.people import deactivate
from facility.awards.service.ending import withdraw_award
from facility.db import Tx
from facility.deployments.models.invitation import Invitation
from facility.deployments.service.answering import cancel, decline
from facility.deployments.service.requesting import confirm_shortlist
from facility.events.relay import deliver_all
from facility.outbox.models import Link
from facility.settings import Settings
from facility.web.render import environment
from tests.deployments.conftest import HOUR, INVITED, Sending, expert


async def mails(sending: Sending) -> list[tuple[str, str]]:
    return [(mail.template.removeprefix("deployments/"), mail.to_address) for mail in await sending.mails()]


async def end_award(sending: Sending, at: datetime = INVITED + 5 * HOUR) -> None:
    application = sending.play.applications["A"]
    await sending.play.act("ada", lambda tx: withdraw_award(tx, application, "Gave up."), at)


async def test_each_invitation_has_a_link_of_its_own_until_its_last_instant(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"))
    key = await sending.asking(seats=2)
    assert sorted(await mails(sending)) == [
        ("invitation", "x0@example.org"),
        ("invitation", "x1@example.org"),
    ]
    async with sending.db.reader() as connection:
        linked = await connection.scalars(select(Link.subject_id).where(Link.purpose == "invitation"))
    invitations = (await sending.invitations(key)).values()
    assert set(linked) == {invitation.id for invitation in invitations}
    assert {invitation.respond_by for invitation in invitations} == {INVITED + 72 * HOUR}


async def test_who_has_answered_before_the_mail_was_written_gets_none(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.request()
    async with sending.db.transaction(now=INVITED) as tx:
        await confirm_shortlist(tx, key)
        invitation = await only_invitation(tx, key)
        await decline(tx, invitation)
    await deliver_all(sending.db, lambda: INVITED)
    assert [template for template, _to in await mails(sending)] == ["exhausted"]


async def only_invitation(tx: Tx, key: UUID) -> UUID:
    return (await tx.session.scalars(select(Invitation.id).where(Invitation.deployment_id == key))).one()


async def test_a_yes_is_confirmed_with_days_and_place(sending: Sending, settings: Settings) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking(place="Pristina, Kosovo*")
    await sending.accept(key, "X0")
    (mail,) = await sending.mails("accepted")
    assert (mail.subject, mail.to_address) == ("You are booked: A/D1", "x0@example.org")
    text = (
        environment(settings)
        .get_template("mails/deployments/accepted.txt")
        .render(to_name=mail.to_name, url="https://link", base_url="https://base", **mail.context)
    )
    for words in ("Dear Expert X0,", "4–8 Oct 2021", "Pristina, Kosovo*", "https://link", "UNSCR 1244/1999"):
        assert words in text
    assert "Joint work" not in text
    assert mail.link_id is not None


async def test_the_officer_who_asked_hears_that_the_list_ran_out(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    await sending.decline(key, "X0")
    (mail,) = await sending.mails("exhausted")
    assert (mail.to_address, mail.context["free"], mail.context["path"]) == (
        "ada@example.org",
        1,
        f"/deployments/{key}",
    )


async def test_where_that_officer_has_left_the_whole_secretariat_hears(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    await sending.play.act("root", lambda tx: deactivate(tx, sending.play.people["ada"]), INVITED)
    await sending.decline(key, "X0")
    assert [mail.to_address for mail in await sending.mails("exhausted")] == ["vera@example.org"]


async def test_who_took_the_yes_back_decides_who_is_told(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"), expert("X2"))
    key = await sending.asking(seats=2)
    for code, actor in (("X0", None), ("X1", "vera")):
        await sending.accept(key, code)
        invitation = await sending.invitation(key, code)
        await sending.play.act(
            actor,
            partial(cancel, invitation_id=invitation, reason="Moved.", by_expert=actor is None),
            INVITED + 2 * HOUR,
        )
    cancelled = {mail.to_address: mail.context for mail in await sending.mails("cancelled")}
    assert {to: context["by_expert"] for to, context in cancelled.items()} == {
        "x0@example.org": True,
        "x1@example.org": False,
    }
    assert cancelled["x1@example.org"]["reason"] == "Moved."
    assert [mail.to_address for mail in await sending.mails("taken_back")] == ["ada@example.org"]


async def test_when_the_award_ends_those_asked_and_those_booked_are_told(sending: Sending) -> None:
    await sending.pool(expert("X0"), expert("X1"), expert("X2"))
    key = await sending.asking(seats=2)
    await sending.accept(key, "X0")
    await end_award(sending)
    assert (await mails(sending))[-2:] in (
        [("withdrawn", "x1@example.org"), ("award_ended", "x0@example.org")],
        [("award_ended", "x0@example.org"), ("withdrawn", "x1@example.org")],
    )


async def test_nobody_is_told_of_a_deployment_that_lies_in_the_past(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking(starts_on=date(2021, 10, 4), ends_on=date(2021, 10, 8))
    await sending.accept(key, "X0")
    await end_award(sending, INVITED + timedelta(days=60))
    assert [template for template, _to in await mails(sending)] == ["invitation", "accepted"]


async def test_no_subject_names_anybody_and_every_mail_can_be_written(
    sending: Sending, settings: Settings
) -> None:
    await sending.pool(*[expert(f"X{n}") for n in range(3)])
    key = await sending.asking(seats=2)
    await sending.accept(key, "X0")
    invitation = await sending.invitation(key, "X0")
    await sending.play.act(
        None, lambda tx: cancel(tx, invitation, reason="Ill", by_expert=True), INVITED + 2 * HOUR
    )
    await sending.decline(key, "X1", INVITED + 3 * HOUR)
    await sending.accept(key, "X2", INVITED + 4 * HOUR)
    await end_award(sending)
    templates = environment(settings)
    for mail in await sending.mails():
        assert "Expert X" not in mail.subject
        template = templates.get_template(f"mails/{mail.template}.txt")
        text = template.render(to_name=mail.to_name, url="URL", base_url="BASE", **mail.context)
        assert "Joint work" not in text
        assert f"Dear {mail.to_name}," in text
