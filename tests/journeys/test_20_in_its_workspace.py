"""A call from its draft to its delivery, without leaving its workspace: after the draft everybody opens the call once, and
then only follows what its pages lead to. Each page leads back to the call."""

import re
from datetime import timedelta
from uuid import UUID

import msgspec
from playwright.sync_api import expect

from facility import clock
from facility.activities.service.activities import complete
from facility.calls.models.call import Call
from facility.calls.service.draft import change_draft
from facility.calls.service.reading import draft_of
from facility.db import Tx
from facility.story.calls import CALL, SHORT_GRID
from tests.journeys.cast import Company, address
from tests.journeys.drafting import fill_call
from tests.journeys.machinery import Service, until
from tests.journeys.stage import Stage, seconds_from_now
from tests.journeys.test_6_activities import document, plan_on
from tests.journeys.visitor import Visitor

REFERENCE, TITLE = "TAF-2026-200", "In its workspace"


class Workspace:
    """A visitor in one call: each step must leave them on a page that leads back to it."""

    def __init__(self, visitor: Visitor, call_id: UUID) -> None:
        self.visitor = visitor
        self.home = f"/staff/calls/{call_id}"
        visitor.goto(self.home)

    def begin(self, verb: str = "", at: str = "*") -> None:
        """From the call's overview to what it says is next, which begins with this verb or which this selector means."""
        page = self.visitor.page
        if not page.url.endswith(self.home):
            self.visitor.step(page.locator(f'nav.crumbs a[href="{self.home}"]').click)
        act = page.locator(f".frame-act a:is({at})").filter(has_text=re.compile(rf"^{verb}\b"))
        self.visitor.step(act.click)
        self.is_inside()

    def press(self, name: str) -> None:
        """A button, and what it leads to."""
        self.visitor.press(name)
        self.is_inside()

    def is_inside(self) -> None:
        """The page is the call's own, or one of something in it."""
        expect(
            self.visitor.page.locator(
                f'nav.crumbs a[href="{self.home}"], a[aria-current][href="{self.home}"]'
            ).first
        ).to_be_visible()

    def stands_at(self, stage: str) -> None:
        """The stage in which the call is, by its own page."""
        self.visitor.goto(self.home)
        expect(self.visitor.page.locator('[aria-current="step"]')).to_contain_text(stage)


def drafted(ada: Visitor, service: Service) -> UUID:
    """Ada's draft; its id."""
    ada.goto("/staff/calls")
    ada.follow("Draft a call")
    fill_call(ada, REFERENCE, TITLE, f"CA1: For {REFERENCE}", "60 000", "60 000")
    ada.press("Save the draft")
    call_id: UUID = service.value_of("SELECT id FROM call WHERE reference = :reference", reference=REFERENCE)
    assert ada.page.url.endswith(f"/staff/calls/{call_id}")
    return call_id


def received(vera: Workspace, stage: Stage, call_id: UUID) -> UUID:
    """Vera publishes the call, and it closes with one application, whose id this is. It is drafted with whole
    minutes and the usual form and grid; a command gives it an end that is near, and short ones."""

    async def shorten(tx: Tx) -> None:
        draft = draft_of(await tx.lock(Call, call_id))
        soon = msgspec.structs.replace(draft, closes_at=seconds_from_now(20), grid=SHORT_GRID, form=CALL.form)
        await change_draft(tx, call_id, soon)

    stage.service.act(address("ada"), shorten)
    vera.visitor.goto(vera.home)
    vera.visitor.follow("Check and publish")
    vera.is_inside()
    vera.press("Publish the call")
    vera.stands_at("Open")
    application = stage.submitted(call_id, "Work in one place")
    state = "SELECT state FROM call WHERE id = :id"
    until("the call closes", lambda: stage.service.value_of(state, id=call_id) == "closed")
    return application


def opened(ada: Workspace, vera: Workspace) -> None:
    """By two people."""
    ada.stands_at("Opening")
    ada.begin("Open")
    ada.press("Begin the opening")
    vera.stands_at("Opening")
    vera.begin("Open")
    vera.press("Confirm and open")


def judged(ada: Workspace, stage: Stage, application: UUID) -> None:
    """Checked, assigned and assessed."""
    ada.stands_at("Admissibility")
    ada.begin("Check the admissibility of")
    for met in ada.visitor.page.locator('input[name$="-verdict"][value="met"]').all():
        met.check()
    ada.visitor.tick("Yes, it goes to assessment")
    ada.press("Save the assessment")
    ada.begin("Assign assessors in")
    ada.visitor.tick(f"Choose {REFERENCE}/001")
    for assessor in ("Elena Rossi", "Erik Dahl"):
        ada.visitor.tick(assessor)
    ada.press("Assign")
    ada.stands_at("Assessment")
    for assessor in ("elena", "erik"):
        stage.score(application, assessor, "16", "70")


def decided(ada: Workspace, paul: Workspace) -> None:
    """Proposed, decided and signed."""
    ada.stands_at("Ranking")
    ada.begin("Propose the ranking of")
    ada.press("Propose this ranking")
    mail = paul.visitor.post.next(paul.visitor.email, REFERENCE)
    assert re.search(r"/evaluation/[0-9a-f-]+/decision", mail.text)
    paul.stands_at("Decision")
    paul.begin("Decide the ranking of")
    paul.press("Decide the call")
    ada.stands_at("Delivery")
    ada.begin(at='[href$="/signature"]')
    ada.visitor.fill("Signed on", clock.now().date().isoformat())
    ada.press("Save")


def delivered(omar: Visitor, vera: Workspace, stage: Stage, application: UUID) -> None:
    """The lead begins at the application; an award covers activities from the next day on, so he reports two days ahead of the
    clock, by a command. Vera verifies what took place."""
    omar.goto(f"/applications/{application}")
    omar.follow("Plan an activity")
    tomorrow = clock.now().astimezone(clock.BRUSSELS).date() + timedelta(days=1)
    activity = plan_on(omar, "A workshop from one place", tomorrow.isoformat())
    document(omar, activity)
    expect(omar.page.locator(f'nav.crumbs a[href="/applications/{application}"]')).to_be_visible()
    key = UUID(activity.rpartition("/")[2])
    stage.service.act(omar.email, lambda tx: complete(tx, key), clock.now() + timedelta(days=2))
    vera.stands_at("Delivery0 of 1")
    vera.begin("Verify")
    vera.visitor.follow("Verify it")
    vera.is_inside()
    vera.press("Verify it")
    vera.stands_at("Delivery1 of 1")


def test_a_whole_call_in_its_workspace(company: Company, stage: Stage, service: Service) -> None:
    stage.envelope(f"For {REFERENCE}", "60000.00")
    for assessor in ("elena", "erik"):
        company[assessor]  # who has not come in can't be assigned
    call_id = drafted(company["ada"], service)
    vera = Workspace(company["vera"], call_id)
    application = received(vera, stage, call_id)
    ada = Workspace(company["ada"], call_id)
    opened(ada, vera)
    judged(ada, stage, application)
    decided(ada, Workspace(company["paul"], call_id))
    delivered(company["omar"], vera, stage, application)
    for key in ("carl", "greta"):
        reader = Workspace(company[key], call_id)
        tabs = reader.visitor.page.locator("nav.tabs")
        for name in tabs.locator("a").all_text_contents():
            reader.visitor.follow(name, within=tabs)
            reader.is_inside()
