"""A mission of an expert, on the phone: into the pool, asked, released by the employer, appointed; afterwards reported on and paid, also
where it was cancelled late."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from icalendar import Calendar
from playwright.sync_api import expect
from sqlalchemy import select

from facility import clock
from facility.deployments.models.invitation import Invitation
from facility.deployments.rules.fees import Cancellation, Pay
from facility.deployments.service.answering import accept
from facility.story.teller import Teller
from facility.web.uploads import REFUSED
from tests import documents
from tests.browser import states
from tests.journeys.cast import Company, address
from tests.journeys.conftest import Opens
from tests.journeys.machinery import Service, link_in
from tests.journeys.stage import Stage, Wish
from tests.journeys.test_4_awards import words_of
from tests.journeys.test_24_judged import begin
from tests.journeys.visitor import Visitor
from tests.smtp import Received

CALL = "TAF-2026-250"
THEME = "X.WITNESS"
PIN = "482915"
TERMS = "Train those who protect witnesses."
OUTCOME = "SELECT outcome FROM invitation WHERE deployment_id = :id"


@pytest.fixture(scope="module")
def application(stage: Stage) -> UUID:
    """For which experts are asked."""
    return stage.awarded(CALL, "Witnesses are safe", Wish("Protection that holds"))


def today() -> date:
    return clock.now().astimezone(clock.BRUSSELS).date()


def mission_days() -> tuple[date, date]:
    """Monday to Wednesday in the second full week of the next month."""
    month = (today().replace(day=1) + timedelta(days=32)).replace(day=8)
    first = month + timedelta(days=-month.weekday() % 7)
    return first, first + timedelta(days=2)


def apply(nora: Visitor) -> None:
    """By the public page, and the link in the mail."""
    nora.goto("/pool")
    nora.check("wish", "apply")
    nora.fill("Your mail address", nora.email)
    nora.press("Send me the link")
    nora.heading("Check your email")
    nora.open_mail(link="candidacy")
    nora.fill("Name", "Nora Lindqvist")
    nora.choose("Member State", "Sweden")
    nora.choose("Branch", "Police")
    nora.fill("Employer", "Polisen, Nationella operativa")
    nora.fill("Superior", "Head Lund")
    nora.fill("Superior’s mail address", address("head-lund"))
    for name, value in (
        ("themes-0-code", THEME),
        ("themes-0-level", "5"),
        ("languages-0-code", "en"),
        ("languages-0-level", "C1"),
    ):
        nora.page.locator(f"#f-{name}").select_option(value)
    nora.page.locator("summary").filter(has_text="Different by skill").first.click()
    nora.page.locator("#f-languages-0-writing").select_option("B2")
    nora.press("Send", status=422)
    nora.check("agree")
    nora.press("Send")
    nora.heading("Thank you, we have your application")


def validate(ada: Visitor) -> None:
    """The secretariat takes her into the pool."""
    ada.goto("/experts/candidates")
    ada.follow("Nora Lindqvist")
    ada.sees("Sweden", "Police", "Head Lund", "C1; B2 in writing")
    ada.tick("Into the pool")
    ada.fill("Code", "X250")
    ada.fill("Reason", "Twelve years with witnesses.")
    ada.press("Decide")
    ada.heading("Nora Lindqvist")


def choose_pin(nora: Visitor) -> str:
    """By the link to her profile, which it returns."""
    profile = nora.open_mail(link="profile")
    nora.follow("Your PIN")
    nora.fill("PIN", "123456")
    nora.fill("The same PIN again", "123456")
    nora.press("Save the PIN", status=422)
    nora.fill("PIN", PIN)
    nora.fill("The same PIN again", PIN)
    nora.press("Save the PIN")
    nora.sees_state("chosen")
    return profile


def attach_cv(nora: Visitor, profile: str) -> None:
    """From the phone, by the same link; one with a marking is refused."""
    nora.goto(profile)
    nora.follow("Your documents")
    nora.upload("Documents", "report.pdf", documents.pdf("RESTREINT UE/EU RESTRICTED"))
    nora.press("Attach", status=422)
    nora.sees_message(REFUSED["marked"])
    nora.upload("Documents", "cv.pdf", documents.pdf("Twelve years with witnesses."))
    nora.press("Attach")
    nora.sees_notice()
    nora.sees("cv.pdf")


def tick_days(nora: Visitor, profile: str, first: date, last: date) -> None:
    """In the calendar, by the same link."""
    nora.goto(f"{profile}/days")
    nora.follow(f"{first:%B %Y}")
    days = [
        nora.page.locator(f'input[name="days"][value="{first + timedelta(days=number)}"]')
        for number in range((last - first).days + 1)
    ]
    for day in days:
        day.check()
    nora.press("Save the month")
    nora.sees_notice()
    for day in days:
        expect(day).to_be_checked()


def wrong(visitor: Visitor, field: str) -> None:
    """Nothing but this field is wrong."""
    mistakes = visitor.page.locator(".summary li a")
    expect(mistakes).to_have_count(1)
    expect(mistakes).to_have_attribute("href", f"#f-{field}")


def try_a_pin(colleague: Visitor, link: str) -> None:
    """Somebody to whom the invitation was forwarded."""
    colleague.goto(link)
    colleague.check("conflict", "no")
    colleague.fill("Your PIN", "730164")
    colleague.press("Yes, I can come", status=422)
    wrong(colleague, "pin")


def say_yes(nora: Visitor, link: str) -> None:
    """She reads what is asked, and says yes with her PIN and the declaration that she has no conflict of interest."""
    nora.goto(link)
    nora.sees("Albanian State Police", "Kosovo* Police", TERMS, "1 370.00")
    nora.fill("Your PIN", PIN)
    nora.press("Yes, I can come", status=422)
    wrong(nora, "conflict")
    nora.fill("Your PIN", PIN)
    nora.check("conflict", "no")
    nora.press("Yes, I can come")
    nora.heading("Thank you, you are booked")
    nora.sees_state("release-asked")


def release(head: Visitor, reference: str) -> None:
    """By the superior's own link."""
    head.open_mail(reference)
    head.heading("Nora Lindqvist")
    head.press("Send the answer", status=422)
    head.tick("Yes, I release the expert")
    head.check("insured", "yes")
    head.fill("Your name and function", "Head Lund, head of unit")
    head.press("Send the answer")
    head.heading("Thank you, Nora Lindqvist is released")


def appointed(nora: Visitor, reference: str) -> None:
    """The letter says what she needs."""
    ((name, content),) = nora.post.next(nora.email, f"Your appointment: {reference}").attachments.items()
    words = words_of(content).replace("\u00a0", " ")
    assert name.endswith(".pdf")
    for stated in (
        "Nora Lindqvist",
        reference,
        "Head Lund, head of unit",
        TERMS,
        "Ada Berisha",
        "1 370.00",
    ):
        assert stated in words, words


def test_an_expert_joins_and_is_asked_released_and_appointed(
    company: Company, stage: Stage, visit: Opens, service: Service, application: UUID
) -> None:
    ada, nora = company["ada"], visit(address("nora-25"), phone=True)
    apply(nora)
    validate(ada)
    first, last = mission_days()
    profile = choose_pin(nora)
    attach_cv(nora, profile)
    tick_days(nora, profile, first, last)
    request = stage.request_expert(
        application,
        first,
        last,
        themes={THEME: 3},
        terms_of_reference=TERMS,
        contact_name="Ada Berisha",
        contact_email=ada.email,
        declares_conflicts=True,
        sensitive=True,
        pay=Pay("AL"),
        release_days=10,
        appoints=True,
    )
    mail = nora.post.next(nora.email, f"Invitation {request.reference}")
    assert "Ada Berisha" in mail.text
    for words in ("Kosovo* Police", TERMS, "EUR"):
        assert words not in mail.text
    link, colleague = link_in(mail), visit()
    scanner = colleague.page.request
    assert [scanner.get(link).status, scanner.head(link).status] == [200, 200]
    try_a_pin(colleague, link)
    assert service.value_of(OUTCOME, id=request.id) == "open"
    say_yes(nora, link)

    colleague.goto(link)
    colleague.heading("Thank you, you are booked")
    status, page = colleague.post_form(link, {"answer": "decline"})
    assert (status, "too-late" in states(page)) == (409, True)
    assert service.value_of(OUTCOME, id=request.id) == "accepted"

    release(visit(address("head-lund")), request.reference)
    appointed(nora, request.reference)
    insured = (
        "SELECT data ->> 'insured' FROM letter WHERE kind = 'appointment' AND data ->> 'reference' = :it"
    )
    assert service.value_of(insured, it=request.reference) == "true"
    nora.goto(link)
    nora.sees_state("released")
    nora.sees("Your letter of appointment")
    with nora.download() as files:
        nora.page.get_by_role("link", name="Put the days into your calendar").click()
    ((_name, calendar),) = files
    for line in (f"DTSTART;VALUE=DATE:{first:%Y%m%d}", f"DTEND;VALUE=DATE:{last + timedelta(days=1):%Y%m%d}"):
        assert line in calendar.decode()
    ada.goto(f"/deployments/{request.id}")
    ada.sees_state("filled-1-of-1", "insured")
    ada.sees("Declared: no conflict of interest")


def mission_that_is_over(xenia: Visitor, stage: Stage, application: UUID) -> tuple[str, date, date]:
    """Asked ten days ago, a yes two days later, back home yesterday; the request's reference and the days."""
    first, last = today() - timedelta(days=3), today() - timedelta(days=1)
    stage.expert("X251", "IT", first, last, themes={THEME: 4})
    asked_at = clock.now() - timedelta(days=10)
    request = stage.request_expert(
        application,
        first,
        last,
        at=asked_at,
        themes={THEME: 3},
        respond_within_hours=720,
        pay=Pay("AL"),
        report_days=14,
        target_days=1,
    )
    xenia.post.next(xenia.email, f"Invitation {request.reference}")

    async def answer(teller: Teller) -> None:
        async with teller.db.reader() as connection:
            query = select(Invitation.id).where(Invitation.deployment_id == request.id)
            invitation_id = (await connection.execute(query)).scalar_one()
        await teller.act(asked_at + timedelta(days=2), None, accept, invitation_id)

    stage.tell(answer)
    return request.reference, first, last


def state_travel(xenia: Visitor, first: date, last: date) -> None:
    """She left in the afternoon of the first day: half a day."""
    xenia.open_mail("Your travel times")
    xenia.heading("Thank you for your mission")
    xenia.press("State the travel times", status=422)
    for legend, day, time in (
        ("Departure from home", first, "15:00"),
        ("Landing at home", last, "16:00"),
    ):
        group = xenia.page.get_by_role("group", name=legend)
        xenia.fill("Day", day.isoformat(), group)
        xenia.fill("Time", time, group)
    xenia.press("State the travel times")
    xenia.sees("1 half day at EUR 175.00", "1 195.00")
    xenia.sees_state("travel-to-confirm")


def report(xenia: Visitor, reference: str) -> None:
    """She types on the train, comes back to what she typed, and sends it."""
    link = xenia.open_mail(f"Your mission report: {reference}")
    xenia.fill("What was done", "We trained twelve investigators.")
    expect(xenia.page.locator("[data-saved]")).to_contain_text("Draft stored, not sent:")
    xenia.goto(link)
    xenia.sees_state("unsaved")
    expect(xenia.page.get_by_label("What was done")).to_have_value("We trained twelve investigators.")
    xenia.press("Send the report", status=422)
    xenia.fill("Results", "A manual.")
    xenia.press("Send the report")
    xenia.heading("Thank you for your report")


def test_after_the_mission_the_sum_is_confirmed(
    company: Company, stage: Stage, visit: Opens, application: UUID
) -> None:
    ada, xenia = company["ada"], visit(address("x251"), phone=True)
    reference, first, last = mission_that_is_over(xenia, stage, application)
    state_travel(xenia, first, last)
    report(xenia, reference)
    begin(ada, "pay-of-experts-to-confirm", CALL, f"{reference} X251")
    ada.sees("To confirm", "1 195.00")
    ada.press("Confirm what is due")
    ada.sees_notice()
    expect(ada.page.get_by_role("heading", name="X251 Confirmed")).to_be_visible()
    expect(ada.page.locator("h3:has-text('X251') ~ p.muted").first).to_contain_text("Ada Berisha")
    mail = xenia.post.next(xenia.email, f"What is due to you: {reference}")
    assert "Together: EUR 1\u00a0195.00" in mail.text
    ada.goto("/deployments/times")
    expect(ada.row(reference).locator("td").last).to_contain_text("2 days")


def entry_in(mail: Received) -> tuple[str, str]:
    """The method of the calendar in a mail, and the status of its event."""
    (part,) = [part for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    return str(calendar["method"]), str(calendar.walk("VEVENT")[0]["status"])


def test_a_late_cancellation_is_paid_and_leaves_the_calendar(
    company: Company, stage: Stage, visit: Opens, application: UUID
) -> None:
    ada, yuri = company["ada"], visit(address("x252"), phone=True)
    first = today() + timedelta(days=9)
    last = first + timedelta(days=2)
    stage.expert("X252", "IT", first, last, themes={THEME: 4})
    pay = Pay("AL", cancellation=Cancellation(30, 50))
    request = stage.request_expert(application, first, last, themes={THEME: 3}, pay=pay)
    yuri.open_mail(f"Invitation {request.reference}")
    rule = yuri.page.locator("dl.facts div").filter(has_text="If we cancel")
    for figure in ("30", "50 %"):
        expect(rule).to_contain_text(figure)
    yuri.press("Yes, I can come")
    booked = yuri.post.next(yuri.email, f"You are booked: {request.reference}")
    assert entry_in(booked) == ("REQUEST", "CONFIRMED")
    ada.goto(f"/deployments/{request.id}")
    ada.follow("Cancel this booking X252")
    ada.sees("EUR 525.00")
    ada.fill("Reason", "No visas.")
    ada.press("Cancel the booking", status=422)
    ada.tick("The facility or the lead")
    ada.press("Cancel the booking")
    ended = yuri.post.next(yuri.email, f"Your invitation {request.reference} has ended")
    assert "EUR 525.00" in ended.text
    assert entry_in(ended) == ("CANCEL", "CANCELLED")
    ada.press("Confirm what is due")
    ada.sees_notice()
    expect(ada.page.get_by_role("heading", name="X252 Confirmed")).to_be_visible()
    yuri.page.reload()
    yuri.sees_state("share-of-fee-due")
    yuri.sees("525.00")
