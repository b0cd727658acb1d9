"""Every rule against the second computation, on random scenarios, at each step at which it is asked."""

import json
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.activities.rules.counting import ActivityView, AwardEnd, AwardLife, counting
from facility.applications.rules.parties import enough_beneficiaries
from facility.applications.rules.submission import ApplicationView, Partner, on_board, submission_reasons
from facility.awards.rules.awards import final_commitment
from facility.awards.rules.money_line import Request, draw_line
from facility.awards.rules.reserve import serve_reserve
from facility.calls.rules.call import CallRules, Grid, call_mistakes
from facility.calls.rules.scoring import Section
from facility.contracts.rules import Donor, donor_split, free
from facility.data import DATA
from facility.deployments.rules.answers import answer_by, next_to_ask
from facility.deployments.rules.shortlist import ExpertiseRequest, shortlist
from facility.evaluation.rules.means import enough_assessments, means, missed_thresholds
from facility.evaluation.rules.ranking import Candidate, rank
from facility.experts.rules.profile import ExpertProfile
from facility.money import display
from facility.rehearsal.rules.scenario import Application, Deployment, Expert, Scenario
from facility.rehearsal.service.check import check
from tests.oracle.figures import euro, normal
from tests.oracle.result import expected_result, of_application, result_of
from tests.oracle.world import World
from tests.scenarios import scenarios

EXAMPLES = DATA / "examples"
RANDOM = settings(max_examples=60, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", ["taf-2021-01", "taf-2021-01-reserve"])
def test_second_computation_gives_results_worked_by_hand(name: str) -> None:
    scenario = json.loads((EXAMPLES / f"{name}.json").read_text())
    expected = json.loads((EXAMPLES / f"{name}.expected.json").read_text())
    assert normal(expected_result(scenario)) == normal(expected)


@RANDOM
@given(scenarios())
def test_rules_agree_with_second_computation(file: dict[str, Any]) -> None:
    world = Watched(file)
    world.run()
    result = result_of(world)
    for application in world.checked.applications:
        assert submission_reasons(_application(application), world.rules, application.received_at) == tuple(
            sorted(world.why_not(world.applications[application.reference]))
            if application.track == "joint"
            else _consulted(application)
        )
    commitments = {ref: Decimal(amount) for ref, amount in result["budget"]["commitments"].items()}
    assert str(free(world.rules.amount, commitments.values())) == result["budget"]["available"]
    donors = [Donor(donor.name, donor.amount) for donor in world.checked.contract.donors]
    assert {
        ref: {name: str(part) for name, part in donor_split(amount, donors).items()}
        for ref, amount in commitments.items()
    } == result["budget"]["donors"]
    assert {
        activity.reference: reason
        for activity in world.checked.activities
        if (reason := counting(world.activity(activity))) is not None
    } == result["indicator_10_1"]["not_counted"]


class Watched(World):
    """The second computation, asking the product's rules the same questions as it goes."""

    def __init__(self, file: dict[str, Any]) -> None:
        super().__init__(file)
        self.checked: Scenario = check(json.dumps(file).encode())
        self.rules = _rules(self.checked)
        self.by_name = {application.reference: application for application in self.checked.applications}
        assert call_mistakes(self.rules) == []

    def requests(self, references: list[str]) -> list[Request]:
        return [Request(reference, self.by_name[reference].requested) for reference in references]

    def left_over(self) -> Decimal:
        return free(self.rules.amount, [Decimal(euro(amount)) for amount in self.committed.values()])

    def decide(self, now: datetime) -> None:
        before = [reference for reference, status in self.status.items() if status == "submitted"]
        super().decide(now)
        candidates: list[Candidate] = []
        outcomes: dict[str, tuple[str, tuple[str, ...]]] = {}
        for reference in before:
            outcomes[reference] = self.judge(reference, now, candidates)
        assert outcomes == {
            reference: (
                "" if reference in self.ranking else self.status[reference],
                tuple(self.reasons[reference]),
            )
            for reference in before
        }
        assert rank(candidates, self.rules.grid.tie_break) == self.ranking
        line = draw_line(self.requests(self.ranking), self.rules.amount, self.rules.skip_unaffordable)
        awards = tuple(reference for reference in self.ranking if self.status[reference] == "awarded")
        assert (line.awards, line.reserve, line.left) == (awards, tuple(self.reserve), self.left_over())

    def judge(
        self, reference: str, now: datetime, candidates: list[Candidate]
    ) -> tuple[str, tuple[str, ...]]:
        application, grid = self.by_name[reference], self.rules.grid
        aboard = on_board(application.lead.beneficiary, _application(application).partners, now)
        if not enough_beneficiaries(aboard, self.rules.min_beneficiaries):
            return "ineligible", ("too_few_beneficiaries",)
        heard = [
            scores for name, scores in application.assessments.items() if name not in application.recusals
        ]
        if not enough_assessments(len(heard), grid):
            return "not_assessed", ("too_few_assessments",)
        mean = means(heard, grid)
        printed = of_application(self, reference)
        assert {key: display(value or Fraction()) for key, value in mean.sections.items()} == printed[
            "sections"
        ]
        assert display(mean.total) == printed["total"]
        if missed := missed_thresholds(mean, grid):
            return "below_threshold", missed
        candidates.append(Candidate(reference, mean, distinct_beneficiaries(aboard), application.received_at))
        return "", ()

    def serve(self, now: datetime) -> None:
        reserve = list(self.reserve)
        served = serve_reserve(self.requests(reserve), self.left_over(), self.rules.skip_unaffordable)
        super().serve(now)
        assert list(served) == [reference for reference in reserve if reference not in self.reserve]

    def after_award(self, now: datetime, step: dict[str, Any]) -> None:
        stood = self.status[step["application"]] == "awarded"
        super().after_award(now, step)
        if stood and step["what"] == "closed":
            award = self.by_name[step["application"]].requested
            final = final_commitment(award, Decimal(step["final_cost"]))
            assert euro(self.committed[step["application"]]) == str(final)

    def open(self, now: datetime, deployment: dict[str, Any]) -> None:
        booked: dict[str, set[date]] = {expert.id: self.booked(expert.id) for expert in self.checked.experts}
        super().open(now, deployment)
        sent = self.sent[deployment["reference"]]
        if "shortlist" in sent:
            parsed = next(
                candidate
                for candidate in self.checked.deployments
                if candidate.reference == deployment["reference"]
            )
            listed = shortlist(map(_expert, self.checked.experts), _request(parsed), booked)
            assert [[match.expert, match.score] for match in listed.ranked] == sent["shortlist"]
            assert listed.excluded == sent["excluded"]
            assert all(sum(part.points for part in match.parts) == match.score for match in listed.ranked)

    def ask_next(self, now: datetime, deployment: dict[str, Any]) -> None:
        waiting, before = list(self.waiting[deployment["reference"]]), len(self.invitations)
        parsed = next(
            candidate
            for candidate in self.checked.deployments
            if candidate.reference == deployment["reference"]
        )
        booked = [e for e in waiting if any(parsed.start <= day <= parsed.end for day in self.booked(e))]
        turn = next_to_ask(waiting, booked)
        super().ask_next(now, deployment)
        assert [turn.expert] == ([invitation["expert"] for invitation in self.invitations[before:]] or [None])
        assert [*turn.passed_over, *([turn.expert] if turn.expert else [])] == [
            expert for expert in waiting if expert not in self.waiting[deployment["reference"]]
        ]

    def answer(self, now: datetime, invitation: dict[str, Any], outcome: str) -> None:
        hours = invitation["deployment"]["respond_within_hours"]
        last = answer_by(invitation["invited_at"], hours)
        assert now == last if outcome == "expired" else now <= last
        super().answer(now, invitation, outcome)

    def activity(self, activity: Any) -> ActivityView:
        reference = activity.application
        award = None
        if reference in self.award_from:
            until = self.award_until.get(reference)
            end = AwardEnd(self.status[reference]) if until else None
            award = AwardLife(self.award_from[reference], until, end)
        return ActivityView(
            start=activity.start,
            award=award,
            completed=activity.completed,
            evidence=frozenset(activity.evidence),
            reported_by=activity.reported_by,
            verified_by=activity.verified_by,
            attended=activity.attended,
        )


def _rules(scenario: Scenario) -> CallRules:
    call = scenario.call
    return CallRules(
        opens_at=call.opens_at,
        closes_at=call.closes_at,
        amount=call.envelope,
        award_min=call.award_min,
        award_max=call.award_max,
        min_beneficiaries=call.min_beneficiaries,
        extended_to=frozenset(call.extended_to),
        skip_unaffordable=call.skip_unaffordable,
        grid=Grid(
            tuple(Section(section.key, section.title, section.max) for section in call.grid.sections),
            call.grid.thresholds,
            call.grid.min_assessments,
            call.grid.tie_break,
        ),
    )


def _application(application: Application) -> ApplicationView:
    return ApplicationView(
        track=application.track,
        lead=application.lead.beneficiary,
        partners=tuple(Partner(p.beneficiary, p.confirmed, p.withdrew_at) for p in application.partners),
        requested=application.requested,
        consultation=application.consultation is not None,
        marked_document=any(document.marking is not None for document in application.documents),
    )


def _consulted(application: Application) -> tuple[str, ...]:
    return () if application.consultation else ("consultation_missing",)


def _expert(expert: Expert) -> ExpertProfile:
    return ExpertProfile(
        id=expert.id,
        country=expert.country,
        themes=expert.themes,
        languages=expert.languages,
        available=(expert.available,) if expert.available else (),
        deployments_12m=expert.deployments_12m,
        conflict=expert.conflict is not None,
    )


def _request(deployment: Deployment) -> ExpertiseRequest:
    language, level = deployment.language.split(":")
    return ExpertiseRequest(
        start=deployment.start,
        end=deployment.end,
        seats=deployment.seats,
        language=language,
        level=level,  # type: ignore[arg-type] # the schema's pattern holds it
        themes=deployment.themes,
        min_theme_level=deployment.min_theme_level,
        regional_language=deployment.bonus.regional_language,
        no_recent_deployment=deployment.bonus.no_recent_deployment,
    )
