"""Requests for expertise on pages: asking, the shortlist in words, lists, who may see whom."""

import re
from datetime import timedelta
from functools import partial
from uuid import uuid4

from facility import clock
from facility.deployments.events.requests import InvitationAccepted
from facility.deployments.service.requesting import request_expertise
from facility.deployments.words import EXCLUSIONS
from facility.events.relay import deliver_all
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import Skill
from facility.web.i18n import Message
from tests.browser import Browsers, gives_reason, says, states
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert, order_of, requested
from tests.statements import count_statements


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
