"""Institutions as the secretariat sees them: the list, one of them, renaming, signatories, new ones and doubles."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from facility import clock
from facility.accounts.events import InstitutionAbsorbed, InstitutionMerged, InstitutionRenamed
from facility.accounts.service import people
from facility.accounts.service.institutions import NewInstitution, chosen_or_added
from facility.db import Database
from tests.accounts.letters import link_to
from tests.browser import NOW, Browsers, errors, gives_reason, records
from tests.cast import Cast


@pytest.fixture
async def pending(db: Database, cast: Cast) -> UUID:
    """An entry that an officer added: a second one of the police of Albania."""
    async with db.transaction(now=NOW, actor=cast.omar) as tx:
        new = NewInstitution("Policia e Shtetit, Albania", "POLICE", "AL")
        return (await chosen_or_added(tx, new)).id


async def test_entering_correcting_and_renaming(browse: Browsers, cast: Cast) -> None:
    ada = await browse(cast.ada)
    empty = await ada.send_form("/institutions/new", {})
    assert errors(empty) == ["institution_name", "kind", "beneficiary"]
    form = {"institution_name": "Agencija za forenziku", "kind": "POLICE", "beneficiary": "ME"}
    made = (await ada.send_form("/institutions/new", form)).headers["location"]
    twice = await ada.send_form("/institutions/new", form | {"institution_name": "Агенција за форензику"})
    assert (twice.status_code, f'href="{made}"' in twice.text) == (422, True)
    edit = {"own_name": "", "abbreviation": "AF", "kind": "POLICE", "beneficiary": "ME"}
    assert (await ada.send_form(f"{made}/edit", edit)).status_code == 303
    future = {"institution_name": "Forensic Centre", "ended_on": "2099-01-01"}
    wrong = await ada.send_form(f"{made}/rename", future)
    assert (wrong.status_code, 'value="Forensic Centre"' in wrong.text) == (422, True)
    assert (await ada.send_form(f"{made}/rename", future | {"ended_on": "2024-05-31"})).status_code == 303
    page = (await ada.get(made)).text
    for words in ("Forensic Centre", "Agencija za forenziku", "until", ">AF<"):
        assert words in page
    assert records(page, InstitutionRenamed)
    assert "Forensic Centre" in (await ada.get("/institutions?q=форензику")).text


async def test_who_may_look_and_who_may_change(browse: Browsers, cast: Cast) -> None:
    path = f"/institutions/{cast.albanian_police}"
    greta, omar = await browse(cast.greta), await browse(cast.omar)
    page = await greta.get(path)
    assert ("Omar Hoxha" in page.text, f"{path}/edit" in page.text) == (True, False)
    assert [(await greta.get(f"{path}/edit")).status_code, (await omar.get(path)).status_code] == [403, 403]
    assert (await (await browse(cast.ada)).get(f"/institutions/{uuid4()}")).status_code == 404


async def test_signatories_come_and_go(browse: Browsers, cast: Cast) -> None:
    ada = await browse(cast.ada)
    path = f"/institutions/{cast.albanian_police}"
    form = {"name": "Besa Dervishi", "function": "Director general", "since": "2024-02-01", "until": ""}
    wrong = await ada.send_form(f"{path}/signatories", form | {"until": "2024-01-31", "function": " "})
    assert (wrong.status_code, 'value="Besa Dervishi"' in wrong.text) == (422, True)
    early = await ada.send_form(f"{path}/signatories", form | {"until": "2024-01-31"})
    assert (errors(early), gives_reason(early, "signatory_ends_early")) == (["until"], True)
    assert (await ada.send_form(f"{path}/signatories", form)).status_code == 303
    end = re.findall(rf'href="({path}/signatories/[^"]+)"', (await ada.get(path)).text)[0]
    assert (await ada.send_form(end, {"until": ""})).status_code == 422
    assert (await ada.send_form(end, {"until": "2025-06-30"})).status_code == 303
    assert (await ada.send_form(end, {"until": "2025-07-30"})).status_code == 409
    other = end.replace(str(cast.albanian_police), str(cast.kosovo_police))
    assert (await ada.get(other)).status_code == 404


async def test_a_new_one_is_shown_beside_its_likely_doubles_and_merged(
    browse: Browsers, cast: Cast, pending: UUID
) -> None:
    ada = await browse(cast.ada)
    await ada.send_form(
        f"/institutions/{cast.albanian_police}/edit",
        {"own_name": "Policia e Shtetit Shqiptar", "abbreviation": "", "kind": "POLICE", "beneficiary": "AL"},
    )
    page = (await ada.get(f"/institutions/{pending}/validate")).text
    assert re.findall(r'name="into" value="([^"]+)"', page) == [str(cast.albanian_police)]
    merged = await ada.send_form(f"/institutions/{pending}/merge", {"into": str(cast.albanian_police)})
    assert merged.headers["location"] == f"/institutions/{cast.albanian_police}"
    led = await ada.get(f"/institutions/{pending}")
    assert led.headers["location"] == f"/institutions/{cast.albanian_police}"
    kept = (await ada.get(f"/institutions/{cast.albanian_police}")).text
    assert "Policia e Shtetit, Albania" in kept
    assert [records(kept, kind) for kind in (InstitutionAbsorbed, InstitutionMerged)] == [True, True]
    assert "Policia e Shtetit, Albania" in (await ada.get("/institutions?status=merged")).text


async def test_a_new_one_is_accepted_or_taken_off_the_list_once(
    browse: Browsers, cast: Cast, pending: UUID
) -> None:
    ada = await browse(cast.ada)
    assert "Check and accept it" in (await ada.get(f"/institutions/{pending}")).text
    answers = [await ada.send_form(f"/institutions/{pending}/{deed}") for deed in ("validate", "decline")]
    assert [answer.status_code for answer in answers] == [303, 409]


async def test_merging_searches_without_javascript(browse: Browsers, cast: Cast, pending: UUID) -> None:
    ada = await browse(cast.ada)
    path = f"/institutions/{pending}/merge"
    results = await ada.send_form(path, {"institution_q": "state police albanian", "find": "yes"})
    assert re.findall(r'name="into" value="([^"]+)"', results.text) == [str(cast.albanian_police)]
    for into, reasons in (
        ("", []),
        (str(pending), ["merge_itself"]),
        (str(cast.kosovo_police), ["merge_across"]),
    ):
        wrong = await ada.send_form(path, {"into": into})
        assert (wrong.status_code, errors(wrong)) == (422, ["into"])
        assert [code for code in ("merge_itself", "merge_across") if gives_reason(wrong, code)] == reasons


async def test_registering_finds_the_institution(browse: Browsers, db: Database, cast: Cast) -> None:
    async with db.transaction(now=clock.now()) as tx:
        await people.ask_to_register(tx, "ivo@example.mk")
    path = await link_to(db, "ivo@example.mk")
    nobody = await browse()
    part = await nobody.get(f"{path}/institutions?field=institution&institution_q=Косово")
    assert re.findall(r'name="institution" value="([^"]+)"', part.text) == [str(cast.kosovo_police)]
    other = await nobody.get("/link/register/none-of-ours/institutions?field=institution&institution_q=x")
    assert other.status_code == 404
    results = await nobody.send_form(path, {"name": "Ivo", "institution_q": "kosovo", "find": "yes"})
    assert ('value="Ivo"' in results.text, str(cast.kosovo_police) in results.text) == (True, True)
    missing = await nobody.send_form(path, {"name": "Ivo", "institution_q": "kosovo"})
    assert errors(missing) == ["institution"]
    done = await nobody.send_form(path, {"name": "Ivo", "institution": str(cast.kosovo_police)})
    assert done.headers["location"] == "/registered"


async def test_lists_and_pages_cost_the_same_for_few_and_many(
    browse: Browsers, db: Database, cast: Cast
) -> None:
    ada = await browse(cast.ada)
    executed: list[str] = []
    event.listen(db.engine.sync_engine, "before_cursor_execute", lambda *args: executed.append(args[2]))
    counts = []
    for more in (0, 3):
        async with db.transaction(now=NOW) as tx:
            for n in range(more):
                await chosen_or_added(tx, NewInstitution(f"Police {n}", "POLICE", "AL"))
        for path in (
            "/institutions",
            "/institutions?q=police&kind=POLICE",
            f"/institutions/{cast.albanian_police}",
            "/institutions/find?field=into&institution_q=police",
        ):
            executed.clear()
            assert (await ada.get(path)).status_code == 200
            counts.append(len([statement for statement in executed if not statement.startswith("NOTIFY")]))
    assert counts == [3, 3, 9, 2] * 2
