"""Joining the pool and keeping one's own profile, by people without an account: links only, and nothing said about who is in it."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

import facility.experts.reactions  # noqa: F401 - what follows from events registers when it is imported
from facility import clock
from facility.db import Database
from facility.events.relay import deliver_all
from facility.experts.events.pool import NoticeAgreed
from facility.experts.models.candidacy import Candidacy
from facility.experts.models.profile import Expert
from facility.experts.queries import pool as queries
from facility.experts.rules.candidacy import Wish, check_validity
from facility.experts.service.joining import ask_by_mail
from facility.experts.service.pool import change_expert, profiles, register_expert, seed_themes
from facility.outbox.links import path_of
from facility.outbox.models import Link, Mail
from facility.refused import Refused
from facility.web.i18n import Message
from tests.browser import Browser, Browsers, errors, gives_reason, notices, says, states, work
from tests.cast import Cast
from tests.experts.test_service import NOW, like
from tests.mails import IN_ORDER

CANDIDATE = "nils@example.org"
FORM = {
    "name": "Nils Holm",
    "country": "SE",
    "branch": "police",
    "employer": "Polisen",
    "themes-0-code": "X.JIT",
    "themes-0-level": "4",
    "languages-0-code": "en",
    "languages-0-level": "C1",
    "languages-0-reading": "C1",
    "languages-0-writing": "B2",
    "past_deployments": "Skopje 2024",
    "agree": "yes",
    "do": "save",
}


@pytest.fixture
async def themes(db: Database, cast: Cast) -> Cast:
    async with db.transaction(now=NOW) as tx:
        await seed_themes(tx)
    return cast


async def mails(db: Database) -> list[tuple[str, str]]:
    """What was written, and to whom."""
    await deliver_all(db, clock.now)
    async with db.transaction(now=NOW) as tx:
        rows = (await tx.session.scalars(select(Mail).order_by(*IN_ORDER))).all()
        return [(mail.template, mail.to_address) for mail in rows]


async def newest(db: Database, purpose: str) -> str:
    """The path of the link that was made last."""
    await deliver_all(db, clock.now)
    async with db.transaction(now=NOW) as tx:
        query = select(Link).where(Link.purpose == purpose).order_by(Link.created_at.desc()).limit(1)
        return path_of((await tx.session.scalars(query)).one())


async def ask(browser: Browser, wish: str, email: str) -> httpx.Response:
    return await browser.send_form("/pool", {"wish": wish, "email": email})


async def applied(db: Database, browser: Browser, **changes: Any) -> None:
    """Somebody asks for the form and sends it."""
    await ask(browser, "apply", CANDIDATE)
    answer = await browser.send_form(await newest(db, "candidacy"), {**FORM, **changes})
    assert answer.status_code == 303


async def test_the_answer_is_the_same_for_every_address(db: Database, themes: Cast, browse: Browsers) -> None:
    async with db.transaction(now=NOW, actor=themes.ada) as tx:
        await register_expert(tx, like())
    nobody = await browse()
    answers = {
        (answer.status_code, answer.headers["location"])
        for wish in ("apply", "profile")
        for email in ("giulia@example.org", "stranger@example.org")
        for answer in [await ask(nobody, wish, email)]
    }
    assert answers == {(303, "/pool/check")}
    assert await mails(db) == [
        ("experts/profile", "giulia@example.org"),
        ("experts/apply", "stranger@example.org"),
        ("experts/profile", "giulia@example.org"),
    ]
    wrong = await ask(nobody, "join", "nobody")
    assert (wrong.status_code, errors(wrong)) == (422, ["wish", "email"])


async def test_a_candidate_is_validated_and_keeps_their_own_profile(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    nobody, ada = await browse(), await browse(themes.ada)
    await ask(nobody, "apply", CANDIDATE)
    form = await newest(db, "candidacy")
    assert CANDIDATE in (await nobody.get(form)).text
    # A program that opens every link has changed nothing, and who does not agree is not kept.
    refused = await nobody.send_form(form, {**FORM, "agree": "", "country": "XX"})
    assert (refused.status_code, errors(refused)) == (422, ["country", "agree"])
    assert "Skopje 2024" in refused.text
    more = await nobody.send_form(form, {**FORM, "do": "rows"})
    assert (more.status_code, 'name="themes-6-code"' in more.text) == (200, True)
    assert (await nobody.send_form(form, FORM)).status_code == 303
    assert (await nobody.send_form(form, FORM)).status_code == 409
    assert work(await ada.get("/")) == ["candidates-for-the-pool-of-experts"]
    page = f"/experts/candidates/{await _candidacy(db)}"
    stated = (await ada.get(page)).text
    assert ("Skopje 2024" in stated, "C1; B2 in writing" in stated) == (True, True)
    lacking = await ada.send_form(page, {"decision": "validate", "reason": ""})
    assert (lacking.status_code, errors(lacking)) == (422, ["code", "reason"])
    decision = {"decision": "validate", "code": "X09", "reason": "Knows JITs.", "valid_until": "2027-06-30"}
    answer = await ada.send_form(page, decision)
    assert answer.status_code == 303
    late = await ada.send_form(page, decision)
    assert (late.status_code, gives_reason(late, "candidacy_decided")) == (409, True)
    await deliver_all(db, clock.now)
    profile = (await ada.get(answer.headers["location"])).text
    for words in ("Nils Holm", "30 June 2027", "C1; B2 in writing"):
        assert words in profile
    assert "linked" in states(profile)
    assert await mails(db) == [
        ("experts/apply", CANDIDATE),
        ("experts/candidate", "ada@example.org"),
        ("experts/candidate", "vera@example.org"),
        ("experts/validated", CANDIDATE),
    ]
    own = await newest(db, "profile")
    mine = {name: value for name, value in FORM.items() if name != "agree"} | {"version": "1"}
    assert (
        await nobody.send_form(own, {**mine, "branch": "other", "branch_other": "Fire brigade"})
    ).status_code == 303
    late = await nobody.send_form(own, {**mine, "branch": "prisons"})
    kept = ('value="prisons" selected' in late.text, 'value="2"' in late.text)
    assert (late.status_code, *kept) == (409, True, True)
    async with db.transaction(now=NOW) as tx:
        expert = (await tx.session.scalars(select(Expert))).one()
        assert (expert.branch_other, expert.code, expert.email) == ("Fire brigade", "X09", CANDIDATE)
        assert (await profiles(tx))[0].skills == {"en": {"writing": "B2"}}
        assert expert.notice is not None


async def _candidacy(db: Database) -> Any:
    async with db.transaction(now=NOW) as tx:
        return (await tx.session.scalars(select(Candidacy.id).order_by(Candidacy.created_at.desc()))).first()


async def test_a_refused_candidate_reads_why_and_may_apply_again(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    nobody, ada = await browse(), await browse(themes.ada)
    await applied(db, nobody)
    await ask(nobody, "apply", CANDIDATE)
    page = f"/experts/candidates/{await _candidacy(db)}"
    answer = await ada.send_form(page, {"decision": "refuse", "reason": "No theme of ours."})
    assert (answer.status_code, work(await ada.get("/"))) == (303, [])
    await deliver_all(db, clock.now)
    await ask(nobody, "apply", CANDIDATE)
    written = [template for template, to in await mails(db) if to == CANDIDATE]
    assert written == ["experts/apply", "experts/waiting", "experts/not_validated", "experts/apply"]
    assert (await nobody.get(await newest(db, "candidacy"))).status_code == 200


async def test_an_authority_nominates_and_the_expert_decides(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    nobody, ada = await browse(), await browse(themes.ada)
    await ask(nobody, "nominate", "head@example.org")
    path = await newest(db, "nomination")
    assert (await nobody.get(path)).status_code == 200
    named = {"authority": "Polisen", "nominator": "Eva Lind", "name": "Nils Holm", "email": CANDIDATE}
    wrong = await nobody.send_form(path, {**named, "authority": ""})
    assert (wrong.status_code, errors(wrong)) == (422, ["authority"])
    assert (await nobody.send_form(path, named)).status_code == 303
    assert (await nobody.send_form(path, named)).status_code == 409
    form = await newest(db, "candidacy")
    assert "Polisen" in (await nobody.get(form)).text
    assert "Polisen" in (await ada.get("/experts/candidates")).text
    assert (await nobody.send_form(form, FORM)).status_code == 303
    assert await mails(db) == [
        ("experts/nominate", "head@example.org"),
        ("experts/nominated", CANDIDATE),
        ("experts/candidate", "ada@example.org"),
        ("experts/candidate", "vera@example.org"),
    ]


async def test_who_is_nominated_and_in_the_pool_gets_the_link_to_the_profile(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    async with db.transaction(now=NOW, actor=themes.ada) as tx:
        await register_expert(tx, like())
    nobody = await browse()
    await ask(nobody, "nominate", "head@example.org")
    named = {"authority": "Polizia", "nominator": "Eva Lind", "name": "Giulia", "email": "giulia@example.org"}
    assert (await nobody.send_form(await newest(db, "nomination"), named)).status_code == 303
    assert await mails(db) == [
        ("experts/nominate", "head@example.org"),
        ("experts/profile", "giulia@example.org"),
    ]
    # The candidacy is over; the page of the nominator says what it says to everybody.
    page = await (await browse(themes.ada)).get(f"/experts/candidates/{await _candidacy(db)}")
    assert ("In the pool already" in page.text, notices(page)) == (True, ["info"])
    thanks = await nobody.get(await newest(db, "nomination"))
    await ask(nobody, "nominate", "other@example.org")
    path = await newest(db, "nomination")
    assert (await nobody.send_form(path, {**named, "email": CANDIDATE})).status_code == 303
    to_others = await nobody.get(path)
    assert (states(thanks), _lasting(thanks)) == (["done"], _lasting(to_others))


def _lasting(page: httpx.Response) -> str:
    """The page without what differs each time."""
    return re.sub(r'data-(mark|now)="[^"]*"', "", page.text)


async def test_a_profile_link_is_sent_ended_and_follows_the_address(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    nobody, ada = await browse(), await browse(themes.ada)
    async with db.transaction(now=NOW, actor=themes.ada) as tx:
        key = (await register_expert(tx, like())).id
    path = f"/experts/{key}/link"
    assert (await ada.send_form(path, {"do": "send"})).status_code == 303
    first = await newest(db, "profile")
    assert (await nobody.get(first)).status_code == 200
    twice = await ada.send_form(path, {"do": "send"})
    assert (twice.status_code, gives_reason(twice, "profile_link_stands")) == (409, True)
    assert (await ada.send_form(path, {"do": "end"})).status_code == 303
    assert (await nobody.get(first)).status_code == 409
    assert (await nobody.send_form(first, {**FORM, "version": "1"})).status_code == 409
    await ask(nobody, "profile", "giulia@example.org")
    second = await newest(db, "profile")
    await ask(nobody, "profile", "giulia@example.org")
    assert await newest(db, "profile") == second
    async with db.transaction(now=clock.now(), actor=themes.ada) as tx:
        await change_expert(tx, key, like(email="rossi@example.org"))
    third = await newest(db, "profile")
    assert ((await nobody.get(second)).status_code, (await nobody.get(third)).status_code) == (409, 200)
    assert (await mails(db))[-1] == ("experts/profile", "rossi@example.org")


async def test_who_entered_the_pool_by_staff_agrees_to_the_notice_first(
    db: Database, themes: Cast, browse: Browsers
) -> None:
    async with db.transaction(now=NOW, actor=themes.ada) as tx:
        key = (await register_expert(tx, like())).id
        await ask_by_mail(tx, Wish.PROFILE, "giulia@example.org")
    own, nobody = await newest(db, "profile"), await browse()
    mine = {**FORM, "name": "Giulia Rossi", "version": "1"}
    refused = await nobody.send_form(own, {**mine, "agree": ""})
    assert (refused.status_code, errors(refused)) == (422, ["agree"])
    assert (await nobody.send_form(own, mine)).status_code == 303
    async with db.reader() as connection:
        expert = await queries.expert(connection, key)
    # What the secretariat keeps stays: the code, and a conflict.
    assert ([conflict.reason for conflict in expert.conflicts], expert.notice is not None) == (
        ["on leave"],
        True,
    )
    profile = await (await browse(themes.ada)).get(f"/experts/{key}")
    assert says(profile, Message(NoticeAgreed.sentence))


@pytest.mark.parametrize(
    ("last_day", "codes"), [(date(2026, 3, 1), []), (date(2026, 3, 2), ["X01"]), (None, ["X01"])]
)
async def test_whose_validity_is_over_is_not_shortlisted_and_gets_no_link(
    db: Database, themes: Cast, last_day: date | None, codes: Sequence[str]
) -> None:
    at = datetime(2026, 2, 1, 9, tzinfo=UTC)
    async with db.transaction(now=at, actor=themes.ada) as tx:
        await register_expert(tx, like(valid_until=last_day))
    async with db.transaction(now=NOW) as tx:
        assert [expert.id for expert in await profiles(tx)] == codes
        await ask_by_mail(tx, Wish.PROFILE, "giulia@example.org")
        await tx.flush()
        assert len((await tx.session.scalars(select(Mail.id))).all()) == len(codes)


def test_nobody_stays_longer_than_the_list_lasts_without_being_asked() -> None:
    today = date(2028, 2, 29)
    check_validity(None, today)
    check_validity(today, today)
    check_validity(date(2033, 2, 28), today)
    for day, code in ((date(2033, 3, 1), "validity_too_long"), (today - timedelta(days=1), "validity_over")):
        with pytest.raises(Refused) as refused:
            check_validity(day, today)
        assert refused.value.codes == (code,)
