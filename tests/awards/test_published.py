"""The public list of awards: what stands in it, what never does, and that all its forms agree."""

import csv
import io
import json
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from facility.admission.models.overlap import Initiative
from facility.applications.models.application import Application
from facility.awards.events.awards import PublicationWithheld, WithholdingLifted
from facility.awards.pages.open_data import FIELDS
from facility.awards.rules.publication import Why
from facility.awards.service.publication import lift_withholding, withhold
from facility.awards.service.signing import record_signature
from facility.awards.words import WHYS
from facility.db import Database
from facility.events.log import history
from facility.refused import Refused
from tests.awards.reading import leave
from tests.browser import Browser, Browsers, errors, says
from tests.judging import DECIDED, Judging, judging
from tests.prepared import built_once
from tests.statements import count_statements

LATER = DECIDED + timedelta(days=30)
HERE = "/awards/published"
SUBJECTS = {"A": "Workshops on firearms", "B": '=Seminars; for "analysts"', "C": "Study trips"}


@built_once
async def play(db: Database) -> Judging:
    """A, B and C are awarded, and nothing is signed yet; D is below the threshold."""
    made = await judging(db, "200000.00")
    await made.apply("A", "35427.70")
    await made.apply("B", "47250.00", partners=("BA",), lead="RS")
    await made.apply("C", "30000.00", partners=("BA",))
    await made.apply("D", "1000.00", partners=("ME",))
    await made.close()
    for name, relevance in {"A": "64", "B": "62", "C": "60", "D": "20"}.items():
        await made.score("elena", name, "16", relevance)
    await made.decide()
    return made


async def sign(play: Judging, name: str, day: int = 10) -> None:
    award = await play.award(name)
    on = date(2021, 9, day)
    await play.act(
        "ada", lambda tx: record_signature(tx, award.id, signed_on=on, subject=SUBJECTS[name]), LATER
    )


async def keep_back(play: Judging, name: str, reason: str = "Covert unit.") -> None:
    key = (await play.award(name)).id
    await play.act("paul", lambda tx: withhold(tx, key, why=Why.PEOPLE, reason=reason), LATER)


async def signed(play: Judging) -> None:
    for day, name in enumerate("ABC", 10):
        await sign(play, name, day)


async def in_json(visitor: Browser) -> list[dict[str, Any]]:
    answer = await visitor.get(f"{HERE}.json")
    assert answer.headers["content-type"].startswith("application/json")
    entries: list[dict[str, Any]] = json.loads(answer.text)["awards"]
    return entries


async def in_csv(visitor: Browser) -> list[dict[str, str]]:
    answer = await visitor.get(f"{HERE}.csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def everywhere(visitor: Browser) -> str:
    """All that anybody may read of awards and calls."""
    paths = (HERE, f"{HERE}.json", f"{HERE}.csv", "/calls", "/calls.atom", "/calls/TAF-2021-01")
    texts = "".join([(await visitor.get(path)).text for path in paths])
    return re.sub(r'data-(mark|now)="[^"]*"', "", texts)


async def test_nothing_is_listed_before_it_is_signed(play: Judging, browse: Browsers) -> None:
    visitor = await browse()
    assert "No award has been published yet" in (await visitor.get(HERE)).text
    assert (await in_json(visitor), await in_csv(visitor)) == ([], [])
    assert HERE in (await visitor.get("/calls")).text


async def test_anybody_reads_what_the_regulation_asks_for_newest_first(
    play: Judging, browse: Browsers
) -> None:
    await signed(play)
    visitor = await browse()
    page = await visitor.get(HERE)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    places = [page.text.index(word) for word in ("Study trips", "=Seminars", "Workshops on firearms")]
    assert places == sorted(places)
    assert "3 awards, together EUR 112\u00a0677.70" in page.text
    entries = await in_json(visitor)
    assert [entry["subject"] for entry in entries] == [SUBJECTS[name] for name in "CBA"]
    own = entries[2]
    key = (await play.award("A")).id
    assert own == {
        "id": str(key),
        "call": "TAF-2021-01",
        "call_title": own["call_title"],
        "subject": "Workshops on firearms",
        "signed_on": "2021-09-10",
        "amount": "35427.70",
        "currency": "EUR",
        "state": "running",
        "lead": own["lead"],
        "partners": own["partners"],
        "beneficiaries": ["AL", "XK", "ME"],
        "requested": None,
        "designation_note": own["designation_note"],
    }
    assert own["lead"]["beneficiary_code"] == "AL"
    assert [partner["beneficiary"] for partner in own["partners"]] == ["Kosovo*", "Montenegro"]
    assert "UNSCR 1244/1999" in own["designation_note"]
    assert entries[1]["designation_note"] == ""


async def test_both_files_have_the_documented_fields_and_the_same_entries(
    play: Judging, browse: Browsers
) -> None:
    await signed(play)
    visitor = await browse()
    entries, rows = await in_json(visitor), await in_csv(visitor)
    assert {tuple(entry) for entry in entries} == {tuple(row) for row in rows} == {tuple(FIELDS)}
    for name in ("id", "call", "signed_on", "amount", "state", "designation_note"):
        assert [entry[name] for entry in entries] == [row[name] for row in rows]
    page = (await visitor.get(HERE)).text
    assert [name for name in FIELDS if f"<code>{name}</code>" not in page] == []
    assert json.loads((await visitor.get(f"{HERE}.json")).text)["fields"].keys() == FIELDS.keys()


async def test_no_spreadsheet_runs_a_subject(play: Judging, browse: Browsers) -> None:
    await sign(play, "B")
    visitor = await browse()
    assert [row["subject"] for row in await in_csv(visitor)] == ['\'=Seminars; for "analysts"']
    assert [entry["subject"] for entry in await in_json(visitor)] == [SUBJECTS["B"]]


async def test_nothing_that_an_applicant_wrote_and_no_person_is_in_it(
    play: Judging, browse: Browsers
) -> None:
    await signed(play)
    text = await everywhere(await browse())
    title = (await play.row(Application, play.applications["A"])).title
    secrets = (
        title,
        "Petra Partner",
        "partner-al@example.org",
        "Sava Signatory",
        "Omar",
        "Ada",
        "Joint work",
    )
    assert [secret for secret in secrets if secret in text] == []
    assert "1000.00" not in text
    assert "1\u00a0000.00" not in text


async def test_what_is_withheld_leaves_no_trace_and_comes_back_when_that_is_lifted(
    play: Judging, browse: Browsers
) -> None:
    visitor = await browse()
    await sign(play, "A", 10)
    without = await everywhere(visitor)
    await sign(play, "B", 11)
    key = (await play.award("B")).id
    assert SUBJECTS["A"] in without
    assert str(key) in await everywhere(visitor)
    await keep_back(play, "B")
    assert await everywhere(visitor) == without
    page = (await visitor.get(HERE, params={"call": "TAF-2021-01", "beneficiary": "BA"})).text
    assert "Bosnia and Herzegovina" not in page
    assert "1 award," in page
    await play.act("paul", lambda tx: lift_withholding(tx, key, reason="It is over."), LATER)
    assert len(await in_json(visitor)) == 2
    async with play.db.transaction(now=LATER) as tx:
        kinds = [type(recorded.event) for recorded in await history(await tx.session.connection(), key)]
    assert kinds[:2] == [WithholdingLifted, PublicationWithheld]


async def test_what_is_withheld_before_its_signature_never_appears(play: Judging, browse: Browsers) -> None:
    await keep_back(play, "A")
    await sign(play, "A")
    assert await in_json(await browse()) == []


async def test_later_applicants_do_not_read_of_what_is_withheld(play: Judging) -> None:
    async def is_public() -> bool | None:
        async with play.db.transaction(now=LATER) as tx:
            query = select(Initiative.public).where(Initiative.application_id == play.applications["A"])
            return await tx.session.scalar(query)

    key = (await play.award("A")).id
    assert await is_public() is True
    await keep_back(play, "A")
    assert await is_public() is False
    await play.act("paul", lambda tx: lift_withholding(tx, key, reason="It is over."), LATER)
    assert await is_public() is True


async def test_what_was_withdrawn_is_taken_off_and_what_was_closed_says_what_it_cost(
    play: Judging, browse: Browsers
) -> None:
    await signed(play)
    await play.withdraw_award("A", "It can't take place.", LATER)
    await play.end("B", "40000.00", LATER)
    visitor = await browse()
    states = [(entry["subject"], entry["state"], entry["amount"]) for entry in await in_json(visitor)]
    assert states == [("Study trips", "running", "30000.00"), (SUBJECTS["B"], "completed", "40000.00")]
    assert "together EUR 70\u00a0000.00" in (await visitor.get(HERE)).text


async def test_a_partner_who_left_is_not_named(play: Judging, browse: Browsers) -> None:
    await sign(play, "A")
    await leave(play, "A", "ME")
    (entry,) = await in_json(await browse())
    assert entry["beneficiaries"] == ["AL", "XK"]


async def test_the_list_is_narrowed_by_call_and_beneficiary(play: Judging, browse: Browsers) -> None:
    await signed(play)
    visitor = await browse()

    async def listed(**query: str) -> list[str]:
        page = (await visitor.get(HERE, params=query)).text.replace("&#34;", '"')
        return [name for name, subject in SUBJECTS.items() if subject in page]

    assert await listed(beneficiary="BA") == ["B", "C"]
    assert await listed(beneficiary="XK", call="TAF-2021-01") == ["A"]
    assert await listed(beneficiary="nobody", call="'") == ["A", "B", "C"]
    assert await listed(before=str(play.applications["A"])) == []


async def test_pages_and_files_go_on_where_the_last_ended(
    play: Judging, browse: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed(play)
    monkeypatch.setattr("facility.awards.queries.published.BATCH", 1)
    visitor = await browse()
    assert len(await in_json(visitor)) == len(await in_csv(visitor)) == 3
    middle = (await play.award("B")).id
    page = (await visitor.get(HERE, params={"before": str(middle)})).text
    assert SUBJECTS["A"] in page
    assert SUBJECTS["C"] not in page


async def test_the_list_costs_the_same_for_one_award_and_for_three(play: Judging, browse: Browsers) -> None:
    visitor, costs = await browse(), []
    for names in ("A", "BC"):
        for name in names:
            await sign(play, name)
        with count_statements(play.db) as seen:
            await visitor.get(HERE)
        costs.append(len(seen))
    assert costs == [3, 3]


async def test_an_authorising_officer_withholds_and_lifts_on_one_page(
    play: Judging, browse: Browsers
) -> None:
    await sign(play, "A")
    key = (await play.award("A")).id
    here = f"/awards/{key}"
    paul, ada = await browse(play.people["paul"]), await browse(play.people["ada"])
    assert (await ada.get(f"{here}/publication")).status_code == 403
    assert (await ada.send_form(f"{here}/withhold", {"why": "people", "reason": "x"})).status_code == 403
    assert (await paul.get(f"{here}/publication")).status_code == 200
    wrong = await paul.send_form(f"{here}/withhold", {"why": "nothing", "reason": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["why", "reason"])
    assert (await paul.send_form(f"{here}/lift-withholding", {"reason": "Why not?"})).status_code == 409
    form = {"why": "operations", "reason": "An operation is under way."}
    assert (await paul.send_form(f"{here}/withhold", form)).status_code == 303
    assert (await paul.send_form(f"{here}/withhold", form)).status_code == 409
    assert says(await ada.get(here), WHYS[Why.OPERATIONS])
    carl, greta = await browse(play.people["carl"]), await browse(play.people["greta"])
    reads = ["An operation is under way." in (await who.get(here)).text for who in (ada, carl, greta)]
    assert reads == [True, False, True]  # the Commission sees that it is withheld, not why
    assert "An operation is under way." in (await paul.get(f"{here}/publication")).text
    assert (await paul.send_form(f"{here}/lift-withholding", {"reason": "It ended."})).status_code == 303
    assert SUBJECTS["A"] in (await ada.get(here)).text


async def test_a_subject_is_needed_and_begins_as_the_title(play: Judging, browse: Browsers) -> None:
    ada = await browse(play.people["ada"])
    award = await play.award("A")
    here = f"/awards/{award.id}/signature"
    assert "Joint work A" in (await ada.get(here)).text
    wrong = await ada.send_form(here, {"signed_on": "2021-09-10", "subject": " "})
    assert (wrong.status_code, errors(wrong)) == (422, ["subject"])
    with pytest.raises(Refused) as refused:
        await play.act(
            "ada",
            lambda tx: record_signature(tx, award.id, signed_on=date(2021, 9, 1), subject=" "),
        )
    assert refused.value.codes == ("subject_missing",)


async def test_a_lost_award_is_not_withheld(play: Judging) -> None:
    await play.withdraw_award("A", "It can't take place.")
    with pytest.raises(Refused) as refused:
        await keep_back(play, "A")
    assert refused.value.codes == ("not_an_award",)
    assert (await play.award("A")).committed == Decimal("0.00")
