"""A declared conflict shuts a person out of the application in every role, on every page, and each attempt leaves a trace."""

import re
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from litestar import Litestar
from sqlalchemy import delete, func, insert, select, text, update

from facility.accounts.models import Person, PersonRole
from facility.accounts.service.people import add_user, deactivate
from facility.admission.service.admissibility import check_admissibility
from facility.awards.models.complaint import Complaint
from facility.awards.service.deciding import decide, propose, take_back
from facility.awards.service.ending import propose_closing
from facility.awards.service.withdrawal import propose_withdrawal
from facility.db import Database, Tx, new_id
from facility.deployments.service.answering import cancel
from facility.evaluation.service import assessing as evaluation
from facility.events.models import EventRow
from facility.events.relay import follow
from facility.monitoring.service.indicators import seed
from facility.refused import Refused
from facility.web.access import SHUTS_OUT, Allow, Role
from facility.web.guard import handlers
from facility.web.waiting import KINDS
from tests.browser import Browsers, gives_reason, states
from tests.doing import ask_experts, planned
from tests.judging import DECIDED, Judging
from tests.prepared import built_once

WITH_ASSESSOR = [(Role.ASSESSOR, role) for role in Role if role is not Role.ASSESSOR]


class Play(Judging):
    """The cast, and Nora, who assesses and has declared a conflict on SHIPS, which was awarded all the same."""

    ids: dict[str, UUID]

    async def tell(self, amount: str = "80000.00") -> None:
        await self.cast()
        await self.envelope(amount=amount)
        await self.call(amount=amount)
        for name in ("SHIPS", "PORTS"):
            await self.apply(name, "10000.00")
        await self.close()
        nora = await self.act(
            None, lambda tx: add_user(tx, name="Nora", email="nora@example.org", roles=[Role.ASSESSOR])
        )
        self.people["nora"] = nora.id
        await self.declare("nora", "SHIPS", conflict=True)
        for name, relevance in (("SHIPS", "64"), ("PORTS", "65")):
            await self.score("erik", name, "16.25", relevance)
        await self.act("vera", lambda tx: propose(tx, self.calls["TAF-2021-01"]), DECIDED)

    async def go_on(self) -> None:
        """The decision, an activity, and experts that are asked."""
        await self.act("paul", lambda tx: decide(tx, self.calls["TAF-2021-01"]), DECIDED)
        await self.act(None, seed)
        activity = await planned(self, "SHIPS", title="Workshop on ships")
        deployment = await ask_experts(self, "SHIPS")
        award = await self.award("SHIPS")
        await self.act(
            "vera",
            lambda tx: propose_closing(tx, award.id, final_cost=Decimal("1.00"), reason="Held."),
            DECIDED,
        )
        await follow(self.db)
        self.ids = {
            "application_id": self.applications["SHIPS"],
            "activity_id": activity,
            "award_id": (await self.award("SHIPS")).id,
            "deployment_id": deployment,
            "letter_id": await self.scalar(
                "SELECT id FROM letter WHERE kind = 'award' AND application_id = :id"
            ),
            "mail_id": await self.scalar(
                "SELECT id FROM mail WHERE subject_id = :id AND template = 'applications/receipt'"
            ),
            "subject_id": activity,
        }
        self.ids["complaint_id"] = await self.complain(self.ids["letter_id"])

    async def complain(self, letter_id: UUID) -> UUID:
        """As a row: nobody complains of an award, but of what an application may come to get instead."""
        complaint = Complaint(
            id=new_id(),
            call_id=self.calls["TAF-2021-01"],
            number=1,
            letter_id=letter_id,
            application_id=self.applications["SHIPS"],
            about="decision",
            text="The ships are ours.",
            name="Omar Hoxha",
            registered_by=self.people["omar"],
            registered_at=DECIDED,
            decide_by=DECIDED.date(),
        )

        async def enter(tx: Tx) -> UUID:
            tx.add(complaint)
            return complaint.id

        return await self.act(None, enter)

    async def scalar(self, query: str) -> Any:
        async with self.db.reader() as connection:
            rows = await connection.execute(text(query), {"id": self.applications["SHIPS"]})
            return rows.scalar_one()

    async def become(self, who: str, *roles: Role) -> None:
        """As rows: no command makes all of these pairs today, and whoever held one may come to hold another."""
        key = self.people[who]

        async def change(tx: Tx) -> None:
            await tx.session.execute(delete(PersonRole).where(PersonRole.person_id == key))
            await tx.session.execute(insert(PersonRole), [{"person_id": key, "role": role} for role in roles])
            house = self.institutions["AL"] if Role.OFFICER in roles else None
            await tx.session.execute(update(Person).where(Person.id == key).values(institution_id=house))

        await self.act(None, change)

    async def attempts(self) -> int:
        """How often somebody with a conflict was refused and written down."""
        async with self.db.reader() as connection:
            query = select(func.count()).where(EventRow.kind == "RecusedAttempt")
            return (await connection.execute(query)).scalar_one()


@built_once
async def proposed(db: Database) -> Play:
    made = Play(db)
    await made.tell()
    return made


@built_once
async def play(db: Database) -> Play:
    made = Play(db)
    await made.tell()
    await made.go_on()
    return made


def about(app: Litestar) -> list[tuple[str, str]]:
    """Every method and path that names something of an application."""
    return [
        (method, route.path_format)
        for route, handler in handlers(app)
        for method in sorted(handler.http_methods)
        if SHUTS_OUT.keys() & route.path_parameters.keys() and not route.path_format.startswith("/demo/")
    ]


OTHERS = {"section": "ask", "field": "title", "number": 0}


def path_of(path: str, ids: dict[str, UUID]) -> str:
    names = re.findall(r"{(\w+)}", path)
    return path.format(**{name: ids.get(name) or OTHERS.get(name, uuid4()) for name in names})


@pytest.mark.parametrize("roles", WITH_ASSESSOR, ids=lambda pair: "+".join(pair))
async def test_every_page_of_it_is_closed_in_every_role(
    play: Play, browse: Browsers, app: Litestar, roles: tuple[Role, ...]
) -> None:
    await play.become("nora", *roles)
    nora = await browse(play.people["nora"])
    rules: dict[tuple[str, str], Allow] = {
        (method, route.path_format): handler.opt["allow"]
        for route, handler in handlers(app)
        for method in handler.http_methods
    }
    walked, wrong = about(app), []
    assert len(walked) > 100
    before = await play.attempts()
    for method, path in walked:
        address = path_of(path, play.ids)
        answer = await (nora.get(address) if method == "GET" else nora.send_form(address))
        rule = rules[method, path]
        by_role = any(item.role in roles and item.relation is None for item in rule.items)
        says_so = gives_reason(answer, "conflict") or gives_reason(answer, "shut_out")
        expected = {403} if by_role or not rule.hidden else {403, 404}
        if answer.status_code not in expected or not (by_role <= says_so):
            wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert await play.attempts() == before + len(walked)


async def test_nothing_that_names_an_application_is_open_to_anyone(app: Litestar) -> None:
    walked = set(about(app))
    anyone = [
        route.path_format
        for route, handler in handlers(app)
        for method in handler.http_methods
        if (method, route.path_format) in walked and any(item.anyone for item in handler.opt["allow"].items)
    ]
    assert anyone == []


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR])
async def test_what_shows_the_call_as_a_whole_is_closed_too(play: Play, browse: Browsers, role: Role) -> None:
    await play.become("nora", Role.ASSESSOR, role)
    nora = await browse(play.people["nora"])
    call = play.calls["TAF-2021-01"]
    paths = [
        *(f"/evaluation/{call}/{rest}" for rest in ("ranking", "ranking.csv", "figures.csv", "report.pdf")),
        f"/evaluation/{call}/decision",
        f"/awards/calls/{call}",
        f"/openings/{call}",
        f"/openings/{call}/minutes.pdf",
    ]
    before = await play.attempts()
    assert {path: (await nora.get(path)).status_code for path in paths} == dict.fromkeys(paths, 403)
    assert await play.attempts() == before + len(paths)
    somebody = await browse(play.people["greta"])
    assert {(await somebody.get(path)).status_code for path in paths} == {200}


LISTS = {
    Role.SECRETARIAT: (
        *("/awards", "/deployments", "/activities", "/consultations", "/urgent", "/commission"),
        *("/commission/indicators/10.1?counted=no", "/commission/requests", "/operations/outbox"),
        *(
            "/commission/exports/requests.csv",
            "/commission/exports/joint-activities.csv",
            "/contracts/CA Facility",
        ),
    ),
    Role.AUDITOR: ("/awards", "/deployments", "/activities", "/commission", "/operations/log"),
    Role.AUTHORISING: ("/awards", "/deployments", "/activities", "/commission"),
    Role.COMMISSION: ("/awards", "/deployments", "/activities", "/commission"),
}
SAYS = re.compile(r"SHIPS|Workshop on ships|Tirana")


@pytest.mark.parametrize("role", LISTS)
async def test_lists_leave_out_what_follows_from_it(play: Play, browse: Browsers, role: Role) -> None:
    await play.become("nora", Role.ASSESSOR, role)
    nora = await browse(play.people["nora"])
    house = play.institutions["AL"]
    more = [f"/institutions/{house}"] if role in (Role.SECRETARIAT, Role.AUDITOR) else []
    more += [f"/waiting/{key}" for key, kind in KINDS.items() if role in kind.roles]
    mentions = {}
    for path in [*LISTS[role], *more]:
        page = await nora.get(path)
        assert page.status_code == 200, path
        if words := SAYS.findall(page.text):
            mentions[path] = words
    assert mentions == {}
    greta = await browse(play.people["greta"])
    assert "Joint work SHIPS" in (await greta.get("/awards")).text
    assert "Joint work PORTS" in (await nora.get("/awards")).text


async def test_the_list_of_what_came_in_keeps_its_reference_and_nothing_else(
    play: Play, browse: Browsers
) -> None:
    await play.become("nora", Role.ASSESSOR, Role.SECRETARIAT)
    nora = await browse(play.people["nora"])
    page = (await nora.get("/applications/received")).text
    assert "Joint work PORTS" in page
    assert "Joint work SHIPS" not in page
    assert "recused" in states(page)
    exported = (await nora.get("/applications/received/list.csv")).text
    line = next(line for line in exported.splitlines() if line.startswith(("SHIPS", '"SHIPS')))
    assert "Albanian" not in line
    assert "10000" not in line
    for query in (
        "q=Joint",
        "status=awarded",
        "least=1",
        "sort=amount",
        "beneficiary=AL",
        "checked=admissible",
    ):
        narrowed = (await nora.get(f"/applications/received?{query}")).text
        assert "Joint work PORTS" in narrowed, query
        assert "recused" not in states(narrowed), query
    ticked = {"deed": "csv", "query": "", "chosen": [str(play.applications["SHIPS"])]}
    chosen = await nora.send_form("/applications/received/selected", ticked)
    assert "Joint work SHIPS" not in chosen.text
    board = (await nora.get(f"/evaluation/{play.calls['TAF-2021-01']}")).text
    assert "Joint work PORTS" in board
    assert "Joint work SHIPS" not in board


async def test_the_log_and_the_outbox_say_nothing_of_it(play: Play, browse: Browsers) -> None:
    await play.become("nora", Role.ASSESSOR, Role.AUDITOR, Role.SECRETARIAT)
    nora = await browse(play.people["nora"])
    log = (await nora.get("/operations/log?subject=application")).text
    assert f"/operations/log/{play.applications['PORTS']}" in log
    assert f"/operations/log/{play.applications['SHIPS']}" not in log
    outbox = (await nora.get("/operations/outbox")).text
    assert "Closed to you" in outbox
    assert f"/operations/outbox/{play.ids['mail_id']}" not in outbox
    assert f"same={play.ids['mail_id']}" not in outbox
    same = await nora.get(f"/operations/outbox?same={play.ids['mail_id']}")
    assert "omar@example.org" not in same.text


async def test_whoever_has_a_conflict_neither_proposes_nor_decides(proposed: Play, browse: Browsers) -> None:
    call = proposed.calls["TAF-2021-01"]
    await proposed.become("nora", Role.ASSESSOR, Role.SECRETARIAT, Role.AUTHORISING)
    nora = await browse(proposed.people["nora"])
    for path in ("propose", "take-back", "decision"):
        answer = await nora.send_form(f"/evaluation/{call}/{path}", {"seen": ""})
        assert (path, answer.status_code) == (path, 403)
    # Commands ask it themselves, under the lock by which a conflict is declared.
    await proposed.act(None, lambda tx: _forget_duties(tx))
    for command in (propose, decide):
        with pytest.raises(Refused) as refused:
            await proposed.act("nora", lambda tx, command=command: command(tx, call))  # type: ignore[misc]
        assert refused.value.codes == ("shut_out",)


async def test_commands_that_learn_of_it_from_a_form_refuse_too(proposed: Play) -> None:
    await proposed.act("vera", lambda tx: take_back(tx, proposed.calls["TAF-2021-01"]))
    await proposed.act(None, lambda tx: _forget_duties(tx))
    key = proposed.applications["SHIPS"]
    for command in (
        lambda tx: check_admissibility(tx, key, admissible=False, reason="No."),
        lambda tx: evaluation.assign(tx, key, proposed.people["emma"]),
    ):
        with pytest.raises(Refused) as refused:
            await proposed.act("nora", command)
        assert refused.value.codes == ("shut_out",)


async def _forget_duties(tx: Tx) -> None:
    """As on the day on which duties were not kept yet: a conflict alone is enough."""
    await tx.session.execute(text("DELETE FROM call_duty"))


async def test_staff_with_a_conflict_get_no_mail_about_its_experts(play: Play) -> None:
    await play.become("nora", Role.ASSESSOR, Role.SECRETARIAT)
    await play.act("root", lambda tx: deactivate(tx, play.people["ada"]))
    yes = await play.scalar(
        "SELECT invitation.id FROM invitation JOIN deployment ON deployment.id = deployment_id"
        " WHERE application_id = :id AND outcome = 'accepted'"
    )
    await play.act(None, lambda tx: cancel(tx, yes, reason="Ill.", by_expert=True))
    async with play.db.reader() as connection:
        query = text(
            "SELECT to_address FROM mail WHERE template IN ('deployments/taken_back', 'deployments/exhausted')"
        )
        assert set((await connection.execute(query)).scalars()) == {"vera@example.org"}


async def test_nobody_frees_money_for_what_they_have_a_conflict_with(db: Database, browse: Browsers) -> None:
    """The page that shows who would be served is closed, and so is the act."""
    play = Play(db)
    await play.tell(amount="15000.00")
    await play.act("paul", lambda tx: decide(tx, play.calls["TAF-2021-01"]), DECIDED)
    assert await play.statuses() == {"SHIPS": "reserve", "PORTS": "awarded"}
    award = await play.award("PORTS")
    proposed = await play.act(
        "vera", lambda tx: propose_withdrawal(tx, award.id, reason="No longer possible."), DECIDED
    )
    await play.become("nora", Role.ASSESSOR, Role.SECRETARIAT)
    nora, ada = await browse(play.people["nora"]), await browse(play.people["ada"])
    page = f"/awards/{award.id}/withdrawal"
    assert "Joint work SHIPS" in (await ada.get(page)).text
    refused = await nora.get(page)
    assert (refused.status_code, "SHIPS" in refused.text) == (403, False)
    agreed = await nora.send_form(f"{page}/agree", {"proposal": str(proposed.id), "seen": "x"})
    assert agreed.status_code == 403
    assert (await play.statuses())["PORTS"] == "awarded"
