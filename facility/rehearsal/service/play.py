"""Playing a scenario: the same commands, rules and deliveries as the pages, at the instants that the file tells."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

import msgspec

from facility.admission.service.admissibility import check_admissibility
from facility.applications.service.answers import start_application
from facility.applications.service.confirmations import confirm_party
from facility.applications.service.documents import record_consultation, refuse_document
from facility.applications.service.parties import add_party, set_lead_amount
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave, withdraw
from facility.awards.models.award import Award
from facility.awards.service.ending import close_award, propose_closing, standing_award, withdraw_award
from facility.awards.service.withdrawal import agree_to_withdrawal, propose_withdrawal
from facility.db import Database, Tx
from facility.evaluation.service import assessing as evaluation
from facility.events.relay import follow
from facility.refused import Refused, refuse
from facility.rehearsal.rules.scenario import Application, Scenario, Step
from facility.rehearsal.service.activities import EARLIEST, play_activity
from facility.rehearsal.service.deployments import next_answer, open_deployment
from facility.rehearsal.service.result import result_of
from facility.rehearsal.service.scratch import scratch_database
from facility.rehearsal.service.stage import Stage, set_stage
from facility.web.access import Role


async def rehearse(url: str, scenario: Scenario) -> dict[str, Any]:
    """Play the scenario on a scratch database of the server at `url`; what would happen, as scenarios/README says."""
    async with scratch_database(url) as db:
        return await played(db, scenario)


async def played(db: Database, scenario: Scenario) -> dict[str, Any]:
    """The same, on a scratch database that is there."""
    play = Play(Stage(db, scenario, before_everything(scenario)))
    await play.run()
    await follow(db)
    return await result_of(play.stage)


def before_everything(scenario: Scenario) -> datetime:
    """An instant before all that is told, for what must stand by then."""
    first = min([scenario.call.opens_at, *(application.received_at for application in scenario.applications)])
    try:
        before = first - timedelta(days=1)
    except OverflowError:
        return first
    return max(before, EARLIEST)


class Moment(msgspec.Struct, frozen=True, order=True):
    """When a step happens, and its place among those at the same instant (scenarios/README, "At one instant")."""

    at: datetime
    kind: int
    place: tuple[Any, ...]


EXIT, DECISION, AFTER_AWARD, OPENING, ANSWER, ACTIVITY = range(6)

type Action = Callable[[], Awaitable[object]]


class Play:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.scenario = stage.scenario
        self.parties: dict[str, list[UUID]] = {}

    async def run(self) -> None:
        """From the publication of the call until nothing is open."""
        await set_stage(self.stage)
        for application in self.scenario.applications:
            await self._prepare(application)
        for application in sorted(
            self.scenario.applications, key=lambda application: application.received_at
        ):
            await self._submit(application)
        closes_at = self.scenario.call.closes_at
        await self.stage.close(self.stage.call_id, closes_at)
        for application in self._submitted():
            await self._assess(application)
        await self._run_on()

    def _submitted(self) -> list[Application]:
        """The joint applications that came in: all that can be assessed, ranked, or lose a partner."""
        return [
            application
            for application in self.scenario.applications
            if application.track == "joint" and application.reference not in self.stage.reasons
        ]

    # -- until the call closes

    async def _prepare(self, application: Application) -> None:
        """The draft with its parties, confirmations, refused documents and consultation, before it is submitted."""
        stage, lead = self.stage, await self.stage.lead(application)
        lead_institution = await stage.institution(application.lead.institution, application.lead.beneficiary)

        async def start(tx: Tx) -> UUID:
            draft = await start_application(
                tx,
                call_id=stage.call_id,
                lead_institution_id=lead_institution,
                title=application.title,
                track=application.track,
                reference=application.reference,
            )
            await set_lead_amount(tx, draft.id, application.requested)
            return draft.id

        application_id = await stage.act(stage.start, lead, start)
        self.stage.applications[application.reference] = application_id
        await stage.describe(application, application_id)
        self.parties[application.reference] = await self._invite(application, application_id)
        for document in application.documents:
            if document.marking is not None:
                await stage.act(stage.start, lead, refuse_document, application_id, sha256="0" * 64)
        if application.consultation:
            # Refused on the joint track, which asks for none.
            await stage.attempt(
                stage.start, lead, record_consultation, application_id, application.consultation
            )

    async def _invite(self, application: Application, application_id: UUID) -> list[UUID]:
        """Add the partners, then let those confirm who did; their party ids in the file's order."""
        stage, lead = self.stage, await self.stage.lead(application)
        seen = [(application.lead.institution, application.lead.beneficiary)]
        parties: list[UUID] = []
        for partner in application.partners:
            name = (partner.institution, partner.beneficiary)
            institution_id = await stage.institution(*name, nth=seen.count(name))
            seen.append(name)
            party = await stage.act(
                stage.start,
                lead,
                add_party,
                application_id,
                institution_id=institution_id,
                role="partner",
                amount=Decimal("0.00"),
                contact_name="signatory",
                contact_email="signatory@rehearsal.invalid",
            )
            parties.append(party.id)
        for partner, party_id in zip(application.partners, parties, strict=True):
            if partner.confirmed:
                await stage.act(stage.start, lead, _confirm, party_id)
        return parties

    async def _submit(self, application: Application) -> None:
        at = application.received_at
        refused = await self.stage.attempt(
            at,
            await self.stage.lead(application),
            submit,
            self.stage.applications[application.reference],
            received_at=at,
        )
        if refused is not None:
            self.stage.reasons[application.reference] = tuple(sorted(refused.codes))

    # -- assessment

    async def _assess(self, application: Application) -> None:
        """Admissible by an officer's check, then declarations, recusals and scores, all when the call has closed."""
        stage, at = self.stage, self.scenario.call.closes_at
        application_id = self.stage.applications[application.reference]
        await stage.attempt(at, "ada", check_admissibility, application_id, admissible=True, reason="told")
        for name in dict.fromkeys([*application.assessments, *application.recusals]):
            assessor = await stage.person(f"assessor {name}", Role.ASSESSOR)
            await stage.attempt(at, "ada", evaluation.assign, application_id, stage.people[assessor])
            await stage.attempt(at, assessor, evaluation.sign_declaration, stage.call_id)
            conflict = name in application.recusals
            await stage.attempt(
                at, assessor, evaluation.declare_conflict, application_id, conflict=conflict, reason="told"
            )
            if name in application.assessments:
                scores = application.assessments[name]
                await stage.attempt(at, assessor, evaluation.send_assessment, application_id, scores, {})

    # -- from the first exit to the last answer

    async def _run_on(self) -> None:
        """Step after step in the order of time, until nothing is open."""
        steps = dict(self._steps())
        while True:
            answer = await next_answer(self.stage)
            moments = [*steps, *([Moment(answer.at, ANSWER, answer.place)] if answer else [])]
            if not moments:
                return
            moment = min(moments)
            if answer and moment.kind == ANSWER:
                await self.stage.attempt(answer.at, None, answer.command)
            else:
                await steps.pop(moment)()

    def _steps(self) -> list[tuple[Moment, Action]]:
        scenario = self.scenario
        steps: list[tuple[Moment, Action]] = [
            (Moment(scenario.call.decided_at, DECISION, ()), self._decide),
        ]
        for i, application in enumerate(scenario.applications):
            if application.reference not in self.stage.reasons:
                steps += self._exits(i, application)
        for i, step in enumerate(scenario.after_award):
            steps.append((Moment(step.at, AFTER_AWARD, (i,)), partial(self._after_award, step)))
        for i, deployment in enumerate(scenario.deployments):
            steps.append(
                (
                    Moment(deployment.invited_at, OPENING, (i,)),
                    partial(open_deployment, self.stage, deployment),
                )
            )
        for i, activity in enumerate(scenario.activities):
            at, action = play_activity(self.stage, activity)
            steps.append((Moment(at, ACTIVITY, (i,)), action))
        return steps

    def _exits(self, i: int, application: Application) -> list[tuple[Moment, Action]]:
        """The application's own withdrawal, then its partners' exits."""
        steps: list[tuple[Moment, Action]] = []
        if application.withdrawn_at is not None:
            steps.append(
                (Moment(application.withdrawn_at, EXIT, (i, 0)), partial(self._withdraw, application))
            )
        for n, (partner, party_id) in enumerate(
            zip(application.partners, self.parties[application.reference], strict=True), start=1
        ):
            if (at := partner.withdrew_at) is not None:
                steps.append(
                    (
                        Moment(at, EXIT, (i, n)),
                        partial(self._leave, application, at, party_id),
                    )
                )
        return steps

    async def _leave(self, application: Application, at: datetime, party_id: UUID) -> None:
        await self.stage.attempt(at, await self.stage.lead(application), leave, party_id, reason="told")

    async def _withdraw(self, application: Application) -> None:
        """Before the decision the application is withdrawn, afterwards what it holds: an award or a reserve place."""
        application_id, at = self.stage.applications[application.reference], application.withdrawn_at
        assert at is not None
        lead = await self.stage.lead(application)
        if at <= self.scenario.call.decided_at:
            await self.stage.attempt(at, lead, withdraw, application_id)
        else:
            await self.stage.attempt(at, lead, withdraw_award, application_id, reason="told")

    async def _decide(self) -> None:
        stage, at = self.stage, self.scenario.call.decided_at
        for application in self._submitted():
            application_id = self.stage.applications[application.reference]
            # Refused where there are enough assessments: only those that can't be ranked are set aside.
            await stage.attempt(at, "ada", evaluation.set_aside, application_id, reason="told")
        await stage.decide(stage.call_id, at)

    async def _after_award(self, step: Step) -> Refused | None:
        application_id = self.stage.applications[step.application]

        async def first_person(tx: Tx) -> None:
            award = await _award(tx, application_id)
            if step.what == "withdrawn":
                await propose_withdrawal(tx, award.id, reason="told")
            else:
                assert step.final_cost is not None
                await propose_closing(tx, award.id, final_cost=step.final_cost, reason="told")

        async def second_person(tx: Tx) -> None:
            award = await _award(tx, application_id)
            if step.what == "withdrawn":
                await agree_to_withdrawal(tx, award.id)
            else:
                await close_award(tx, award.id)

        refused = await self.stage.attempt(step.at, "ada", first_person)
        if refused is None:
            refused = await self.stage.attempt(step.at, "vera", second_person)
        return refused


async def _confirm(tx: Tx, party_id: UUID) -> None:
    await confirm_party(tx, party_id, signatory_name="signatory", signatory_function="told")


async def _award(tx: Tx, application_id: UUID) -> Award:
    """The standing award; a step after the award that is told of anything else is refused."""
    award = await standing_award(tx, application_id)
    if award is None:
        refuse("not_an_award")
    return award
