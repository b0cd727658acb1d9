"""What happens in a scenario, one thing after the other, as the second computation has it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from tests.oracle.figures import (
    BALKANS,
    UNION,
    at_least,
    cents,
    days,
    instant,
    score,
)
from tests.oracle.scoring import counted, lot, missed, tie


class World:
    """Everything that is true at the instant up to which the scenario has been played."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.scenario = scenario
        self.call = scenario["call"]
        self.applications = {
            application["reference"]: application for application in scenario["applications"]
        }
        self.status: dict[str, str] = {}
        self.reasons: dict[str, list[str]] = {}
        self.scores: dict[str, dict[str, Fraction | None]] = {}
        self.left: dict[str, list[int]] = {reference: [] for reference in self.applications}
        self.ranking: list[str] = []
        self.reserve: list[str] = []
        self.committed: dict[str, int] = {}
        self.award_from: dict[str, datetime] = {}
        self.award_until: dict[str, datetime] = {}
        self.sent: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, list[str]] = {}
        self.invitations: list[dict[str, Any]] = []
        self.to_come: list[tuple[Any, ...]] = []

    # ---- time

    def run(self) -> None:
        for application in self.scenario["applications"]:
            self.submit(application)
        self.to_come = list(self.scenario_events())
        while self.to_come:
            self.to_come.sort(key=lambda event: event[0])
            key, what, *details = self.to_come.pop(0)
            what(key[0], *details)

    def scenario_events(self) -> Iterator[tuple[Any, ...]]:
        for i, application in enumerate(self.scenario["applications"]):
            if "withdrawn_at" in application:
                yield (instant(application["withdrawn_at"]), 0, i, 0), self.withdraw, application["reference"]
            for p, partner in enumerate(application["partners"]):
                if "withdrew_at" in partner:
                    yield (
                        (instant(partner["withdrew_at"]), 0, i, 1 + p),
                        self.leave,
                        application["reference"],
                        p,
                    )
        yield (instant(self.call["decided_at"]), 1), self.decide
        for i, step in enumerate(self.scenario.get("after_award", [])):
            yield (instant(step["at"]), 2, i), self.after_award, step
        for i, deployment in enumerate(self.scenario.get("deployments", [])):
            yield (instant(deployment["invited_at"]), 3, i), self.open, deployment

    # ---- applications

    def submit(self, application: dict[str, Any]) -> None:
        reference = application["reference"]
        if application["track"] == "exception":
            reasons = [] if application.get("consultation") else ["consultation_missing"]
            self.status[reference] = "not_submitted" if reasons else "exception_track"
        else:
            reasons = list(self.why_not(application))
            self.status[reference] = "not_submitted" if reasons else "submitted"
        self.reasons[reference] = sorted(reasons)

    def why_not(self, application: dict[str, Any]) -> Iterator[str]:
        received = instant(application["received_at"])
        parties = [application["lead"], *application["partners"]]
        if received > instant(self.call["closes_at"]):
            yield "late"
        if received < instant(self.call["opens_at"]):
            yield "not_open"
        if len({p["beneficiary"] for p in parties} & set(BALKANS)) < self.call["min_beneficiaries"]:
            yield "too_few_beneficiaries"
        if any(p["beneficiary"] not in BALKANS + self.call.get("extended_to", []) for p in parties):
            yield "partner_not_eligible"
        if any(not partner["confirmed"] for partner in application["partners"]):
            yield "partner_not_confirmed"
        if cents(application["requested"]) > cents(self.call["award_max"]):
            yield "above_award_max"
        if cents(application["requested"]) < cents(self.call["award_min"]):
            yield "below_award_min"
        if any(document.get("marking") is not None for document in application.get("documents", [])):
            yield "classified_document"

    def on_board(self, reference: str) -> int:
        application = self.applications[reference]
        there = {application["lead"]["beneficiary"]}
        for p, partner in enumerate(application["partners"]):
            if p not in self.left[reference]:
                there.add(partner["beneficiary"])
        return len(there & set(BALKANS))

    def withdraw(self, now: datetime, reference: str) -> None:
        decided = now > instant(self.call["decided_at"])
        if not decided and self.status[reference] in ("submitted", "exception_track"):
            self.status[reference] = "withdrawn"
        elif self.status[reference] in ("awarded", "reserve"):
            self.exit(now, reference, "withdrawn")

    def leave(self, now: datetime, reference: str, partner: int) -> None:
        self.left[reference].append(partner)
        few = self.on_board(reference) < self.call["min_beneficiaries"]
        if few and self.status[reference] in ("awarded", "reserve"):
            self.reasons[reference] = ["too_few_beneficiaries"]
            self.exit(now, reference, "ineligible")

    def exit(self, now: datetime, reference: str, status: str) -> None:
        if self.status[reference] == "reserve":
            self.reserve.remove(reference)
            self.status[reference] = status
        else:
            del self.committed[reference]
            self.end_award(now, reference, status)
        self.serve(now)

    # ---- the decision

    def decide(self, now: datetime) -> None:
        for reference, status in self.status.items():
            if status == "submitted":
                self.evaluate(reference)
        ranked = [reference for reference, status in self.status.items() if status == "submitted"]
        self.ranking = sorted(ranked, key=self.place)
        for reference in self.ranking:
            if (self.reserve and not self.call.get("skip_unaffordable")) or not self.fits(reference):
                self.reserve.append(reference)
                self.status[reference] = "reserve"
            else:
                self.award(now, reference)

    def evaluate(self, reference: str) -> None:
        application, grid = self.applications[reference], self.call["grid"]
        if self.on_board(reference) < self.call["min_beneficiaries"]:
            self.status[reference], self.reasons[reference] = "ineligible", ["too_few_beneficiaries"]
            return
        recused = application.get("recusals", [])
        heard = [scores for name, scores in application.get("assessments", {}).items() if name not in recused]
        if len(heard) < grid["min_assessments"]:
            self.status[reference], self.reasons[reference] = "not_assessed", ["too_few_assessments"]
            return
        self.scores[reference] = counted(grid, heard)
        if names := missed(grid, self.scores[reference]):
            self.status[reference], self.reasons[reference] = "below_threshold", names

    def place(self, reference: str) -> list[Any]:
        scores, grid = self.scores[reference], self.call["grid"]
        total = scores["total"]
        assert total is not None
        place: list[Any] = [-total]
        for key in grid["tie_break"]:
            if key == "beneficiaries":
                place.append(-self.on_board(reference))
            elif key == "lot":
                place.append(lot(self.call["lot"], reference))
            elif key == "received_at":
                place.append(instant(self.applications[reference]["received_at"]))
            else:
                place.append(-tie(grid, scores, key))
        return [*place, reference]

    # ---- money

    def fits(self, reference: str) -> bool:
        left = cents(self.call["envelope"]) - sum(self.committed.values())
        return cents(self.applications[reference]["requested"]) <= left

    def award(self, now: datetime, reference: str) -> None:
        self.status[reference] = "awarded"
        self.committed[reference] = cents(self.applications[reference]["requested"])
        self.award_from[reference] = now

    def serve(self, now: datetime) -> None:
        for reference in list(self.reserve):
            if self.fits(reference):
                self.reserve.remove(reference)
                self.award(now, reference)
            elif not self.call.get("skip_unaffordable"):
                return

    def after_award(self, now: datetime, step: dict[str, Any]) -> None:
        reference = step["application"]
        if self.status[reference] != "awarded":
            return
        if step["what"] == "withdrawn":
            self.exit(now, reference, "withdrawn")
            return
        self.committed[reference] = min(self.committed[reference], cents(step["final_cost"]))
        self.end_award(now, reference, "closed")
        self.serve(now)

    def end_award(self, now: datetime, reference: str, status: str) -> None:
        self.status[reference] = status
        self.award_until[reference] = now
        for invitation in self.invitations:
            if invitation["application"] == reference:
                invitation["booked"] = set()
                if invitation["outcome"] is None:
                    self.finish(now, invitation, "withdrawn")

    # ---- experts

    def open(self, now: datetime, deployment: dict[str, Any]) -> None:
        name = deployment["reference"]
        if self.status[deployment["application"]] != "awarded":
            self.sent[name] = {"refused": "not_funded"}
            return
        fit, excluded = [], {}
        for expert in self.scenario.get("experts", []):
            reason = self.unfit(expert, deployment)
            if reason:
                excluded[expert["id"]] = reason
            else:
                fit.append((-score(expert, deployment), expert["deployments_12m"], expert["id"]))
        shortlist = [[expert, -points] for points, _, expert in sorted(fit)]
        self.sent[name] = {"shortlist": shortlist, "excluded": excluded}
        self.waiting[name] = [expert for expert, _ in shortlist]
        if "replies" in deployment:
            for _ in range(min(deployment["seats"], len(shortlist))):
                self.ask_next(now, deployment)

    def unfit(self, expert: dict[str, Any], deployment: dict[str, Any]) -> str | None:
        needed = days(deployment["start"], deployment["end"])
        there = days(*expert["available"]) if expert["available"] else set()
        language, level = deployment["language"].split(":")
        levels = [expert["themes"].get(theme, 0) for theme in deployment["themes"]]
        if f" {expert['country']}," not in UNION + ",":
            return "not_eu_member_state"
        if expert.get("conflict") is not None:
            return "conflict"
        if needed - there or needed & self.booked(expert["id"]):
            return "not_available"
        if not at_least(expert["languages"].get(language), level):
            return "language"
        if max(levels) < deployment["min_theme_level"]:
            return "theme"
        return None

    def booked(self, expert: str) -> set[date]:
        taken: set[date] = set()
        for invitation in self.invitations:
            if invitation["expert"] == expert and invitation["outcome"] == "accepted":
                taken |= invitation["booked"]
        return taken

    def ask_next(self, now: datetime, deployment: dict[str, Any]) -> None:
        needed = days(deployment["start"], deployment["end"])
        while self.waiting[deployment["reference"]]:
            expert = self.waiting[deployment["reference"]].pop(0)
            if not needed & self.booked(expert):
                self.ask(now, deployment, expert)
                return

    def ask(self, now: datetime, deployment: dict[str, Any], expert: str) -> None:
        invitation = {
            "deployment": deployment,
            "application": deployment["application"],
            "expert": expert,
            "invited_at": now,
            "outcome": None,
            "booked": set(),
        }
        self.invitations.append(invitation)
        window = timedelta(hours=deployment["respond_within_hours"])
        due, outcome = now + window, "expired"
        reply = deployment["replies"].get(expert)
        if reply and reply["after_hours"] <= deployment["respond_within_hours"]:
            due = now + timedelta(hours=reply["after_hours"])
            outcome = {"accept": "accepted", "decline": "declined"}[reply["answer"]]
        row = self.scenario["deployments"].index(deployment)
        self.to_come.append(((due, 4, row, now, expert), self.answer, invitation, outcome))

    def answer(self, now: datetime, invitation: dict[str, Any], outcome: str) -> None:
        if invitation["outcome"] is not None:
            return
        self.finish(now, invitation, outcome)
        if outcome != "accepted":
            self.ask_next(now, invitation["deployment"])
            return
        taken = days(invitation["deployment"]["start"], invitation["deployment"]["end"])
        invitation["booked"] = taken
        same_person = [row for row in self.invitations if row["expert"] == invitation["expert"]]
        for other in sorted(
            same_person, key=lambda row: self.scenario["deployments"].index(row["deployment"])
        ):
            wanted = days(other["deployment"]["start"], other["deployment"]["end"])
            if other["outcome"] is None and wanted & taken:
                self.finish(now, other, "unavailable")
                self.ask_next(now, other["deployment"])

    def finish(self, now: datetime, invitation: dict[str, Any], outcome: str) -> None:
        invitation["outcome"] = outcome
        invitation["at"] = now
