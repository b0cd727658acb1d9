"""The stage of a rehearsal: a scratch database, who acts on it, and what the references of the scenario stand for."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Concatenate
from uuid import UUID

from facility.accounts.service.people import add_institution, add_user
from facility.accounts.service.people import seed as seed_accounts
from facility.applications.service.answers import save_answers
from facility.calls.rules.call import CallDraft, Grid
from facility.calls.rules.scoring import Section
from facility.contracts.service.money import open_contract, open_envelope
from facility.db import Database, Tx
from facility.experts.rules.branches import branch_of
from facility.experts.service.pool import ExpertDraft, add_theme, register_expert
from facility.refused import Refused
from facility.rehearsal.rules.scenario import Activity, Application, Call, Contract, Expert, Scenario
from facility.story.teller import Teller
from facility.web.access import Role

LONGEST = 200
"""As much is kept of a name that no result shows; how long a name may be that one shows: `sense.NAME_BYTES`."""


class Stage(Teller):
    """Who acts, and what the references of the scenario stand for in the scratch database."""

    def __init__(self, db: Database, scenario: Scenario, start: datetime) -> None:
        super().__init__(db)
        self.scenario = scenario
        self.start = start
        self.institutions: dict[tuple[str, str, int], UUID] = {}
        self.experts: dict[str, UUID] = {}
        self.call_id = UUID(int=0)
        self.applications: dict[str, UUID] = {}
        self.reasons: dict[str, tuple[str, ...]] = {}
        """Why applications were not submitted."""
        self.deployments: dict[str, UUID] = {}
        self.refused_deployments: dict[str, str] = {}

    async def attempt[**P](
        self,
        at: datetime,
        who: str | None,
        command: Callable[Concatenate[Tx, P], Awaitable[object]],
        *args: P.args,
        **named: P.kwargs,
    ) -> Refused | None:
        """`act` for a step of the scenario: where the command refuses, the rehearsal goes on without it."""
        try:
            await self.act(at, who, command, *args, **named)
        except Refused as refused:
            return refused
        return None

    async def person(self, name: str, *roles: Role) -> str:
        """The name, once there is a person whom the scenario calls by it."""
        if name not in self.people:
            email = f"person-{len(self.people)}@rehearsal.invalid"
            created = await self.act(
                self.start,
                None,
                add_user,
                name=name[:LONGEST],
                email=email,
                roles=list(roles),
                institution_id=None,
            )
            self.people[name] = created.id
        return name

    async def institution(self, name: str, beneficiary: str, nth: int = 0) -> UUID:
        """The institution of this name; `nth` keeps apart parties of one application that are told with one name."""
        key = (name, beneficiary, nth)
        if key not in self.institutions:
            # The number tells apart names that differ only in case, or only far behind.
            shown = f"{len(self.institutions) + 1} {name}"[:LONGEST]
            created = await self.act(
                self.start, None, add_institution, name=shown, kind="POLICE", beneficiary_code=beneficiary
            )
            self.institutions[key] = created.id
        return self.institutions[key]

    async def lead(self, application: Application) -> str:
        """The officer who acts for the application's lead."""
        return await self.person("omar", Role.OFFICER)

    async def envelope(self, contract: Contract, call: Call) -> UUID:
        """The envelope that pays for the call."""
        amounts = scaled([donor.amount for donor in contract.donors], call.envelope)
        donors = [(donor.name, amount) for donor, amount in zip(contract.donors, amounts, strict=True)]
        opened = await self.act(
            self.start,
            "ada",
            open_contract,
            reference=contract.reference,
            counterpart=contract.reference,
            donors=donors,
        )
        made = await self.act(
            self.start,
            "ada",
            open_envelope,
            contract_id=opened.id,
            name=call.reference,
            amount=call.envelope,
        )
        return made.id

    def call_texts(self, call: Call) -> tuple[str, str]:
        """The call's title and text, of which a scenario tells nothing."""
        return call.reference, call.reference

    async def describe(self, application: Application, application_id: UUID) -> None:
        """What the application says, as far as the scenario tells it."""
        officer = await self.lead(application)
        await self.act(
            self.start,
            officer,
            save_answers,
            application_id,
            {"themes": {"themes": sorted(application.themes)}},
        )

    def expert_draft(self, expert: Expert) -> ExpertDraft:
        """The expert's profile; a scenario tells no name and no address."""
        branch, branch_other = branch_of(expert.branch)
        return ExpertDraft(
            code=expert.id,
            name=expert.id,
            email=f"expert-{len(self.experts)}@rehearsal.invalid",
            country=expert.country,
            gender=expert.gender,
            branch=branch,
            branch_other=branch_other,
            deployments_12m=expert.deployments_12m,
            themes=expert.themes,
            languages=expert.languages,
            available=[expert.available] if expert.available else [],
            conflicts=[(None, expert.conflict)] if expert.conflict else [],
        )

    async def evidence(self, activity: Activity, kind: str) -> tuple[str, int, str]:
        """Name, size and SHA-256 of a piece of evidence; a scenario tells only that it is there."""
        return kind, 0, "0" * 64


async def set_stage(stage: Stage) -> None:
    """Everything that stands before the first application: cast, contract, envelope, call, expert pool."""
    await stage.act(stage.start, None, seed_accounts)
    # The scenario's own names are kept apart from these by a prefix.
    await stage.person("ada", Role.SECRETARIAT)
    await stage.person("vera", Role.SECRETARIAT)
    await stage.person("paul", Role.AUTHORISING)
    await _open_call(stage, stage.scenario.contract, stage.scenario.call)
    await _fill_pool(stage)


async def _open_call(stage: Stage, contract: Contract, call: Call) -> None:
    title, text = stage.call_texts(call)
    draft = CallDraft(
        reference=call.reference,
        title=title,
        text=text,
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        envelope_id=await stage.envelope(contract, call),
        amount=call.envelope,
        award_min=call.award_min,
        award_max=call.award_max,
        min_beneficiaries=call.min_beneficiaries,
        extended_to=call.extended_to,
        extension_decision="the decision in the scenario" if call.extended_to else "",
        skip_unaffordable=call.skip_unaffordable,
        grid=Grid(
            sections=tuple(Section(key=s.key, title=s.title, max=s.max) for s in call.grid.sections),
            thresholds=call.grid.thresholds,
            min_assessments=call.grid.min_assessments,
            tie_break=call.grid.tie_break,
        ),
    )
    stage.call_id = await stage.publish(draft, stage.start)


def scaled(amounts: list[Decimal], envelope: Decimal) -> list[Decimal]:
    """The donors' amounts, times ten until they pay for the envelope: a scenario tells proportions, and these stay."""
    total, factor = sum(amounts), Decimal(1)
    while total * factor < envelope:
        factor *= 10
    return [amount * factor for amount in amounts]


async def _fill_pool(stage: Stage) -> None:
    scenario = stage.scenario
    themes = {code for expert in scenario.experts for code in expert.themes}
    themes |= {code for deployment in scenario.deployments for code in deployment.themes}
    themes |= {code for application in scenario.applications for code in application.themes}

    async def fill(tx: Tx) -> None:
        for code in sorted(themes):
            await add_theme(tx, code, code)
        for expert in scenario.experts:
            stage.experts[expert.id] = (await register_expert(tx, stage.expert_draft(expert))).id

    await stage.act(stage.start, "ada", fill)
