"""Institutions as data: found in any script, entered once, renamed, merged with all that hangs on them."""

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import text

from facility.accounts.models import Institution
from facility.accounts.queries import institutions as queries
from facility.accounts.queries.institutions import Filters
from facility.accounts.service.institutions import (
    NewInstitution,
    Particulars,
    add_institution,
    chosen,
    chosen_or_added,
    correct_institution,
    decline_institution,
    end_signatory,
    merge_institutions,
    name_signatory,
    rename_institution,
    validate_institution,
)
from facility.accounts.service.people import add_user, invite
from facility.db import Database, Tx
from facility.refused import Refused
from facility.web.access import Role
from tests.browser import NOW
from tests.cast import Cast


async def names_for(tx: Tx, search: str) -> list[str]:
    await tx.flush()
    return [match.name for match in await queries.find_institutions(await tx.session.connection(), search)]


@pytest.fixture
async def houses(tx: Tx) -> dict[str, Institution]:
    """Five institutions of the region with names in their own scripts."""
    made = {}
    for key, name, own, short, kind, code in (
        ("sipa", "State Investigation and Protection Agency", "Државна агенција за истраге и заштиту", "SIPA", "POLICE", "BA"),
        ("mup", "Ministry of Interior of Serbia", "Министарство унутрашњих послова", "MUP", "MOI", "RS"),
        ("mvr", "Ministry of Interior of North Macedonia", "Министерство за внатрешни работи", "МВР", "MOI", "MK"),
        ("asp", "Albanian State Police", "Policia e Shtetit Shqiptar", "", "POLICE", "AL"),
        ("jandarma", "Gendarmerie", "Jandarma Genel Komutanlığı", "", "POLICE", "TR"),
    ):  # fmt: skip
        made[key] = await add_institution(
            tx, name=name, own_name=own, abbreviation=short, kind=kind, beneficiary_code=code
        )
    return made


@pytest.mark.parametrize(
    ("search", "key"),
    [
        ("sipa", "sipa"),
        ("Državna agencija", "sipa"),
        ("државна агенција", "sipa"),
        ("zastitu istrage", "sipa"),
        ("protection state", "sipa"),
        ("MUP", "mup"),
        ("мвр", "mvr"),
        ("mvr", "mvr"),
        ("vnatreshni", "mvr"),
        ("unutrasnjih poslva", "mup"),
        ("Shtetit", "asp"),
        ("policia shqip", "asp"),
        ("JANDARMA KOMUTANLIGI", "jandarma"),
        ("gendarmrie", "jandarma"),
        ("poilce albanian", "asp"),
        ("gnedarmerie", "jandarma"),
    ],
)
async def test_an_institution_is_found(tx: Tx, houses: dict[str, Institution], search: str, key: str) -> None:
    assert await names_for(tx, search) == [houses[key].name]


async def test_searches_that_find_nothing_or_several(tx: Tx, houses: dict[str, Institution]) -> None:
    assert await names_for(tx, "fishery") == []
    assert await names_for(tx, " * % _ ") == []
    assert await names_for(tx, "interior ministry") == [
        "Ministry of Interior of North Macedonia",
        "Ministry of Interior of Serbia",
    ]


async def test_who_begins_like_the_search_comes_first_and_no_more_than_a_few_come(tx: Tx) -> None:
    for n in range(12):
        await add_institution(tx, name=f"A{n:02} Police", kind="POLICE", beneficiary_code="BA")
    await add_institution(tx, name="Police Academy", kind="TRAINING", beneficiary_code="BA")
    names = await names_for(tx, "police")
    assert (names[0], names[1], len(names)) == ("Police Academy", "A00 Police", queries.MOST_MATCHES + 1)


async def test_the_same_twice_is_refused_with_the_one_that_is_there(
    tx: Tx, houses: dict[str, Institution]
) -> None:
    serbian = await add_institution(tx, name="Управа царина", kind="CUSTOMS", beneficiary_code="RS")
    with pytest.raises(Refused) as refused:
        await add_institution(tx, name="uprava-CARINA ", kind="POLICE", beneficiary_code="RS")
    reason = refused.value.reasons[0]
    assert (reason.code, reason.field, reason.params) == (
        "institution_known",
        "institution_name",
        {"name": "Управа царина", "known": str(serbian.id)},
    )
    await add_institution(tx, name="Uprava carina", kind="CUSTOMS", beneficiary_code="ME")
    with pytest.raises(Refused) as refused:
        await add_institution(tx, name="***", kind="POLICE", beneficiary_code="RS")
    assert refused.value.codes == ("name_without_letters",)


async def test_a_renamed_one_is_found_by_both_names_and_the_old_one_is_free_again(
    tx: Tx, houses: dict[str, Institution]
) -> None:
    agency = houses["sipa"]
    await rename_institution(tx, agency.id, name="Federal Protection Service", ended_on=date(2021, 3, 31))
    whole = await queries.institution(await tx.session.connection(), agency.id)
    assert [(was.name, was.ended_on) for was in whole.former] == [
        ("State Investigation and Protection Agency", date(2021, 3, 31))
    ]
    assert (
        await names_for(tx, "federal")
        == await names_for(tx, "investigation")
        == ["Federal Protection Service"]
    )
    for name, code in (("Federal Protection Service", "name_unchanged"), ("—", "name_without_letters")):
        with pytest.raises(Refused) as refused:
            await rename_institution(tx, agency.id, name=name, ended_on=date(2021, 3, 31))
        assert refused.value.codes == (code,)
    await add_institution(
        tx, name="State Investigation and Protection Agency", kind="POLICE", beneficiary_code="BA"
    )


async def test_correcting_says_what_changed_and_is_found_by_it(
    db: Database, tx: Tx, houses: dict[str, Institution]
) -> None:
    agency = houses["sipa"]
    await correct_institution(
        tx, agency.id, Particulars(own_name="", abbreviation="AGIP", kind="POLICE", beneficiary_code="BA")
    )
    assert (await names_for(tx, "agip"), await names_for(tx, "zaštitu")) == ([agency.name], [])
    await correct_institution(
        tx, agency.id, Particulars(own_name="", abbreviation="AGIP", kind="POLICE", beneficiary_code="BA")
    )
    rows = await tx.session.execute(
        text("SELECT data FROM event WHERE kind = 'InstitutionCorrected' AND subject_id = :id"),
        {"id": agency.id},
    )
    assert [row.data["fields"] for row in rows] == [["own_name", "abbreviation"]]


async def test_one_added_on_the_way_waits_for_the_secretariat_and_is_decided_once(tx: Tx, cast: Cast) -> None:
    new = NewInstitution("Forensic Agency", "POLICE", "BA")
    added = await chosen_or_added(tx, new)
    assert (added.status, await names_for(tx, "forensic")) == ("pending", ["Forensic Agency"])
    assert (await chosen(tx, added.id)).id == added.id
    await validate_institution(tx, added.id)
    for again in (validate_institution, decline_institution):
        with pytest.raises(Refused) as refused:
            await again(tx, added.id)
        assert refused.value.codes == ("institution_decided",)
    assert added.status == "approved"


async def test_one_that_is_none_is_taken_off_the_list_unless_something_stands_on_it(tx: Tx) -> None:
    nonsense = await chosen_or_added(tx, NewInstitution("Asdf", "POLICE", "BA"))
    used = await chosen_or_added(tx, NewInstitution("Qwert", "POLICE", "BA"))
    await add_user(tx, name="Q", email="q@example.org", roles=[Role.OFFICER], institution_id=used.id)
    await decline_institution(tx, nonsense.id)
    with pytest.raises(Refused) as refused:
        await decline_institution(tx, used.id)
    assert (refused.value.codes, await names_for(tx, "asdf")) == (("institution_in_use",), [])
    for choose in (nonsense.id, uuid4()):
        with pytest.raises(Refused) as refused:
            await chosen(tx, choose)
        assert refused.value.codes == ("institution_unknown",)
    await chosen_or_added(tx, NewInstitution("Asdf", "POLICE", "BA"))


async def test_merging_moves_all_that_hangs_on_the_entry_and_keeps_both_histories(
    tx: Tx, houses: dict[str, Institution]
) -> None:
    kept = houses["sipa"]
    double = await add_institution(
        tx, name="Agency SIPA Sarajevo", kind="POLICE", beneficiary_code="BA", approved=False
    )
    earlier = await add_institution(tx, name="Sipa one", kind="POLICE", beneficiary_code="BA")
    person = await add_user(
        tx, name="Mia", email="mia@example.org", roles=[Role.OFFICER], institution_id=double.id
    )
    await rename_institution(tx, double.id, name="Agencija Sarajevo", ended_on=date(2020, 1, 1))
    await name_signatory(
        tx, double.id, name="Director", function="Director", since=date(2021, 1, 1), until=None
    )
    await validate_institution(tx, double.id)
    await merge_institutions(tx, earlier.id, double.id)
    await merge_institutions(tx, double.id, kept.id)
    await tx.flush()
    connection = await tx.session.connection()
    whole = await queries.institution(connection, kept.id)
    assert {was.name for was in whole.former} == {"Agency SIPA Sarajevo", "Agencija Sarajevo", "Sipa one"}
    assert [who.name for who in whole.signatories] == ["Director"]
    assert [who.id for who in whole.officers] == [person.id]
    assert set(whole.merged_ids) == {double.id, earlier.id}
    assert await names_for(tx, "agencija sarajevo") == [kept.name]
    assert (await chosen(tx, earlier.id)).id == kept.id
    kinds = (
        await tx.session.execute(
            text("SELECT kind FROM event WHERE subject_id = ANY(:ids) ORDER BY recorded_at, position"),
            {"ids": [kept.id, double.id, person.id]},
        )
    ).scalars()
    assert {"InstitutionMerged", "InstitutionAbsorbed", "PersonMoved", "InstitutionRenamed"} <= set(kinds)
    with pytest.raises(Refused) as refused:
        await rename_institution(tx, double.id, name="Again", ended_on=date(2021, 1, 1))
    assert refused.value.codes == ("institution_closed",)


async def test_what_cannot_be_merged(tx: Tx, houses: dict[str, Institution]) -> None:
    pending = await chosen_or_added(tx, NewInstitution("New one", "POLICE", "BA"))
    for duplicate, other, code in (
        (houses["sipa"].id, houses["sipa"].id, "merge_itself"),
        (houses["sipa"].id, pending.id, "merge_into_pending"),
        (houses["sipa"].id, houses["mup"].id, "merge_across"),
    ):
        with pytest.raises(Refused) as refused:
            await merge_institutions(tx, duplicate, other)
        assert (refused.value.codes, refused.value.kind, refused.value.reasons[0].field) == (
            (code,),
            "invalid",
            "into",
        )


async def test_power_to_sign_ends_once_and_not_before_it_began(
    tx: Tx, houses: dict[str, Institution]
) -> None:
    ministry = houses["mup"]
    with pytest.raises(Refused) as refused:
        await name_signatory(
            tx, ministry.id, name="X", function="Y", since=date(2021, 5, 2), until=date(2021, 5, 1)
        )
    assert refused.value.codes == ("signatory_ends_early",)
    made = await name_signatory(tx, ministry.id, name="X", function="Y", since=date(2021, 5, 2), until=None)
    await end_signatory(tx, ministry.id, made.id, date(2021, 5, 2))
    with pytest.raises(Refused) as refused:
        await end_signatory(tx, ministry.id, made.id, date(2021, 6, 1))
    assert refused.value.codes == ("signatory_ended",)
    with pytest.raises(Refused) as refused:
        await end_signatory(tx, houses["asp"].id, made.id, date(2021, 6, 1))
    assert refused.value.codes == ("not_found",)
    assert made.until == date(2021, 5, 2)


async def test_likely_duplicates_are_accepted_ones_of_the_same_beneficiary(
    tx: Tx, houses: dict[str, Institution]
) -> None:
    new = await chosen_or_added(tx, NewInstitution("Agencija za istrage i zaštitu", "POLICE", "BA"))
    await add_institution(tx, name="Agencija za istrage", kind="POLICE", beneficiary_code="ME")
    await tx.flush()
    connection = await tx.session.connection()
    entry = (await queries.institution(connection, new.id)).about
    assert [other.name for other in await queries.likely_duplicates(connection, entry)] == [
        houses["sipa"].name
    ]


async def test_the_list_goes_on_and_back_and_filters(tx: Tx, houses: dict[str, Institution]) -> None:
    for n in range(60):
        await add_institution(tx, name=f"Žuta {n:02}", kind="COURT", beneficiary_code="ME")
    await tx.flush()
    connection = await tx.session.connection()
    pages, after = [], ""
    for _ in range(3):
        page = await queries.institution_list(connection, Filters(), after=after)
        pages.append([line.name for line in page.rows])
        after = page.after or ""
    assert ([len(page) for page in pages], after) == ([25, 25, 15], "")
    assert pages[0][0] == "Albanian State Police"
    assert [name for page in pages for name in page] == sorted(name for page in pages for name in page)
    last = await queries.institution_list(connection, Filters(kind="COURT"), after="")
    second = await queries.institution_list(connection, Filters(kind="COURT"), after=last.after or "")
    back = await queries.institution_list(connection, Filters(kind="COURT"), before=second.before or "")
    assert ([line.id for line in back.rows], back.before) == ([line.id for line in last.rows], None)
    for filters, count in (
        (Filters(search="zuta 07"), 1),
        (Filters(beneficiary="RS"), 1),
        (Filters(status="pending"), 0),
        (Filters(search="%"), 0),
        (Filters(status="nonsense"), 0),
    ):
        assert len((await queries.institution_list(connection, filters)).rows) == count
    for nonsense in ("x", f"{uuid4()}", f"not-a-key.{uuid4()}"):
        assert len((await queries.institution_list(connection, Filters(), after=nonsense)).rows) == 25


async def test_an_account_for_a_merged_entry_is_one_for_that_which_stays(db: Database, cast: Cast) -> None:
    async with db.transaction(now=NOW, actor=cast.ada) as tx:
        double = await add_institution(tx, name="Kosovo Polica", kind="POLICE", beneficiary_code="XK")
        await merge_institutions(tx, double.id, cast.kosovo_police)
        person = await invite(
            tx, name="Z", email="z@example.org", roles=[Role.OFFICER], institution_id=double.id
        )
        assert person.institution_id == cast.kosovo_police
