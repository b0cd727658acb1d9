"""TAF-2021-01, the worked call (dossier 9), told by the same player as a rehearsal, with names and documents."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from sqlalchemy import select

from facility import clock
from facility.applications.service.answers import save_answers
from facility.contracts.models import Contract as ContractRow
from facility.contracts.service.money import open_envelope
from facility.data import DATA
from facility.demo.story import Story
from facility.demo.texts import EXPERTS, PAST_TEXTS
from facility.experts.service.pool import ExpertDraft
from facility.rehearsal.rules.scenario import Activity, Application, Call, Contract, Expert, Scenario
from facility.rehearsal.service import play, stage
from facility.rehearsal.service.check import check
from facility.seed import seed
from facility.story.cast import OFFICERS, PLACES
from facility.story.drafts import answered
from facility.web.access import Role

EXAMPLE = DATA / "examples" / "taf-2021-01.json"
ENVELOPE = Decimal("500000.00")
ASSESSORS = {"E1": "elena", "E2": "erik", "E3": "emma", "E4": "enzo", "E5": "eva"}


class DemoStage(stage.Stage):
    """The stage of the demo: the cast instead of references, real texts and papers."""

    def __init__(self, story: Story, scenario: Scenario, start: datetime) -> None:
        super().__init__(story.db, scenario, start)
        self.story = story

    async def person(self, name: str, *roles: Role) -> str:
        last_word = name.rpartition(" ")[2]
        self.people[name] = self.story.people[ASSESSORS.get(last_word, last_word)]
        return name

    async def institution(self, name: str, beneficiary: str, nth: int = 0) -> UUID:
        return self.story.places[_place(name, beneficiary)]

    async def lead(self, application: Application) -> str:
        place = _place(application.lead.institution, application.lead.beneficiary)
        return await self.person(next(key for key, (_, at) in OFFICERS.items() if at == place))

    async def envelope(self, contract: Contract, call: Call) -> UUID:
        async with self.db.reader() as connection:
            query = select(ContractRow.id).where(ContractRow.reference == contract.reference)
            contract_id = (await connection.execute(query)).scalar_one()
        made = await self.act(
            self.start,
            "ada",
            open_envelope,
            contract_id=contract_id,
            name="R10 pilot facility",
            amount=ENVELOPE,
        )
        self.story.envelope_id = made.id
        return made.id

    def call_texts(self, call: Call) -> tuple[str, str]:
        return "Joint initiatives of law-enforcement agencies, 2021", PAST_TEXTS["call"]

    async def describe(self, application: Application, application_id: UUID) -> None:
        summary, plan, origin = PAST_TEXTS[application.reference.rpartition("/")[2]].split("\n\n")
        await self.act(
            self.start,
            await self.lead(application),
            save_answers,
            application_id,
            answered(application.themes, summary, plan, origin),
        )

    def expert_draft(self, expert: Expert) -> ExpertDraft:
        name, address = EXPERTS[expert.id]
        draft = super().expert_draft(expert)
        today = clock.now().date()
        # The scenario tells the days of 2021; the present of the story needs some too, and this whole week for the rota.
        present = (today - timedelta(days=60), today + timedelta(days=180))
        available = [*draft.available, present] if expert.available else []
        return msgspec.structs.replace(draft, name=name, email=address, available=available)

    async def evidence(self, activity: Activity, kind: str) -> tuple[str, int, str]:
        words = kind.replace("_", " ")
        size, sha256 = self.story.paper(
            f"{words.capitalize()}: {activity.reference}",
            f"{activity.kind.replace('_', ' ').capitalize()} from {activity.start} to {activity.end}.",
            "A paper of the demo story. All names and figures in it are fictitious.",
        )
        return f"{words} {activity.reference.rpartition('/')[2]}.pdf", size, sha256


def _place(name: str, beneficiary: str) -> str:
    plain = name.replace("'", "’")
    return next(key for key, at in PLACES.items() if (at.name, at.beneficiary) == (plain, beneficiary))


def _with_whole_references(scenario: Scenario) -> Scenario:
    """References as they stand in a facility with several calls: "TAF-2021-01/A"."""
    prefix = scenario.call.reference
    replace = msgspec.structs.replace
    return replace(
        scenario,
        applications=tuple(replace(a, reference=f"{prefix}/{a.reference}") for a in scenario.applications),
        deployments=tuple(
            replace(
                d,
                reference=f"{prefix}/{d.application}/{d.reference}",
                application=f"{prefix}/{d.application}",
            )
            for d in scenario.deployments
        ),
        activities=tuple(
            replace(
                a,
                reference=f"{prefix}/{a.application}/{a.reference.rpartition('-')[2]}",
                application=f"{prefix}/{a.application}",
            )
            for a in scenario.activities
        ),
    )


async def tell_past(story: Story) -> None:
    """Set up the facility, gather the cast and play the call of 2021."""
    scenario = _with_whole_references(check(EXAMPLE.read_bytes()))
    start = play.before_everything(scenario)
    await seed(story.db, start)
    await story.call_together(start)
    stage = DemoStage(story, scenario, start)
    await play.Play(stage).run()
    await story.sign(stage.call_id, scenario.call.decided_at + timedelta(days=14))
