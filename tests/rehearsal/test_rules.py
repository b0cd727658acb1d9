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
from facility.applications.rules.boarding import still_eligible
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
from facility.evaluation.rules.ranking import Candidate, enough_assessments, means, missed_thresholds, rank
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
    for told in world.scenario.applications:
        assert submission_reasons(_application(told), world.rules, told.received_at) == tuple(
            sorted(world.why_not(world.applications[told.reference]))
            if told.track == "joint"
            else _consulted(told)
        )
    commitments = {ref: Decimal(amount) for ref, amount in result["budget"]["commitments"].items()}
    assert str(free(world.rules.amount, commitments.values())) == result["budget"]["available"]
    donors = [Donor(donor.name, donor.amount) for donor in world.scenario.contract.donors]
    assert {
        ref: {name: str(part) for name, part in donor_split(amount, donors).items()}
        for ref, amount in commitments.items()
    } == result["budget"]["donors"]
    assert {
        told.reference: reason
        for told in world.scenario.activities
        if (reason := counting(world.activity(told))) is not None
    } == result["indicator_10_1"]["not_counted"]


class Watched(World):
    """The second computation, asking the product's rules the same questions as it goes."""

    def __init__(self, file: dict[str, Any]) -> None:
        super().__init__(file)
        self.scenario: Scenario = check(json.dumps(file).encode())
        self.rules = _rules(self.scenario)
        self.by_name = {one.reference: one for one in self.scenario.applications}
        assert call_mistakes(self.rules) == []

    def requests(self, references: list[str]) -> list[Request]:
        return [Request(reference, self.by_name[reference].requested) for reference in references]

    def left_over(self) -> Decimal:
        return free(self.rules.amount, [Decimal(euro(amount)) for amount in self.committed.values()])

    def decide(self, now: datetime) -> None:
        before = [reference for reference, status in self.status.items() if status == "submitted"]
        super().decide(now)
        candidates: list[Candidate] = []
        found: dict[str, tuple[str, tuple[str, ...]]] = {}
        for reference in before:
            found[reference] = self.judge(reference, now, candidates)
        assert found == {
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
        told, grid = self.by_name[reference], self.rules.grid
        aboard = on_board(told.lead.beneficiary, _application(told).partners, now)
        if not still_eligible(aboard, self.rules.min_beneficiaries):
            return "ineligible", ("too_few_beneficiaries",)
        heard = [scores for name, scores in told.assessments.items() if name not in told.recusals]
        if not enough_assessments(len(heard), grid):
            return "not_assessed", ("too_few_assessments",)
        mean = means(heard, grid)
        shown = of_application(self, reference)
        assert {key: display(value or Fraction()) for key, value in mean.sections.items()} == shown[
            "sections"
        ]
        assert display(mean.total) == shown["total"]
        if missed := missed_thresholds(mean, grid):
            return "below_threshold", missed
        candidates.append(Candidate(reference, mean, distinct_beneficiaries(aboard), told.received_at))
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
        booked: dict[str, set[date]] = {one.id: self.booked(one.id) for one in self.scenario.experts}
        super().open(now, deployment)
        sent = self.sent[deployment["reference"]]
        if "shortlist" in sent:
            told = next(one for one in self.scenario.deployments if one.reference == deployment["reference"])
            found = shortlist(map(_expert, self.scenario.experts), _request(told), booked)
            assert [[match.expert, match.score] for match in found.ranked] == sent["shortlist"]
            assert found.excluded == sent["excluded"]
            assert all(sum(part.points for part in match.parts) == match.score for match in found.ranked)

    def ask_next(self, now: datetime, deployment: dict[str, Any]) -> None:
        waiting, asked = list(self.waiting[deployment["reference"]]), len(self.asked)
        told = next(one for one in self.scenario.deployments if one.reference == deployment["reference"])
        booked = [e for e in waiting if any(told.start <= day <= told.end for day in self.booked(e))]
        found = next_to_ask(waiting, booked)
        super().ask_next(now, deployment)
        assert [found.expert] == ([one["expert"] for one in self.asked[asked:]] or [None])
        assert [*found.passed_over, *([found.expert] if found.expert else [])] == [
            expert for expert in waiting if expert not in self.waiting[deployment["reference"]]
        ]

    def answer(self, now: datetime, invitation: dict[str, Any], outcome: str) -> None:
        hours = invitation["deployment"]["respond_within_hours"]
        last = answer_by(invitation["invited_at"], hours)
        assert now == last if outcome == "expired" else now <= last
        super().answer(now, invitation, outcome)

    def activity(self, told: Any) -> ActivityView:
        reference = told.application
        award = None
        if reference in self.award_from:
            until = self.award_until.get(reference)
            end = AwardEnd(self.status[reference]) if until else None
            award = AwardLife(self.award_from[reference], until, end)
        return ActivityView(
            start=told.start,
            award=award,
            completed=told.completed,
            evidence=frozenset(told.evidence),
            reported_by=told.reported_by,
            verified_by=told.verified_by,
            attended=told.attended,
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


def _application(told: Application) -> ApplicationView:
    return ApplicationView(
        track=told.track,
        lead=told.lead.beneficiary,
        partners=tuple(Partner(p.beneficiary, p.confirmed, p.withdrew_at) for p in told.partners),
        requested=told.requested,
        consultation=told.consultation is not None,
        marked_document=any(document.marking is not None for document in told.documents),
    )


def _consulted(told: Application) -> tuple[str, ...]:
    return () if told.consultation else ("consultation_missing",)


def _expert(told: Expert) -> ExpertProfile:
    return ExpertProfile(
        id=told.id,
        country=told.country,
        themes=told.themes,
        languages=told.languages,
        available=(told.available,) if told.available else (),
        deployments_12m=told.deployments_12m,
        conflict=told.conflict is not None,
    )


def _request(told: Deployment) -> ExpertiseRequest:
    language, level = told.language.split(":")
    return ExpertiseRequest(
        start=told.start,
        end=told.end,
        seats=told.seats,
        language=language,
        level=level,  # type: ignore[arg-type] # the schema's pattern holds it
        themes=told.themes,
        min_theme_level=told.min_theme_level,
        regional_language=told.bonus.regional_language,
        no_recent_deployment=told.bonus.no_recent_deployment,
    )
