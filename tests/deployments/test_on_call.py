"""A request may ask whoever is on call first: the rota of the week in which it is made decides, and the page says so."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from facility import clock
from facility.deployments.rules.shortlist import shortlist
from facility.deployments.service.requesting import conditions_of, confirm_shortlist, renew_shortlist
from facility.deployments.words import on_call_because, on_call_reasons
from facility.events.log import history
from facility.events.relay import deliver_all
from facility.experts.models.profile import Theme
from facility.experts.rules.profile import ExpertProfile
from facility.experts.service.pool import change_expert
from facility.experts.service.rota import put_on_call, set_rota_themes
from tests.browser import Browsers
from tests.deployments.conftest import HOUR, Sending, expert

NIGHT = datetime(2021, 9, 5, 22, 30, tzinfo=UTC)
"""Half past midnight in Brussels: the week has begun there."""
WEEK = date(2021, 9, 6)
AUTUMN = [(date(2021, 9, 1), date(2021, 10, 31))]
NAMES = {"X.JIT": "Joint investigation teams"}


async def on_call(sending: Sending, code: str, theme: str = "X.JIT", **changes: Any) -> None:
    """X1 has the higher score, X2 the lower, X3 none at all; this one of them is on call in the week of the night."""
    drafts = [expert(f"X{number}", available=AUTUMN) for number in (1, 2)]
    drafts.append(expert("X3", available=AUTUMN, themes={"X.JIT": 3, "X.MLA": 3}, languages={"en": "A1"}))
    await sending.pool(*drafts)
    sending.at = NIGHT
    ids = await themes(sending, theme)
    await sending.play.act("ada", lambda tx: set_rota_themes(tx, ids), NIGHT)
    await sending.play.act(
        "ada", lambda tx: put_on_call(tx, ids[0], sending.experts[code], WEEK, 1), NIGHT - 24 * HOUR
    )


async def themes(sending: Sending, code: str) -> list[UUID]:
    async with sending.db.transaction(now=NIGHT) as tx:
        return list((await tx.session.scalars(select(Theme.id).where(Theme.code == code))).all())


async def ranked(sending: Sending, key: UUID) -> list[str]:
    return [line["code"] for line in (await sending.row(key)).shortlist["ranked"]]


def test_who_is_on_call_stands_before_all_others_and_nothing_else_changes(sending: Sending) -> None:
    pool = [
        ExpertProfile(f"X{number}", "IT", {"X.JIT": level}, {"en": "C1"}, tuple(AUTUMN), recent)
        for number, level, recent in ((1, 5, 0), (2, 5, 1), (3, 4, 0), (4, 3, 0), (5, 2, 0))
    ]
    conditions = conditions_of(sending.draft())
    usual = shortlist(pool, conditions, {})
    assert [matched.expert for matched in usual.ranked] == ["X1", "X2", "X3", "X4"]
    first = shortlist(pool, conditions, {}, {"X4", "X2", "X5"})
    assert [matched.expert for matched in first.ranked] == ["X2", "X4", "X1", "X3"]
    assert (first.excluded, set(first.ranked)) == (usual.excluded, set(usual.ranked))


async def test_whoever_is_on_call_is_asked_at_once(
    sending: Sending, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await on_call(sending, "X2")
    plain = await sending.request()
    assert (await ranked(sending, plain), "on_call" in (await sending.row(plain)).shortlist) == (
        ["X1", "X2"],
        False,
    )
    key = await sending.request(on_call_first=True, respond_within_hours=2)
    assert await ranked(sending, key) == ["X2", "X1"]
    # Made anew in another week it is still the week of the request that counts.
    await sending.play.act("ada", lambda tx: renew_shortlist(tx, key), NIGHT + timedelta(days=7))
    assert await ranked(sending, key) == ["X2", "X1"]
    ada = await browse(sending.play.people["ada"])
    page = (await ada.get(f"/deployments/{key}/order")).text
    assert on_call_reasons({"X.JIT": ["X2"]}, NAMES, this_week=False)["X2"] in page
    await sending.play.act("ada", lambda tx: confirm_shortlist(tx, key), NIGHT)
    await deliver_all(sending.db, lambda: NIGHT)
    (invitation,) = (await sending.invitations(key)).values()
    assert (sending.codes[invitation.expert_id], invitation.respond_by) == ("X2", NIGHT + 2 * HOUR)
    async with sending.db.reader() as connection:
        (confirmed,) = [
            row.event
            for row in await history(connection, key)
            if type(row.event).__name__ == "OrderConfirmed"
        ]
    assert confirmed.departs is False  # type: ignore[attr-defined]
    (mail,) = await sending.mails("invitation")
    because = on_call_because({"X.JIT": ["X2"]}, "X2", NAMES, NIGHT)
    assert "Joint investigation teams, 6–12 Sept 2021" in because
    assert mail.context["on_call"] == because
    monkeypatch.setattr(clock, "now", lambda: NIGHT)
    assert because in (await (await browse()).get(await sending.link(key, "X2"))).text
    await sending.decline(key, "X2", NIGHT + HOUR)
    await deliver_all(sending.db, lambda: NIGHT + HOUR)
    assert [mail.context["on_call"] for mail in await sending.mails("invitation")] == [because, ""]


@pytest.mark.parametrize(
    ("code", "theme", "state", "about"),
    [
        ("X2", "X.MLA", "nobody-on-call", " Joint investigation teams."),
        ("X3", "X.JIT", "on-call-left-out", "X3 "),
    ],
)
async def test_the_page_says_where_nobody_comes_first(
    sending: Sending, browse: Browsers, code: str, theme: str, state: str, about: str
) -> None:
    await on_call(sending, "X3" if theme == "X.MLA" else code, theme)
    key = await sending.request(on_call_first=True)
    assert await ranked(sending, key) == ["X1", "X2"]
    ada = await browse(sending.play.people["ada"])
    page = (await ada.get(f"/deployments/{key}/order")).text
    assert re.search(rf'data-state="{state}">[^<]*{re.escape(about)}', page)


async def test_who_has_left_the_pool_is_on_call_no_more(sending: Sending, browse: Browsers) -> None:
    await on_call(sending, "X2")
    gone = expert("X2", available=AUTUMN, active=False)
    await sending.play.act("ada", lambda tx: change_expert(tx, sending.experts["X2"], gone), NIGHT)
    key = await sending.request(on_call_first=True, sensitive=True)
    assert (await sending.row(key)).shortlist["on_call"] == {"X.JIT": []}


async def test_a_mail_about_a_sensitive_request_does_not_name_its_theme(sending: Sending) -> None:
    await on_call(sending, "X2")
    await sending.asking(on_call_first=True, sensitive=True)
    await deliver_all(sending.db, lambda: NIGHT)
    (mail,) = await sending.mails("invitation")
    assert mail.context["on_call"] == ""
