"""Bundles whose published part was computed by the second computation of tests/oracle, and changes to bundles."""

import copy
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from facility.applications.rules.status import ApplicationStatus
from facility.awards.rules import bundle as rules
from facility.calls.rules.call import Grid
from facility.calls.rules.cool_down import CoolDown
from facility.evaluation.rules.outcomes import Outcome
from tests.oracle.figures import euro, instant, two_decimals
from tests.oracle.world import World

Document = dict[str, Any]
Path = tuple[str | int, ...]
SINGLE, SEVERAL = ("call", "line", "decision"), ("applications", "assessments", "conflicts", "ranking")
OUTCOMES = {
    "submitted": Outcome.RANKED,
    "below_threshold": Outcome.BELOW_THRESHOLD,
    "not_assessed": Outcome.NOT_ASSESSED,
    "ineligible": Outcome.INELIGIBLE,
    "withdrawn": Outcome.WITHDRAWN,
}
STANDINGS = {"withdrawn": ApplicationStatus.WITHDRAWN, "not_assessed": ApplicationStatus.NOT_ASSESSED}


class _Decision(World):
    """A world that stands still once its call is decided. judged: where each application stood before the money was given out."""

    def __init__(self, scenario: dict[str, Any]) -> None:
        super().__init__(scenario)
        self.judged: dict[str, str] = {}

    def decide(self, now: datetime) -> None:
        super().decide(now)
        self.judged = {
            reference: "submitted" if reference in self.ranking else status
            for reference, status in self.status.items()
        }
        self.to_come.clear()


def of_scenario(scenario: dict[str, Any]) -> Document:
    """The bundle of the scenario's call: ranking and line as the second computation has them."""
    world = _Decision(scenario)
    world.run()
    entries = [
        application
        for application in scenario["applications"]
        if application["track"] == "joint" and world.judged[application["reference"]] in OUTCOMES
    ]
    bundle = rules.Bundle(
        format=rules.FORMAT,
        version=rules.version_of(msgspec.convert(scenario["call"]["grid"], Grid), offers=False),
        call=_call(scenario["call"]),
        applications=tuple(_application(world, application) for application in entries),
        assessments=tuple(_assessments(entries)),
        conflicts=tuple(_conflicts(entries)),
        ranking=tuple(_ranking(world, entries)),
        line=_line(world),
        decision=_decision(world, scenario["call"], entries),
    )
    return rules.document_of(bundle)


def _call(call: dict[str, Any]) -> rules.CallRecord:
    return rules.CallRecord(
        reference=call["reference"],
        mode=call["mode"],
        min_beneficiaries=call["min_beneficiaries"],
        title="Random",
        opens_at=instant(call["opens_at"]),
        closes_at=instant(call["closes_at"]),
        amount=Decimal(call["envelope"]),
        award_min=Decimal(call["award_min"]),
        award_max=Decimal(call["award_max"]),
        extended_to=tuple(call.get("extended_to", ())),
        skip_unaffordable=call.get("skip_unaffordable", False),
        carries_over=False,
        grid=msgspec.convert(call["grid"], Grid),
        cool_down=CoolDown(),
        lot=_lot(call),
    )


def _lot(call: dict[str, Any]) -> rules.LotRecord | UnsetType:
    if "lot" not in call["grid"]["tie_break"]:
        return UNSET
    return rules.LotRecord(hashlib.sha256(call["lot"].encode()).hexdigest(), call["lot"])


def _application(world: _Decision, application: dict[str, Any]) -> rules.ApplicationRecord:
    reference = application["reference"]
    parties = [application["lead"], *application["partners"]]
    there = [party for i, party in enumerate(parties) if i - 1 not in world.left[reference]]
    return rules.ApplicationRecord(
        reference=reference,
        title=application["title"],
        received_at=instant(application["received_at"]),
        fingerprint=hashlib.sha256(reference.encode()).hexdigest(),
        requested=Decimal(application["requested"]),
        institutions=tuple(
            rules.Institution(
                party["institution"], party["beneficiary"], party is application["lead"], Decimal("0.00")
            )
            for party in parties
        ),
        on_board=tuple(sorted(party["beneficiary"] for party in there)),
        designation_note=None,
        standing=STANDINGS.get(world.judged[reference], ApplicationStatus.ADMISSIBLE),
        carried_from=None,
        same_lead=False,
    )


def _code(name: str) -> str:
    return f"E-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _assessments(entries: list[dict[str, Any]]) -> Iterator[rules.AssessmentRecord]:
    for application in entries:
        for name, scores in application.get("assessments", {}).items():
            recused = name in application.get("recusals", ())
            yield rules.AssessmentRecord(
                application=application["reference"],
                assessor=_code(name),
                scores={key: None if score is None else Decimal(score) for key, score in scores.items()},
                counts=not recused,
                why_not="recused" if recused else None,
            )


def _conflicts(entries: list[dict[str, Any]]) -> Iterator[rules.ConflictRecord]:
    for application in entries:
        for name in application.get("recusals", ()):
            sent = name in application.get("assessments", {})
            effect = "not_counted" if sent else "no_assessment"
            yield rules.ConflictRecord(
                application=application["reference"],
                assessor=_code(name),
                effect=effect,  # type: ignore[arg-type]
            )


def _ranking(world: _Decision, entries: list[dict[str, Any]]) -> Iterator[rules.RankRecord]:
    by_reference = {application["reference"]: application for application in entries}
    others = sorted(by_reference.keys() - set(world.ranking))
    for reference in [*world.ranking, *others]:
        application = by_reference[reference]
        status = world.judged[reference]
        scores = world.scores.get(reference) if status in ("submitted", "below_threshold") else None
        sections = [section["key"] for section in world.call["grid"]["sections"]]
        criteria = {key: score for key, score in (scores or {}).items() if "." in key}
        yield rules.RankRecord(
            application=reference,
            outcome=OUTCOMES[status],
            rank=world.ranking.index(reference) + 1 if reference in world.ranking else None,
            assessments=len(set(application.get("assessments", {})) - set(application.get("recusals", ()))),
            means={key: _mean(scores[key]) for key in sections} if scores else None,
            total=_mean(scores["total"]) if scores else None,
            missed=tuple(world.reasons[reference]) if status == "below_threshold" else (),
            criteria={key: _mean(score) for key, score in criteria.items()} if criteria else UNSET,
        )


def _mean(value: Fraction | None) -> rules.Mean | None:
    return (
        None if value is None else rules.Mean(f"{value.numerator}/{value.denominator}", two_decimals(value))
    )


def _line(world: _Decision) -> rules.LineRecord:
    free = int(world.call["envelope"].replace(".", ""))
    committed = sum(world.committed.values())
    return rules.LineRecord(
        free=Decimal(euro(free)),
        committed=Decimal(euro(committed)),
        left=Decimal(euro(free - committed)),
        awards=tuple(reference for reference in world.ranking if reference in world.committed),
        reserve=tuple(world.reserve),
        carried=(),
        cooled={},
        taken={},
    )


def _decision(world: _Decision, call: dict[str, Any], entries: list[dict[str, Any]]) -> rules.DecisionRecord:
    line = _line(world)
    others = {
        application["reference"]: OUTCOMES[world.judged[application["reference"]]].value
        for application in entries
        if application["reference"] not in world.ranking
    }
    return rules.DecisionRecord(
        state="decided",
        proposed_at=instant(call["closes_at"]),
        decided_at=instant(call["decided_at"]),
        proposed=rules.ProposedLine(line.awards, line.reserve, (), {}, others),
        differs=False,
        departures=(),
        root_in_log=True,
    )


def encoded(document: Document) -> bytes:
    return json.dumps(document).encode()


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value that is no object and no list, with its path."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def lists(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every list that holds two things that differ."""
    if isinstance(value, list) and any(item != value[0] for item in value):
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from lists(inner, (*path, key))


def at(document: Document, path: Path) -> Any:
    value: Any = document
    for part in path:
        value = value[part]
    return value


def replaced(document: Document, path: Path, value: Any) -> Document:
    """A copy with another value there."""
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def resealed(document: Document) -> Document:
    """As somebody would hand it on who changed it and knows how digests are made: by the schema's description alone."""

    def digest(value: Any) -> str:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def sealed(record: Document) -> Document:
        kept = {key: value for key, value in record.items() if key != "digest"}
        return {**kept, "digest": digest(kept)}

    made, covered = dict(document), dict(document)
    del covered["root"]
    for part in SINGLE:
        made[part] = sealed(document[part])
        covered[part] = made[part]["digest"]
    for part in SEVERAL:
        made[part] = [sealed(record) for record in document[part]]
        covered[part] = [record["digest"] for record in made[part]]
    return {**made, "root": digest(covered)}
