"""A second computation of a scenario's whole result: slow, obvious, and written from scenarios/README alone.

It knows nothing of the product: no rule is imported, amounts are whole cents, means are fractions, and what
happens is one list of things to come, of which the first is taken again and again. Tests compare the product
with it on random scenarios.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

BALKANS = ["AL", "BA", "ME", "MK", "RS", "XK"]
UNION = (
    "Austria AT, Belgium BE, Bulgaria BG, Croatia HR, Cyprus CY, Czechia CZ, Denmark DK, Estonia EE, Finland FI, "
    "France FR, Germany DE, Greece GR, Hungary HU, Ireland IE, Italy IT, Latvia LV, Lithuania LT, Luxembourg LU, "
    "Malta MT, Netherlands NL, Poland PL, Portugal PT, Romania RO, Slovakia SK, Slovenia SI, Spain ES, Sweden SE"
)
LEVELS = ["A1", "A2", "B1", "B2", "C1", "C2"]


def expected_result(scenario: dict[str, Any]) -> dict[str, Any]:
    """What `facility rehearse` must print for a valid scenario, instants as UTC texts."""
    world = World(scenario)
    world.run()
    return world.result()


def normal(result: dict[str, Any]) -> dict[str, Any]:
    """The result with its instants as instants, so that two can be compared with ==."""
    deployments = {}
    for reference, deployment in result["deployments"].items():
        deployments[reference] = dict(deployment)
        if "invitations" in deployment:
            deployments[reference]["invitations"] = [
                {**one, "invited_at": instant(one["invited_at"]), "at": instant(one["at"])}
                for one in deployment["invitations"]
            ]
    return {**result, "deployments": deployments}


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def cents(text: str) -> int:
    return int(text.replace(".", ""))


def euro(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def two_decimals(value: Fraction) -> str:
    for hundredths in count(int(value * 100)):  # the first whose upper edge lies above the value
        if value < Fraction(hundredths, 100) + Fraction(1, 200):
            return euro(hundredths)
    raise AssertionError


def days(first: str, last: str) -> set[date]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {start + timedelta(days=i) for i in range((end - start).days + 1)}


def at_least(level: str | None, least: str) -> bool:
    return level is not None and LEVELS.index(level) >= LEVELS.index(least)


def split(amount: int, donors: list[dict[str, str]]) -> dict[str, int]:
    whole = sum(cents(donor["amount"]) for donor in donors)
    exact = {donor["name"]: Fraction(amount * cents(donor["amount"]), whole) for donor in donors}
    parts = {name: int(share) for name, share in exact.items()}
    while sum(parts.values()) < amount:  # a cent to the one that is furthest short; of equals the first
        neediest = max(exact, key=lambda name: exact[name] - parts[name])
        parts[neediest] += 1
    return parts


class World:
    """Everything that is true at the instant up to which the scenario has been played."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        self.told = scenario
        self.call = scenario["call"]
        self.applications = {one["reference"]: one for one in scenario["applications"]}
        self.status: dict[str, str] = {}
        self.reasons: dict[str, list[str]] = {}
        self.sections: dict[str, dict[str, Fraction]] = {}
        self.left: dict[str, list[int]] = {reference: [] for reference in self.applications}
        self.ranking: list[str] = []
        self.reserve: list[str] = []
        self.committed: dict[str, int] = {}
        self.award_from: dict[str, datetime] = {}
        self.award_until: dict[str, datetime] = {}
        self.sent: dict[str, dict[str, Any]] = {}
        self.waiting: dict[str, list[str]] = {}
        self.asked: list[dict[str, Any]] = []
        self.to_come: list[tuple[Any, ...]] = []

    # ---- time

    def run(self) -> None:
        for one in self.told["applications"]:
            self.submit(one)
        self.to_come = list(self.told_events())
        while self.to_come:
            self.to_come.sort(key=lambda event: event[0])
            key, what, *details = self.to_come.pop(0)
            what(key[0], *details)

    def told_events(self) -> Iterator[tuple[Any, ...]]:
        for i, one in enumerate(self.told["applications"]):
            if "withdrawn_at" in one:
                yield (instant(one["withdrawn_at"]), 0, i, 0), self.withdraw, one["reference"]
            for p, partner in enumerate(one["partners"]):
                if "withdrew_at" in partner:
                    yield (instant(partner["withdrew_at"]), 0, i, 1 + p), self.leave, one["reference"], p
        yield (instant(self.call["decided_at"]), 1), self.decide
        for i, step in enumerate(self.told.get("after_award", [])):
            yield (instant(step["at"]), 2, i), self.after_award, step
        for i, deployment in enumerate(self.told.get("deployments", [])):
            yield (instant(deployment["invited_at"]), 3, i), self.open, deployment

    # ---- applications

    def submit(self, one: dict[str, Any]) -> None:
        reference = one["reference"]
        if one["track"] == "exception":
            reasons = [] if one.get("consultation") else ["consultation_missing"]
            self.status[reference] = "not_submitted" if reasons else "exception_track"
        else:
            reasons = list(self.why_not(one))
            self.status[reference] = "not_submitted" if reasons else "submitted"
        self.reasons[reference] = sorted(reasons)

    def why_not(self, one: dict[str, Any]) -> Iterator[str]:
        received = instant(one["received_at"])
        parties = [one["lead"], *one["partners"]]
        if received > instant(self.call["closes_at"]):
            yield "late"
        if received < instant(self.call["opens_at"]):
            yield "not_open"
        if len({p["beneficiary"] for p in parties} & set(BALKANS)) < self.call["min_beneficiaries"]:
            yield "too_few_beneficiaries"
        if any(p["beneficiary"] not in BALKANS + self.call.get("extended_to", []) for p in parties):
            yield "partner_not_eligible"
        if any(not partner["confirmed"] for partner in one["partners"]):
            yield "partner_not_confirmed"
        if cents(one["requested"]) > cents(self.call["award_max"]):
            yield "above_award_max"
        if cents(one["requested"]) < cents(self.call["award_min"]):
            yield "below_award_min"
        if any(document.get("marking") is not None for document in one.get("documents", [])):
            yield "classified_document"

    def on_board(self, reference: str) -> int:
        one = self.applications[reference]
        there = {one["lead"]["beneficiary"]}
        for p, partner in enumerate(one["partners"]):
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
        one, grid = self.applications[reference], self.call["grid"]
        if self.on_board(reference) < self.call["min_beneficiaries"]:
            self.status[reference], self.reasons[reference] = "ineligible", ["too_few_beneficiaries"]
            return
        recused = one.get("recusals", [])
        heard = [scores for name, scores in one.get("assessments", {}).items() if name not in recused]
        if len(heard) < grid["min_assessments"]:
            self.status[reference], self.reasons[reference] = "not_assessed", ["too_few_assessments"]
            return
        means = {}
        for section in grid["sections"]:
            points = sum((Fraction(scores[section["key"]]) for scores in heard), Fraction(0))
            means[section["key"]] = points / len(heard)
        self.sections[reference] = means
        reached = {**means, "total": sum(means.values())}
        missed = [key for key, least in grid["thresholds"].items() if reached[key] < Fraction(least)]
        if missed:
            self.status[reference], self.reasons[reference] = "below_threshold", sorted(missed)

    def place(self, reference: str) -> list[Any]:
        means = self.sections[reference]
        place: list[Any] = [-sum(means.values())]
        for tie in self.call["grid"]["tie_break"]:
            if tie == "beneficiaries":
                place.append(-self.on_board(reference))
            elif tie == "received_at":
                place.append(instant(self.applications[reference]["received_at"]))
            else:
                place.append(-means[tie])
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
        for invitation in self.asked:
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
        for expert in self.told.get("experts", []):
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
        for invitation in self.asked:
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
        self.asked.append(invitation)
        window = timedelta(hours=deployment["respond_within_hours"])
        due, outcome = now + window, "expired"
        reply = deployment["replies"].get(expert)
        if reply and reply["after_hours"] <= deployment["respond_within_hours"]:
            due = now + timedelta(hours=reply["after_hours"])
            outcome = {"accept": "accepted", "decline": "declined"}[reply["answer"]]
        row = self.told["deployments"].index(deployment)
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
        same_person = [one for one in self.asked if one["expert"] == invitation["expert"]]
        for other in sorted(same_person, key=lambda one: self.told["deployments"].index(one["deployment"])):
            wanted = days(other["deployment"]["start"], other["deployment"]["end"])
            if other["outcome"] is None and wanted & taken:
                self.finish(now, other, "unavailable")
                self.ask_next(now, other["deployment"])

    def finish(self, now: datetime, invitation: dict[str, Any], outcome: str) -> None:
        invitation["outcome"] = outcome
        invitation["at"] = now

    # ---- the result

    def result(self) -> dict[str, Any]:
        return {
            "applications": {reference: self.application(reference) for reference in self.applications},
            "ranking": self.ranking,
            "budget": self.budget(),
            "deployments": {
                one["reference"]: self.deployment(one) for one in self.told.get("deployments", [])
            },
            "indicator_10_1": self.indicator(),
        }

    def application(self, reference: str) -> dict[str, Any]:
        found: dict[str, Any] = {"status": self.status[reference], "reasons": self.reasons[reference]}
        if reference in self.sections:
            means = self.sections[reference]
            found["sections"] = {key: two_decimals(mean) for key, mean in means.items()}
            found["total"] = two_decimals(sum(means.values(), Fraction(0)))
        if reference in self.ranking:
            found["rank"] = self.ranking.index(reference) + 1
        return found

    def budget(self) -> dict[str, Any]:
        envelope, committed = cents(self.call["envelope"]), sum(self.committed.values())
        donors = {}
        for reference, amount in self.committed.items():
            parts = split(amount, self.told["contract"]["donors"])
            donors[reference] = {name: euro(part) for name, part in parts.items()}
        return {
            "envelope": euro(envelope),
            "committed": euro(committed),
            "available": euro(envelope - committed),
            "reserve": self.reserve,
            "commitments": {reference: euro(amount) for reference, amount in self.committed.items()},
            "donors": donors,
        }

    def deployment(self, told: dict[str, Any]) -> dict[str, Any]:
        found = dict(self.sent[told["reference"]])
        if "refused" in found or "replies" not in told:
            return found
        mine = [one for one in self.asked if one["deployment"] is told]
        mine.sort(key=lambda one: (one["at"], one["invited_at"], one["expert"]))
        found["invitations"] = [
            {
                "expert": one["expert"],
                "invited_at": one["invited_at"].isoformat(),
                "outcome": one["outcome"],
                "at": one["at"].isoformat(),
            }
            for one in mine
        ]
        found["accepted"] = [one["expert"] for one in mine if one["outcome"] == "accepted"]
        found["unfilled"] = told["seats"] - len(found["accepted"])
        return found

    def indicator(self) -> dict[str, Any]:
        counted: list[str] = []
        not_counted: dict[str, str] = {}
        by_year: dict[str, int] = {}
        for activity in self.told.get("activities", []):
            reason = self.why_not_counted(activity)
            if reason:
                not_counted[activity["reference"]] = reason
            else:
                counted.append(activity["reference"])
                by_year[activity["end"][:4]] = by_year.get(activity["end"][:4], 0) + 1
        return {
            "counted": sorted(counted),
            "not_counted": not_counted,
            "by_year": by_year,
            "total": len(counted),
        }

    def why_not_counted(self, activity: dict[str, Any]) -> str | None:
        reference = activity["application"]
        year, month, day = map(int, activity["start"].split("-"))
        begins = datetime(year, month, day, tzinfo=ZoneInfo("Europe/Brussels")).astimezone(UTC)
        stood = reference in self.award_from and self.award_from[reference] <= begins
        if reference in self.award_until:
            stood = stood and self.award_until[reference] > begins
        present = [code for code in BALKANS if activity["attended"].get(code, 0) >= 1]
        if not stood or self.status[reference] not in ("awarded", "closed"):
            return "not_funded"
        if not activity["completed"]:
            return "not_completed"
        if any(needed not in activity["evidence"] for needed in ("agenda", "attendance_list", "report")):
            return "missing_evidence"
        if activity.get("verified_by") in (None, activity["reported_by"]):
            return "not_verified"
        if len(present) < 2:
            return "too_few_beneficiaries_attended"
        return None


def score(expert: dict[str, Any], deployment: dict[str, Any]) -> int:
    points = sum(weight * expert["themes"].get(theme, 0) for theme, weight in deployment["themes"].items())
    regional = [expert["languages"].get(language) for language in ("sq", "bs", "hr", "sr", "cnr", "mk")]
    if any(at_least(level, "B1") for level in regional):
        points += deployment["bonus"]["regional_language"]
    if expert["deployments_12m"] == 0:
        points += deployment["bonus"]["no_recent_deployment"]
    return int(points)
