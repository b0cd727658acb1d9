"""The employer's release after the yes, and the letter of appointment."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility.db import Tx
from facility.deployments.models.release import Release
from facility.deployments.rules.release import period
from facility.deployments.service.answering import cancel
from facility.deployments.service.release import answer_release, end_silent, name_superior, remind_superiors
from facility.events.reconcile import reconcile
from facility.events.relay import deliver_all, follow
from facility.experts.service.pool import change_expert
from facility.experts.service.superiors import is_confirmed
from facility.monitoring.queries.lists import requests
from facility.outbox.links import path_of
from facility.outbox.models import Link
from facility.refused import Refused
from tests.browser import Browsers, gives_reason, states, work
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert

DAY = timedelta(days=1)
SIGNED: dict[str, Any] = {"releases": True, "insured": True, "name": "Head Rossi"}


@pytest.fixture
async def needing(sending: Sending) -> Sending:
    """X1 has a superior, X2 has none that is known."""
    await sending.pool(
        expert("X1", available=[AHEAD], superior_name="Head Rossi", superior_email="head@example.org"),
        expert("X2", available=[AHEAD]),
    )
    return sending


async def booked(sending: Sending, code: str = "X1", **changes: Any) -> tuple[UUID, UUID]:
    """A request that needs a release within ten days, whose expert has said yes."""
    key = await sending.asking(release_days=10, appoints=True, seats=2, **changes)
    await sending.accept(key, code)
    return key, await sending.invitation(key, code)


async def release_of(sending: Sending, invitation_id: UUID) -> Release:
    """The latest."""
    query = select(Release).filter_by(invitation_id=invitation_id).order_by(Release.asked_at.desc())
    async with sending.db.transaction(now=INVITED) as tx:
        return (await tx.session.scalars(query)).first()  # type: ignore[return-value]


async def link_of(sending: Sending, release_id: UUID) -> str:
    query = select(Link).filter_by(purpose="release", subject_id=release_id)
    async with sending.db.transaction(now=INVITED) as tx:
        return path_of((await tx.session.scalars(query)).one())


async def answer(
    sending: Sending, release_id: UUID, at: datetime = INVITED + 2 * HOUR, **changes: Any
) -> Release:
    return await sending.play.act(None, lambda tx: answer_release(tx, release_id, **SIGNED | changes), at)


async def templates(sending: Sending) -> list[tuple[str, str]]:
    return [(mail.template.removeprefix("deployments/"), mail.to_address) for mail in await sending.mails()]


async def test_the_superior_releases_and_the_expert_is_appointed(needing: Sending, browse: Browsers) -> None:
    key, invitation_id = await booked(needing)
    release = await release_of(needing, invitation_id)
    assert (release.email, release.state, release.ends_at) == (
        "head@example.org",
        "open",
        INVITED + HOUR + 10 * DAY,
    )
    assert ("appointment", "x1@example.org") not in await templates(needing)
    await answer(needing, release.id)
    sent = await templates(needing)
    assert {
        ("release", "head@example.org"),
        ("released", "x1@example.org"),
        ("appointment", "x1@example.org"),
    } <= {*sent}
    assert (await release_of(needing, invitation_id)).insured
    for name, status in (("ada", 200), ("paul", 403)):
        browser = await browse(needing.play.people[name])
        path = f"/deployments/{key}/invitations/{invitation_id}/appointment.pdf"
        assert (await browser.get(path)).status_code == status
    own = await (await browse()).get(f"{await needing.link(key, 'X1')}/appointment.pdf")
    assert own.headers["content-type"] == "application/pdf"
    assert not any((await reconcile(needing.db)).values())


async def test_who_must_be_released_first_is_told_so_with_the_booking(needing: Sending) -> None:
    await booked(needing)
    key = await needing.asking(place="Skopje", starts_on=date(2021, 11, 1), ends_on=date(2021, 11, 2))
    await needing.accept(key, "X1")
    first = {mail.context["place"]: mail.context["release_first"] for mail in await needing.mails("accepted")}
    assert first == {"Tirana, Albania": True, "Skopje": False}


async def test_a_refusal_ends_the_yes_and_the_next_is_asked(sending: Sending) -> None:
    await sending.pool(
        expert("X1", superior_name="Head Rossi", superior_email="head@example.org"),
        expert("X2"),
        expert("X3"),
    )
    key, invitation_id = await booked(sending)
    release = await release_of(sending, invitation_id)
    with pytest.raises(Refused) as refused:
        await answer(sending, release.id, releases=False)
    assert refused.value.codes == ("reason_missing",)
    await answer(sending, release.id, releases=False, reason="A trial")
    assert await sending.outcomes(key) == {"X1": "cancelled", "X2": "open", "X3": "open"}
    assert await sending.booked("X1") == []
    sent = await templates(sending)
    assert {("not_released", "x1@example.org"), ("not_released", "ada@example.org")} <= {*sent}
    assert ("cancelled", "x1@example.org") not in sent
    with pytest.raises(Refused) as refused:
        await answer(sending, release.id)
    assert refused.value.codes == ("release_over",)
    assert not any((await reconcile(sending.db)).values())


async def test_a_seat_whose_expert_is_not_released_is_empty_for_the_commission(needing: Sending) -> None:
    key, invitation_id = await booked(needing)
    release = await release_of(needing, invitation_id)
    for accepted in (1, 0):
        await follow(needing.db)
        async with needing.db.reader() as connection:
            (line,), _ = await requests(connection, needing.play.people["carl"])
        assert (line.deployment_id, line.accepted) == (key, accepted)
        assert not any((await reconcile(needing.db)).values())
        if accepted:
            await answer(needing, release.id, releases=False, reason="A trial")


async def test_silence_is_reminded_and_then_the_secretariats(needing: Sending) -> None:
    _key, invitation_id = await booked(needing)
    release = await release_of(needing, invitation_id)
    assert await remind_superiors(needing.db, INVITED + 5 * DAY) == 0
    assert await remind_superiors(needing.db, INVITED + 6 * DAY) == 1
    await deliver_all(needing.db, lambda: INVITED + 6 * DAY)
    assert await end_silent(needing.db, INVITED + 9 * DAY) == 0
    after = INVITED + 11 * DAY
    assert await end_silent(needing.db, after) == 1
    await deliver_all(needing.db, lambda: after)
    assert ("release_again", "head@example.org") in await templates(needing)
    await answer(needing, release.id, after)
    assert (await release_of(needing, invitation_id)).state == "released"


async def test_who_is_asked_anew_is_asked_alone(needing: Sending) -> None:
    key, invitation_id = await booked(needing)
    first = await release_of(needing, invitation_id)

    async def again(tx: Tx) -> None:
        await name_superior(tx, invitation_id, name="Deputy", email="deputy@example.org", deployment_id=key)

    await needing.play.act("ada", again, INVITED + 2 * HOUR)
    second = await release_of(needing, invitation_id)
    assert ("release_off", "head@example.org") in await templates(needing)
    with pytest.raises(Refused) as refused:
        await answer(needing, first.id, INVITED + 3 * HOUR)
    assert refused.value.codes == ("release_over",)
    await answer(needing, second.id, INVITED + 3 * HOUR)
    with pytest.raises(Refused) as refused:
        await needing.play.act("ada", again, INVITED + 4 * HOUR)
    assert refused.value.codes == ("released_already",)


async def test_with_the_booking_the_release_ends(needing: Sending) -> None:
    key, invitation_id = await booked(needing)
    await needing.play.act("ada", lambda tx: cancel(tx, invitation_id, reason="Moved"), INVITED + 2 * HOUR)
    assert (await release_of(needing, invitation_id)).state == "cancelled"
    assert ("release_off", "head@example.org") in await templates(needing)
    with pytest.raises(Refused) as refused:
        await needing.play.act(
            "ada",
            lambda tx: name_superior(tx, invitation_id, name="A", email="a@example.org", deployment_id=key),
            INVITED + 3 * HOUR,
        )
    assert refused.value.codes == ("release_not_needed",)


async def test_a_request_without_release_appoints_after_the_yes_and_an_old_one_does_not(
    needing: Sending,
) -> None:
    key = await needing.asking(appoints=True)
    await needing.accept(key, "X1")
    assert ("appointment", "x1@example.org") in await templates(needing)
    plain = await needing.asking(starts_on=AHEAD[0] + 60 * DAY, ends_on=AHEAD[0] + 61 * DAY)
    await needing.accept(plain, "X1")
    assert [t for t, _ in await templates(needing)].count("appointment") == 1
    assert "release" not in [t for t, _ in await templates(needing)]


async def test_the_secretariat_confirms_on_a_page_whom_the_expert_names(
    needing: Sending, browse: Browsers
) -> None:
    key = await needing.soon(release_days=3, appoints=True, seats=2)
    expert_ = await browse()
    path = await needing.link(key, "X2")
    assert "release-needed" in states(await expert_.get(path))
    await needing.accept(key, "X2", needing.at + HOUR)
    assert f'action="{path}/superior"' in (await expert_.get(path)).text
    ada = await browse(needing.play.people["ada"])
    assert "experts-whose-superior-is-not-known" in work(await ada.get("/"))
    wrong = await expert_.send_form(f"{path}/superior", {"name": "", "email": "nobody"})
    assert wrong.status_code == 422
    form = {"name": "Chief Horvat", "email": "chief@example.org"}
    own = await expert_.send_form(f"{path}/superior", form | {"email": "X2@example.org"})
    assert (own.status_code, gives_reason(own, "superior_is_expert")) == (422, True)
    assert (await expert_.send_form(f"{path}/superior", form)).status_code == 303
    assert (await expert_.send_form(f"{path}/superior", form)).status_code == 409
    await deliver_all(needing.db, lambda: datetime.now(UTC))
    invitation_id = await needing.invitation(key, "X2")
    # Nobody is asked at an address that only the expert has named.
    assert await needing.mails("release") == []
    assert "superior-not-confirmed" in states(await expert_.get(path))
    assert "experts-whose-superior-is-not-confirmed" in work(await ada.get("/"))
    ask = f"/deployments/{key}/invitations/{invitation_id}/release"
    assert 'value="chief@example.org"' in (await ada.get(ask)).text
    for _press in range(2):
        assert (await ada.send_form(ask, form)).status_code == 303
    assert "experts-whose-superior-is-not-confirmed" not in work(await ada.get("/"))
    await deliver_all(needing.db, lambda: datetime.now(UTC))
    assert [mail.to_address for mail in await needing.mails("release")] == ["chief@example.org"]
    # Confirmed once is confirmed for the next mission, until the profile names another.
    expert_id = needing.experts["X2"]
    assert is_confirmed(await needing.expert("X2"))
    await needing.play.act(None, lambda tx: _name_another(tx, expert_id), needing.at + HOUR)
    assert not is_confirmed(await needing.expert("X2"))


async def _name_another(tx: Tx, expert_id: UUID) -> None:
    draft = expert("X2", available=[AHEAD], superior_name="A friend", superior_email="friend@example.org")
    await change_expert(tx, expert_id, draft)


async def test_a_superior_answers_behind_the_link(needing: Sending, browse: Browsers) -> None:
    key = await needing.soon(release_days=3, appoints=True, seats=2)
    await needing.accept(key, "X2", needing.at + HOUR)
    invitation_id = await needing.invitation(key, "X2")
    chief: dict[str, Any] = {"name": "Chief Horvat", "email": "chief@example.org", "deployment_id": key}
    await needing.play.act("ada", lambda tx: name_superior(tx, invitation_id, **chief), needing.at + HOUR)
    ada, anybody = await browse(needing.play.people["ada"]), await browse()
    release = await release_of(needing, invitation_id)
    link = await link_of(needing, release.id)
    page = await anybody.get(link)
    for words in (" Expert X2, ", " Chief Horvat, ", "Tirana, Albania", "Kosovo*"):
        assert words in page.text
    assert "open" in states(page)
    assert (await release_of(needing, invitation_id)).state == "open"
    missing = await anybody.send_form(
        link, {"answer": "refuse", "name": "Chief Horvat", "insured": "", "reason": ""}
    )
    assert missing.status_code == 422
    reply = {"answer": "release", "insured": "no", "name": "Chief Horvat", "reason": ""}
    assert (await anybody.send_form(link, reply)).status_code == 303
    assert "Expert X2 is released" in (await anybody.get(link)).text
    assert (await anybody.send_form(link, reply)).status_code == 409
    deployment_page = (await ada.get(f"/deployments/{key}")).text
    assert "not-insured" in states(deployment_page)
    assert deployment_page.count("Chief Horvat") > 2, "the history names who answered"


def test_the_period_ends_with_the_day_before_the_mission_and_lasts_a_day_at_least() -> None:
    first = (INVITED + 5 * DAY).date()
    assert period(INVITED, 3, first).ends_at == INVITED + 3 * DAY
    assert period(INVITED, 30, first).ends_at == datetime(2021, 9, 10, 22, tzinfo=UTC)
    assert period(INVITED, 30, INVITED.date()).ends_at == INVITED + DAY
    assert period(INVITED, 2, first).remind_at == INVITED + DAY
