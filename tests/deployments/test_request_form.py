"""The form of a request for experts: what is usual stands folded."""

import re
from datetime import date, timedelta

from tests.browser import Browsers, errors
from tests.deployments.conftest import Sending
from tests.deployments.test_pages import form_of


async def test_the_usual_rules_are_folded_until_one_differs_or_is_wrong(
    sending: Sending, browse: Browsers
) -> None:
    ada = await browse(sending.play.people["ada"])
    here = f"/deployments/new?application={sending.play.applications['A']}"
    folds = re.compile(r'<details class="behind"( open)?><summary>([^<]*)</summary>')
    usual = [
        "Extra points",
        "Conflicts of interest",
        "How experts are asked",
        "Target",
        "Pay",
        "After the expert accepts",
    ]
    assert folds.findall((await ada.get(here)).text) == [("", title) for title in usual]
    wrong = form_of(sending, cool_off_months="24", remind_hours_before="24", report_days="0", place="")
    page = await ada.send_form("/deployments/new", wrong)
    assert page.status_code == 422
    stands = {title: bool(is_open) for is_open, title in folds.findall(page.text)}
    assert (stands["Conflicts of interest"], stands["Target"], stands["After the expert accepts"]) == (
        False,
        False,
        True,
    )
    page = await ada.send_form("/deployments/new", form_of(sending, bonus_regional_language="7", do="rows"))
    assert ("open", "Extra points") in [
        (is_open.strip(), title) for is_open, title in folds.findall(page.text)
    ]


async def test_a_deployment_lasts_at_most_sixty_days(sending: Sending, browse: Browsers) -> None:
    ada = await browse(sending.play.people["ada"])
    first = date.fromisoformat(form_of(sending)["starts_on"])
    too_long, long = [form_of(sending, ends_on=str(first + timedelta(days=days))) for days in (60, 59)]
    refused = await ada.send_form("/deployments/new", too_long)
    assert (refused.status_code, errors(refused)) == (422, ["ends_on"])
    assert (await ada.send_form("/deployments/new", long)).status_code == 303
