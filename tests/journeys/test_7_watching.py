"""Those who watch and those who run it: histories and individual scores, outbox and parked work, the rehearsal."""

import json
import re

from playwright.sync_api import expect
from sqlalchemy import text

from facility import clock
from facility.data import DATA
from facility.db import Database
from facility.events.reactions import deliver
from tests.journeys.cast import Company
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage, Wish
from tests.journeys.visitor import Visitor

EXAMPLES = DATA / "examples"
BREAK = """
CREATE FUNCTION refuse_mail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE TRIGGER refuse_mail BEFORE INSERT ON mail FOR EACH ROW
    WHEN (NEW.to_address = 'nils@facility.example') EXECUTE FUNCTION refuse_mail();
"""
MEND = "DROP TRIGGER refuse_mail ON mail; DROP FUNCTION refuse_mail();"


def change_database(service: Service, script: str) -> None:
    """Carry out statements that no command offers: how a machine fails."""

    async def run(db: Database) -> None:
        async with db.engine.begin() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(script)

    service.with_database(run)


def test_the_auditor_sees_histories_and_individual_scores(company: Company, stage: Stage) -> None:
    application = stage.awarded("TAF-2026-70", "Looked into", Wish("Seen by all"))
    greta, carl = company["greta"], company["carl"]
    for reader in (greta, carl):
        reader.goto("/")
        reader.heading("Facility at a glance")
    greta.goto("/evaluation")
    greta.follow("TAF-2026-70")
    board = greta.page.url
    greta.follow("Individual scores")
    greta.sees("Elena Rossi", "Erik Dahl", "16", "70")
    carl.goto(f"{board}/scores", status=403)
    greta.goto(f"/applications/{application}")
    greta.sees("History", "was submitted")
    greta.goto("/operations/log")
    greta.step(lambda: greta.page.locator("main a[href*='/operations/log/']").first.click())
    greta.sees("Verified")
    greta.goto("/operations/outbox", status=403)
    for path in ("/people", "/institutions", "/operations", "/contracts/CA1", "/experts", "/deployments"):
        greta.goto(path)
    assert greta.post_form("/evaluation/" + board.rsplit("/", 1)[1] + "/propose")[0] == 403


def test_a_mail_that_was_refused_is_sent_again(company: Company, visit: Opens, service: Service) -> None:
    root, ada = company["root"], company["ada"]
    guest = visit("nina@facility.example")
    root.post.server.refuse(guest.email)
    ada.goto("/people/invite")
    ada.fill("Name", "Nina Wolf")
    ada.fill("Mail address", guest.email)
    ada.tick("Assessor")
    ada.press("Invite")
    state = "SELECT state FROM mail WHERE to_address = :to"
    until("the mail is parked", lambda: service.rows(state, to=guest.email) == [("parked",)])
    root.goto("/operations")
    root.sees("Something needs your attention", "1 mail is parked")
    root.follow("1 mail is parked")
    root.step(lambda: root.page.locator("main table a").first.click())
    root.sees("PermanentFailure")
    root.post.server.accept(guest.email)
    root.press("Send again")
    guest.open_mail()
    guest.press("Sign in")


def test_a_parked_delivery_is_run_again(company: Company, visit: Opens, service: Service) -> None:
    root, ada = company["root"], company["ada"]
    guest = visit("nils@facility.example")
    change_database(service, BREAK)
    try:
        ada.goto("/people/invite")
        ada.fill("Name", "Nils Berg")
        ada.fill("Mail address", guest.email)
        ada.tick("Assessor")
        ada.press("Invite")
        fail_until_parked(service)
    finally:
        change_database(service, MEND)
    root.goto("/")
    root.clicks = 0
    root.follow(re.compile("^Check the parked delivery"))
    root.sees("accounts.", "DBAPIError")
    root.press("Run again")
    root.sees_notice()
    assert root.clicks == 2
    guest.open_mail()
    guest.press("Sign in")
    until("nothing is parked", lambda: parked(service) == [])
    root.goto("/operations/parked")
    root.sees("Nothing is parked")


def parked(service: Service) -> list[int]:
    """Ids of deliveries that are parked."""
    return [row[0] for row in service.rows("SELECT id FROM delivery WHERE state = 'parked'")]


def fail_until_parked(service: Service) -> None:
    """Try the delivery that fails as often as the worker would, without its pauses."""
    failing = "SELECT id FROM delivery WHERE state = 'waiting' AND attempts > 0"
    ((key,),) = until("the delivery fails", lambda: service.rows(failing))

    async def try_again(db: Database) -> None:
        while True:
            await deliver(db, key, clock.now)
            async with db.reader() as connection:
                state = await connection.execute(
                    text("SELECT state FROM delivery WHERE id = :id"), {"id": key}
                )
                if state.scalar_one() == "parked":
                    return

    service.with_database(try_again)


def test_staff_rehearse_a_scenario(company: Company) -> None:
    ada = company["ada"]
    example = (EXAMPLES / "taf-2021-01.json").read_bytes()
    ada.goto("/rehearsal")
    ada.press("Run the rehearsal", status=422)
    broken = json.loads(example)
    del broken["call"]
    ada.upload("Scenario file", "broken.json", json.dumps(broken).encode())
    ada.press("Run the rehearsal", status=422)
    mistakes = ada.page.get_by_role("table", name="Mistakes in the file")
    expect(mistakes.get_by_role("row").nth(1)).to_contain_text("call")
    ada.upload("Scenario file", "taf-2021-01.json", example)
    ada.press("Run the rehearsal")
    ada.heading("What would happen")
    ada.sees("Ranking at the decision", "Indicator 10.1", "2021: 2")
    rehearsed(ada)


def rehearsed(ada: Visitor) -> None:
    """The result as a file."""
    with ada.download() as files:
        ada.page.get_by_role("link", name="Result as JSON").click()
    assert files[0][0] == "result.json"
    assert "ranking" in json.loads(files[0][1])
