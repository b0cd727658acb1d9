"""Requests for expertise on pages: asking, the shortlist in words, the order, who may see whom."""

import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from facility import clock
from facility.deployments.events.requests import InvitationAccepted
from facility.deployments.service.requesting import request_expertise
from facility.deployments.words import EXCLUSIONS
from facility.events.relay import deliver_all
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import Skill
from facility.experts.service.pool import change_expert
from facility.web.i18n import Message
from tests.browser import Browser, Browsers, errors, gives_reason, says, states
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert
from tests.statements import count_statements


@pytest.fixture
async def pool(sending: Sending) -> Sending:
    """The dossier's kinds of experts, free for long."""
    await sending.pool(
        expert(
            "X0",
            name="Giulia Rossi",
            themes={"OC.FIREARMS": 5, "X.JIT": 4},
            languages={"en": "C1", "sq": "B1"},
            available=[AHEAD],
        ),
        expert(
            "X1",
            country="HR",
            themes={"OC.FIREARMS": 4},
            languages={"en": "C1", "hr": "C2"},
            available=[AHEAD],
        ),
        expert("X2", available=[AHEAD], themes={"X.JIT": 3}),
        expert("X3", available=[]),
        expert("X4", available=[AHEAD], conflicts=[(sending.play.institutions["AL"], "seconded")]),
        expert("X5", available=[AHEAD], country="RS"),
        expert("X6", available=[AHEAD], languages={"en": "B2"}),
        expert("X7", available=[AHEAD], themes={"OC.CYBER": 5}),
    )
    return sending


def form_of(sending: Sending, **changes: Any) -> dict[str, Any]:
    first = clock.now().date() + timedelta(days=20)
    return {
        "application": str(sending.play.applications["A"]),
        "place": "Pristina, Kosovo",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=4)).isoformat(),
        "seats": "2",
        "language": "en",
        "language_level": "C1",
        "themes-0-code": "X.JIT",
        "themes-0-weight": "3",
        "themes-1-code": "OC.FIREARMS",
        "themes-1-weight": "2",
        "themes-2-code": "",
        "themes-2-weight": "",
        "min_theme_level": "3",
        "bonus_regional_language": "2",
        "bonus_no_recent_deployment": "1",
        "respond_within_hours": "72",
        "do": "save",
        **changes,
    }


async def requested(sending: Sending, ada: Browser, **changes: Any) -> UUID:
    answer = await ada.send_form("/deployments/new", form_of(sending, **changes))
    assert answer.status_code == 303
    return UUID(answer.headers["location"].split("/")[2])


def order_of(sending: Sending, *codes: str, reason: str = "") -> dict[str, str]:
    """What the form of the order sends: these codes in their places, the others of the shortlist empty."""
    places = {code: str(place) for place, code in enumerate(codes, 1)}
    fields = {f"place_{sending.experts[code]}": places.get(code, "") for code in ("X0", "X1", "X2")}
    return {**fields, "reason": reason}


async def test_the_way_from_an_application_to_a_shortlist_in_words(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    a, b = pool.play.applications["A"], pool.play.applications["B"]
    assert f"/deployments?application={a}" in (await ada.get(f"/applications/{a}")).text
    assert f"/deployments?application={b}" not in (await ada.get(f"/applications/{b}")).text
    assert f"/deployments/new?application={a}" in (await ada.get(f"/deployments?application={a}")).text
    assert "Ask for experts" in (await ada.get(f"/deployments/new?application={a}")).text
    assert (await ada.get(f"/deployments/new?application={b}")).status_code == 409
    key = await requested(pool, ada)
    page = await ada.get(f"/deployments/{key}/order")
    for words in (
        "Joint investigation teams 4 × 3 + Firearms trafficking 5 × 2 + speaks Albanian 2 + no deployment in 12 months 1"
        " = 25",
        "Firearms trafficking 4 × 2 + speaks Croatian 2 = 10",
        "Joint investigation teams 3 × 3 = 9",
        "(Serbia)",
        "Pristina, Kosovo*",
    ):
        assert words in page.text
    for reason in ("not_available", "conflict", "not_eu_member_state", "language", "theme"):
        assert says(page, EXCLUSIONS[reason])
    assert "order-to-confirm" in states(page)
    assert (await pool.row(key)).place == "Pristina, Kosovo*"


async def test_a_skill_the_same_language_and_a_branch_are_asked_for(
    sending: Sending, browse: Browsers
) -> None:
    writes_less = {"sr": {Skill.WRITING: "B1"}}
    await sending.pool(
        expert("X1", available=[AHEAD], languages={"sr": "C1"}),
        expert("X2", available=[AHEAD], languages={"sr": "C1"}, skills=writes_less),
        expert("X3", available=[AHEAD], languages={"hr": "C2"}, branch=Branch.CUSTOMS),
    )
    ada = await browse(sending.play.people["ada"])
    conditions = {
        "language": "hr",
        "language_level": "B2",
        "language_skill": "writing",
        "bcms": "yes",
        "branch": "police",
    }
    key = await requested(sending, ada, **conditions, seats="1")
    page = (await ada.get(f"/deployments/{key}/order")).text
    for words in ("Croatian, Bosnian, Serbian or Montenegrin, at least B2 in writing", "Language: Serbian"):
        assert words in page
    for reason in ("language", "branch"):
        assert says(page, EXCLUSIONS[reason])
    form = (await ada.get(f"/deployments/new?application={sending.play.applications['A']}&like={key}")).text
    for words in ('value="writing" selected', 'value="police" selected', 'name="bcms" value="yes" checked'):
        assert words in form
    await ada.send_form(f"/deployments/{key}/order", {f"place_{sending.experts['X1']}": "1", "reason": ""})
    await deliver_all(sending.db, clock.now)
    (mail,) = await sending.mails("invitation")
    assert (mail.context["language"], mail.context["level"]) == (
        "Croatian, Bosnian, Serbian or Montenegrin",
        "B2 in writing",
    )
    await sending.decline(key, "X1", clock.now())
    extended = await ada.send_form(f"/deployments/{key}/extend", {"condition": "branch", "value": ""})
    assert extended.status_code == 303
    assert await sending.outcomes(key) == {"X1": "declined", "X3": "open"}


async def test_the_same_language_counts_for_none_but_the_four(sending: Sending, browse: Browsers) -> None:
    key = await requested(sending, await browse(sending.play.people["ada"]), bcms="yes")
    row = await sending.row(key)
    assert (row.language, row.bcms, row.language_skill, row.branch) == ("en", False, None, None)


async def test_who_only_reads_a_shortlist_gets_no_form(pool: Sending, browse: Browsers) -> None:
    key = await requested(pool, await browse(pool.play.people["ada"]))
    greta = await browse(pool.play.people["greta"])
    page = await greta.get(f"/deployments/{key}/order")
    assert (page.status_code, "no deployment in 12 months" in page.text) == (200, True)
    assert f'action="/deployments/{key}/order"' not in page.text
    assert "order-to-confirm" not in states(page)


async def test_the_shortlists_own_order_needs_no_reason(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    answer = await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X0", "X1", "X2"))
    assert (answer.status_code, answer.headers["location"]) == (303, f"/deployments/{key}")
    assert await pool.outcomes(key) == {"X0": "open", "X1": "open"}
    page = await ada.get(f"/deployments/{key}")
    for words in ("71 hours", "2 days 23 hours left", "Next in line", "Expert X2"):
        assert (words in page.text) is (words != "71 hours")
    assert "filled-0-of-2" in states(page)
    again = await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X0", "X1", "X2"))
    assert again.status_code == 409
    assert (await ada.get(f"/deployments/{key}/order")).headers["location"] == f"/deployments/{key}"


async def test_another_order_takes_a_reason_which_is_kept(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada, seats="1")
    path = f"/deployments/{key}/order"
    without = await ada.send_form(path, order_of(pool, "X2", "X0"))
    assert without.status_code == 422
    assert gives_reason(without, "reason_missing")
    assert f'name="place_{pool.experts["X2"]}" type="text" inputmode="numeric" value="1"' in without.text
    assert (
        await ada.send_form(path, order_of(pool, "X2", "X0", reason="Knows the court."))
    ).status_code == 303
    assert await pool.outcomes(key) == {"X2": "open"}
    assert "Knows the court." in (await ada.get(f"/deployments/{key}")).text


async def test_a_wrong_order_is_said_at_its_place(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    fields = order_of(pool, "X0", "X1", "X2")
    first, second = (f"place_{pool.experts[code]}" for code in ("X0", "X1"))
    twice = await ada.send_form(f"/deployments/{key}/order", {**fields, second: "1"})
    assert (twice.status_code, errors(twice)) == (422, [second])
    assert re.search(rf'href="#f-{second}">Place of X1: [^<]* 1 ', twice.text)
    high = await ada.send_form(f"/deployments/{key}/order", {**fields, first: "4"})
    assert (high.status_code, errors(high)) == (422, [first])
    assert re.search(rf'href="#f-{first}">Place of X0: [^<]* 1 [^<]* 3\.', high.text)
    nobody = await ada.send_form(f"/deployments/{key}/order", order_of(pool))
    assert (nobody.status_code, gives_reason(nobody, "nobody_chosen")) == (422, True)
    unknown = await ada.send_form(f"/deployments/{key}/order", {**fields, f"place_{uuid4()}": "4"})
    assert unknown.status_code == 400
    assert await pool.outcomes(key) == {}


async def test_the_shortlist_is_made_anew_when_the_pool_has_changed(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    better = expert("X3", available=[AHEAD])
    await pool.play.act("vera", lambda tx: change_expert(tx, pool.experts["X3"], better), clock.now())
    answer = await ada.send_form(f"/deployments/{key}/shortlist")
    assert answer.headers["location"] == f"/deployments/{key}/order"
    codes = [candidate["code"] for candidate in (await pool.row(key)).shortlist["ranked"]]
    assert codes == ["X0", "X3", "X1", "X2"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"place": " "}, {"place": "Place"}),
        ({"contact_name": "Ada Berisha"}, {"contact_email": "Mail address of the contact person"}),
        ({"contact_phone": "1"}, {"contact_name": "Contact person"}),
        ({"starts_on": "2020-01-01"}, {"starts_on": "First day", "ends_on": "Last day"}),
        ({"ends_on": "2026-01-01"}, {"ends_on": "Last day"}),
        (
            {"seats": "0", "respond_within_hours": "x"},
            {"seats": "Seats", "respond_within_hours": "Time to answer"},
        ),
        ({"language": "xx"}, {"language": "Language"}),
        ({"themes-1-code": "X.JIT"}, {"themes-1-code": "Theme, row 2"}),
        ({"themes-1-weight": ""}, {"themes-1-weight": "Weight, row 2"}),
        (
            {"themes-0-code": "", "themes-0-weight": "", "themes-1-code": "", "themes-1-weight": ""},
            {"themes-0-code": "Theme, row 1"},
        ),
        ({"bonus_regional_language": "-1"}, {"bonus_regional_language": "Points for a regional language"}),
    ],
)
async def test_each_wrong_field_is_named(
    pool: Sending, browse: Browsers, changes: dict[str, str], wrong: dict[str, str]
) -> None:
    ada = await browse(pool.play.people["ada"])
    answer = await ada.send_form("/deployments/new", form_of(pool, **changes))
    assert answer.status_code == 422
    assert errors(answer) == list(wrong)
    assert [name for name, label in wrong.items() if f'href="#f-{name}">{label}: ' not in answer.text] == []
    if "place" not in changes:
        assert 'value="Pristina, Kosovo"' in answer.text


async def test_more_rows_save_nothing(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    answer = await ada.send_form("/deployments/new", form_of(pool, do="rows", place=""))
    assert (answer.status_code, "There is a problem" in answer.text) == (200, False)
    assert 'name="themes-7-code"' in answer.text
    assert "No requests yet" in (await ada.get("/deployments")).text


async def test_a_yes_is_taken_back_with_a_reason(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada, seats="1")
    await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X0", "X1", "X2"))
    invitation = await pool.invitation(key, "X0")
    path = f"/deployments/{key}/invitations/{invitation}/cancel"
    assert gives_reason(await ada.get(path), "not_accepted")
    assert (await ada.send_form(path, {"reason": "Moved"})).status_code == 409
    await pool.accept(key, "X0", clock.now())
    assert path in (await ada.get(f"/deployments/{key}")).text
    assert (await ada.send_form(path, {"reason": ""})).status_code == 422
    other = f"/deployments/{uuid4()}/invitations/{invitation}/cancel"
    assert (await ada.send_form(other, {"reason": "Moved"})).status_code == 404
    assert (await ada.send_form(path, {"reason": "Moved"})).status_code == 303
    assert await pool.outcomes(key) == {"X0": "cancelled", "X1": "open"}


async def test_the_commission_reads_codes_and_lead_times_and_no_names(
    pool: Sending, browse: Browsers
) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada, seats="1")
    await ada.send_form(f"/deployments/{key}/order", order_of(pool, "X1", "X0", reason="A private reason"))
    await pool.decline(key, "X1", clock.now())
    await pool.accept(key, "X0", clock.now() + timedelta(hours=30))
    carl, greta = await browse(pool.play.people["carl"]), await browse(pool.play.people["greta"])
    page = (await carl.get(f"/deployments/{key}")).text
    for words in ("Rossi", "Expert X1", "A private reason", "Away", "/experts/", "<h2>History"):
        assert words not in page
    assert not any(says(page, reason) for reason in EXCLUSIONS.values())
    assert ("X0" in page, "X1" in page, "filled-1-of-1" in states(page)) == (True, True, True)
    assert re.search(r'data-state="lead-time">[^<]* 1 day 6 hours ', page)
    assert "1 day 6 hours" in (await carl.get("/deployments")).text
    whole = (await greta.get(f"/deployments/{key}")).text
    for words in ("Giulia Rossi", "A private reason", "Away", "<h2>History"):
        assert words in whole
    assert says(whole, Message(InvitationAccepted.sentence), seat=1)
    assert says(whole, EXCLUSIONS["language"])
    assert "Cancel this booking" not in whole


async def test_who_may(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await requested(pool, ada)
    application = pool.play.applications["A"]
    expected = {
        "ada": (200, 200, 200, 303),
        "greta": (200, 200, 403, 403),
        "carl": (200, 403, 403, 403),
        "paul": (200, 403, 403, 403),
        "omar": (403, 403, 403, 403),
        "elena": (403, 403, 403, 403),
        "root": (403, 403, 403, 403),
    }
    statuses = {}
    for name in expected:
        browser = await browse(pool.play.people[name])
        statuses[name] = (
            (await browser.get(f"/deployments/{key}")).status_code,
            (await browser.get(f"/deployments/{key}/order")).status_code,
            (await browser.get(f"/deployments/new?application={application}")).status_code,
            (await browser.send_form(f"/deployments/{key}/shortlist")).status_code,
        )
    assert statuses == expected
    nobody = await browse()
    assert (await nobody.get(f"/deployments/{key}")).headers["location"].startswith("/sign-in?next=")
    assert (await ada.get(f"/deployments/{uuid4()}")).status_code == 404
    assert (await ada.get(f"/deployments/new?application={uuid4()}")).status_code == 404
    assert (await ada.get("/deployments/new")).status_code == 400


async def test_a_list_and_a_page_cost_the_same_for_one_and_for_three(pool: Sending, browse: Browsers) -> None:
    ada, carl = await browse(pool.play.people["ada"]), await browse(pool.play.people["carl"])
    key = await pool.soon(seats=1, themes={"X.JIT": 3, "OC.FIREARMS": 2})
    await ada.get("/deployments")
    costs = []
    for _round in range(2):
        counts = []
        for browser, path in (
            (ada, "/deployments"),
            (ada, f"/deployments/{key}"),
            (carl, f"/deployments/{key}"),
        ):
            with count_statements(pool.db) as statements:
                assert (await browser.get(path)).status_code == 200
            counts.append(len(statements))
        costs.append(counts)
        if _round == 0:
            await pool.soon(), await pool.soon()
            await pool.decline(key, "X0", clock.now())
            await pool.decline(key, "X1", clock.now())
    assert costs == [[2, 6, 3], [2, 6, 3]]


async def test_a_long_list_goes_on_where_a_page_ended(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    for number in range(27):
        draft, at = pool.draft(place=f"Room {number}, Tirana"), clock.now() + timedelta(seconds=number)
        await pool.play.act("ada", partial(request_expertise, draft=draft), at)
    first = (await ada.get("/deployments?status=requested")).text
    assert (first.count("/order"), "A/D27</a>" in first, "A/D2</a>" in first) == (0, True, False)
    older = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = (await ada.get(older)).text
    assert ("A/D2</a>" in second, "A/D1</a>" in second, "A/D3</a>" in second) == (True, True, False)
    assert 'rel="next"' not in second
    assert "There are no such deployments" in (await ada.get("/deployments?status=filled")).text
    assert (await ada.get("/deployments?status=nonsense")).status_code == 200
    assert (await ada.get("/deployments?before=nonsense")).status_code == 400


async def test_answers_stand_on_an_axis_of_hours_to_those_who_may_read_them(
    pool: Sending, browse: Browsers
) -> None:
    carl = await browse(pool.play.people["carl"])
    key = await pool.asking(seats=1, themes={"X.JIT": 3, "OC.FIREARMS": 2})
    path, begin = f"/deployments/{key}", '<svg class="picture"'
    assert begin not in (await carl.get(path)).text
    await pool.decline(key, "X0", INVITED + 5 * HOUR)
    await pool.accept(key, "X1", INVITED + 25 * HOUR)
    page = (await carl.get(path)).text
    picture = page[page.index(begin) :].partition("</svg>")[0]
    marks = re.findall(r'class="answer( answer--yes)?" cx="([\d.]+)%"', picture)
    assert [(bool(yes), cx) for yes, cx in marks] == [(False, "26.5"), (True, "97.0")]
    assert re.findall(r">(X\d)</text>", picture) == ["X0", "X1"]
    assert re.findall(r'middle">(\d+)</text>', picture) == ["0", "4", "8", "12", "16", "20"]


async def test_the_points_of_a_shortlist_are_bars(pool: Sending, browse: Browsers) -> None:
    ada = await browse(pool.play.people["ada"])
    key = await pool.request(seats=1, themes={"X.JIT": 3, "OC.FIREARMS": 2})
    page = (await ada.get(f"/deployments/{key}/order")).text
    bars = re.findall(r'<svg class="bar"[^>]*aria-label="(\d+) points?">(.*?)</svg>', page)
    scores = [int(score) for score, _ in bars]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) > 1
    for score, bar in bars:
        widths = [float(width) for width in re.findall(r'class="c\d"[^>]* width="([\d.]+)%"', bar)]
        assert sum(widths) == pytest.approx(100 * int(score) / scores[0], abs=0.1)
