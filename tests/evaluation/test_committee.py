"""The committee of a call: appointed by the authorising officer, refused where it breaks the call's numbers, changed with a
reason, and needed before the ranking is proposed."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from facility.accounts.service.people import add_user
from facility.awards.queries.report import report
from facility.awards.service.deciding import decide, propose
from facility.awards.service.report import sign_report
from facility.calls.rules.committee import Committee
from facility.db import Database, Tx
from facility.evaluation.queries.committee import committee_of
from facility.evaluation.rules.committee import Function
from facility.evaluation.service import assessing
from facility.evaluation.service.committee import appoint, end_appointment
from facility.refused import Refused
from facility.web.access import Role
from tests.browser import Browsers, errors, gives_reason
from tests.calls.reading import figures
from tests.judging import CLOSES, DECIDED, Judging
from tests.prepared import built_once

FULL = (
    ("cora", Function.CHAIR, "Facility"),
    ("sara", Function.SECRETARY, "Facility"),
    ("elena", Function.VOTING, "Prosecution of Rome"),
    ("erik", Function.VOTING, "Police of Stockholm"),
    ("emma", Function.VOTING, "Police of Stockholm"),
)


class Play(Judging):
    """A call that asks for three voting members from two institutions, with one application that is assessed."""

    async def tell(self) -> None:
        await self.cast()
        await self.envelope()
        await self.call(committee=Committee(3, 2))
        for name in ("cora", "sara"):
            person = await self.act(None, lambda tx, name=name: _staff(tx, name))  # type: ignore[misc]
            self.people[name] = person
        for who in ("ada", "vera", "paul", "ines", "cora", "sara"):
            await self.act(who, lambda tx: assessing.sign_declaration(tx, self.id), CLOSES)

    async def appoint(self, who: str, function: Function, institution: str, **more: str) -> None:
        await self.act(
            "paul",
            lambda tx: appoint(tx, self.id, self.people[who], function, institution=institution, **more),
            CLOSES,
        )

    async def fill(self) -> None:
        for place in FULL:
            await self.appoint(*place)

    async def sign(self, *names: str) -> None:
        """These voting members sign the report as it is shown to them."""
        for who in names:
            async with self.db.reader() as connection:
                digest = (await report(connection, self.id, self.people[who])).digest
            await self.act(who, lambda tx, digest=digest: sign_report(tx, self.id, seen=digest))  # type: ignore[misc]

    async def judged(self) -> None:
        await self.apply("SHIPS", "10000.00")
        await self.close()
        await self.score("elena", "SHIPS", "16", "64")

    @property
    def id(self) -> UUID:
        return self.calls["TAF-2021-01"]

    async def member(self, who: str) -> UUID:
        async with self.db.reader() as connection:
            committee = await committee_of(connection, self.id)
        return next(member.id for member in committee.members if member.person_id == self.people[who])

    async def seated(self) -> list[tuple[str, str]]:
        async with self.db.reader() as connection:
            committee = await committee_of(connection, self.id)
        return [
            (member.name.partition(" ")[0].lower(), member.function.value) for member in committee.members
        ]


async def _staff(tx: Tx, name: str) -> UUID:
    made = await add_user(
        tx, name=f"{name.title()} Staff", email=f"{name}@example.org", roles=[Role.SECRETARIAT]
    )
    return made.id


@built_once
async def begun(db: Database) -> Play:
    made = Play(db)
    await made.tell()
    return made


@pytest.fixture
async def play(begun: Play) -> Play:
    return begun


async def refused(play: Play, who: str, command: Any, at: Any = DECIDED) -> tuple[str, ...]:
    with pytest.raises(Refused) as caught:
        await play.act(who, command, at)
    return caught.value.codes


async def test_the_ranking_is_proposed_once_the_committee_is_full(play: Play, browse: Browsers) -> None:
    await play.judged()
    lacks = await refused(play, "vera", lambda tx: propose(tx, play.id))
    assert lacks == ("committee_chair_missing", "committee_secretary_missing", "committee_voting_missing")
    vera = await browse(play.people["vera"])
    page = (await vera.get(f"/evaluation/{play.id}/ranking")).text
    assert "/propose" not in page
    assert "rankings-to-propose" not in (await vera.get("/")).text
    paul = await browse(play.people["paul"])
    assert "committees-to-appoint" in (await paul.get("/")).text
    await play.fill()
    assert "committees-to-appoint" not in (await paul.get("/")).text
    assert "/propose" in (await vera.get(f"/evaluation/{play.id}/ranking")).text
    await play.act("vera", lambda tx: propose(tx, play.id))
    await play.sign("elena", "erik", "emma")
    gone = await play.member("emma")
    await play.act("paul", lambda tx: end_appointment(tx, play.id, gone, "Ill."))
    assert await refused(play, "paul", lambda tx: decide(tx, play.id)) == ("committee_voting_missing",)
    await play.appoint("emma", Function.VOTING, "Police of Stockholm")
    await play.act("paul", lambda tx: decide(tx, play.id))
    assert await play.statuses() == {"SHIPS": "awarded"}
    late = await refused(play, "ines", lambda tx: end_appointment(tx, play.id, gone, "Late."))
    assert late == ("already_decided",)


async def test_a_call_without_a_committee_has_no_such_page_or_tab(play: Play, browse: Browsers) -> None:
    plain = await play.call("TAF-2021-02")
    paul = await browse(play.people["paul"])
    assert (await paul.get(f"/evaluation/{plain}/committee")).status_code == 404
    assert f"/evaluation/{plain}/committee" not in (await paul.get(f"/staff/calls/{plain}")).text
    assert f"/evaluation/{play.id}/committee" in (await paul.get(f"/staff/calls/{play.id}")).text


async def test_the_call_says_what_it_asks_for(play: Play, browse: Browsers) -> None:
    nobody = await browse()
    page = (await nobody.get("/calls/TAF-2021-01")).text
    assert figures(page, "committee") == [3, 2]


async def test_a_committee_that_breaks_the_numbers_is_refused_at_the_field(
    play: Play, browse: Browsers
) -> None:
    paul = await browse(play.people["paul"])
    here = f"/evaluation/{play.id}/committee/appoint"
    for who, function, institution in FULL[:4]:
        form = {
            "function": function,
            "person": str(play.people[who]),
            "institution": institution,
            "under": "",
        }
        assert (await paul.send_form(here, form)).status_code == 303
    wrong = {
        "function": "voting",
        "person": str(play.people["emma"]),
        "institution": "Unit 4",
        "under": "Police of Stockholm",
    }
    # Rome and Stockholm are two, so a third from a unit of one of them is welcome; a second chair is not.
    answer = await paul.send_form(here, wrong | {"function": "chair"})
    assert (answer.status_code, errors(answer)) == (422, ["function"])
    assert gives_reason(answer, "committee_chair_taken")
    assert "Unit 4" in answer.text
    assert (await paul.send_form(here, wrong)).status_code == 303
    full = await paul.send_form(here, wrong | {"person": str(play.people["eva"])})
    assert gives_reason(full, "committee_voting_full", voting=3)
    assert (await paul.get(f"/evaluation/{play.id}/committee")).text.count("Police of Stockholm") == 2


async def test_all_from_one_institution_are_refused(play: Play) -> None:
    for who in ("elena", "erik"):
        await play.appoint(who, Function.VOTING, "Police of Stockholm")
    command = lambda tx: appoint(  # noqa: E731
        tx, play.id, play.people["emma"], Function.VOTING, institution="Unit 4", under="POLICE of Stockholm"
    )
    assert await refused(play, "paul", command) == ("committee_linked_member",)


async def test_secretary_chair_and_observers_score_nothing(play: Play) -> None:
    await play.judged()
    nora = await play.act(
        None, lambda tx: add_user(tx, name="Nora", email="n@example.org", roles=[Role.ASSESSOR])
    )
    play.people["nora"] = nora.id
    await play.appoint("nora", Function.SECRETARY, "Facility")
    command = lambda tx: assessing.assign(tx, play.applications["SHIPS"], nora.id)  # noqa: E731
    assert await refused(play, "ada", command) == ("records_here",)
    chair = lambda tx: appoint(  # noqa: E731
        tx, play.id, play.people["elena"], Function.CHAIR, institution="Rome"
    )
    assert await refused(play, "paul", chair) == ("assesses_in_call",)
    voting = lambda tx: appoint(  # noqa: E731
        tx, play.id, play.people["ada"], Function.VOTING, institution="Rome"
    )
    assert await refused(play, "paul", voting) == ("may_not_vote",)
    carl = play.people["carl"]
    chairs = lambda tx: appoint(tx, play.id, carl, Function.CHAIR, institution="X")  # noqa: E731
    assert await refused(play, "paul", chairs) == ("may_only_observe",)
    await play.appoint("carl", Function.OBSERVER, "Commission")


async def test_nobody_appoints_themselves_and_members_do_not_decide(play: Play) -> None:
    own = lambda tx: appoint(tx, play.id, play.people["paul"], Function.CHAIR, institution="F")  # noqa: E731
    assert await refused(play, "paul", own) == ("own_appointment",)
    await play.judged()
    await play.fill()
    await play.act(
        "paul",
        lambda tx: appoint(tx, play.id, play.people["ines"], Function.OBSERVER, institution="Commission"),
    )
    await play.act("vera", lambda tx: propose(tx, play.id))
    assert await refused(play, "ines", lambda tx: decide(tx, play.id)) == ("on_committee",)


async def test_a_substitute_takes_a_place_for_a_reason_that_stays(play: Play, browse: Browsers) -> None:
    await play.fill()
    await play.appoint("eva", Function.SUBSTITUTE, "Police of Prague")
    paul = await browse(play.people["paul"])
    here = f"/evaluation/{play.id}/committee/{await play.member('erik')}/end"
    eva = str(await play.member("eva"))
    assert errors(await paul.send_form(here, {"reason": "", "substitute": eva})) == ["reason"]
    await paul.send_form(here, {"reason": "On leave for a year.", "substitute": eva})
    assert ("eva", "voting") in await play.seated()
    assert "erik" not in dict(await play.seated())
    page = await paul.get(f"/evaluation/{play.id}/committee")
    assert page.text.count("On leave for a year.") == 2
    async with play.db.reader() as connection:
        kinds = await connection.execute(
            text("SELECT kind FROM event WHERE subject_id = :id AND kind LIKE 'Committee%' ORDER BY seq"),
            {"id": play.id},
        )
        mails = await connection.execute(
            text(
                "SELECT count(*) FROM mail WHERE template = 'evaluation/appointed' AND to_address LIKE 'eva@%'"
            )
        )
        assert list(kinds.scalars())[-2:] == ["CommitteeMemberLeft", "CommitteeMemberAppointed"]
        assert mails.scalar_one() == 1


async def test_only_the_authorising_officer_appoints_and_members_see_their_committee(
    play: Play, browse: Browsers
) -> None:
    await play.fill()
    for who, status in (("vera", 403), ("elena", 403), ("paul", 200)):
        browser = await browse(play.people[who])
        assert (await browser.get(f"/evaluation/{play.id}/committee/appoint")).status_code == status
        assert (await browser.get(f"/evaluation/{play.id}/committee")).status_code == 200
    eva = await browse(play.people["eva"])
    assert (await eva.get(f"/evaluation/{play.id}/committee")).status_code == 403
