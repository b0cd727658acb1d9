"""The form of a request for experts: what is usual stands folded, and each wrong field is named."""

import re
from datetime import date, timedelta

import pytest

from tests.browser import Browsers, errors
from tests.deployments.conftest import Sending, form_of


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
