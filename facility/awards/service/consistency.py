"""Whether the records of a bundle fit together, before and beside what is computed from them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from msgspec import UNSET

from facility.awards.rules.bundle import (
    AssessmentRecord,
    Bundle,
    ConflictRecord,
    ConsensusRecord,
    RankRecord,
    version_of,
)
from facility.calls.rules.call import LOT, TIES, TOTAL
from facility.calls.rules.lot import commitment_of
from facility.evaluation.rules.assessing import score_mistakes
from facility.formats.mistakes import Mistake, Path, mistake, path_text
from facility.refused import Reason
from facility.web.i18n import N_, filled
from facility.web.i18n import gettext as _

TWICE = N_("{what} is there twice, also as {also}")


def misfits(bundle: Bundle) -> Iterator[Mistake]:
    """What keeps a ranking from being computed: records that stand there twice or belong to nothing, scores that are none."""
    yield from _grid(bundle)
    for part, keys in _keys(bundle).items():
        yield from _repeated([((part, i), key) for i, key in enumerate(keys)])
    yield from _repeated([(path, (reference,)) for path, reference in _lined_up(bundle)])
    known = {record.reference for record in bundle.applications}
    yield from (
        mistake(path, _("there is no application {reference}", reference=reference))
        for path, reference in _named(bundle)
        if reference not in known
    )
    ranked = {record.application for record in bundle.ranking}
    for reference in sorted(known - ranked):
        yield mistake(("ranking",), _("application {reference} is missing", reference=reference))
    for i, record in enumerate(bundle.assessments):
        for reason in score_mistakes(record.scores, bundle.call.grid):
            yield mistake(("assessments", i, "scores", reason.field or ""), _score(reason))
    yield from _settling(bundle)


def _settling(bundle: Bundle) -> Iterator[Mistake]:
    """Whether what settles scores is there where the call's rules ask for it, and the agreed scores are scores."""
    settles = bundle.call.grid.settling
    if settles != (bundle.consensus is not UNSET):
        yield mistake(("consensus",), _("does not fit the rules of the call"))
    for i, record in enumerate(bundle.assessments):
        if settles != (record.sent_at is not UNSET):
            yield mistake(("assessments", i, "sent_at"), _("does not fit the rules of the call"))
    for i, agreed in enumerate(bundle.agreed):
        for reason in score_mistakes(agreed.scores, bundle.call.grid):
            yield mistake(("consensus", i, "scores", reason.field or ""), _score(reason))


def _grid(bundle: Bundle) -> Iterator[Mistake]:
    grid = bundle.call.grid
    path = ("call", "grid")
    yield from _repeated(
        [((*path, "sections", i), (section.key,)) for i, section in enumerate(grid.sections)]
    )
    yield from _repeated(
        [
            ((*path, "sections", i, "criteria", j), (item.key,))
            for i, section in enumerate(grid.sections)
            for j, item in enumerate(section.items)
            if section.criteria
        ]
    )
    unknown: list[Path] = [
        (*path, "thresholds", key) for key in grid.thresholds if key not in (*grid.keys, TOTAL)
    ]
    unknown += [
        (*path, "tie_break", i) for i, key in enumerate(grid.tie_break) if key not in (*grid.keys, *TIES)
    ]
    yield from (mistake(place, _("names no section of the grid")) for place in unknown)


def _lot(bundle: Bundle) -> Iterator[Mistake]:
    """Whether there is a draw where one breaks ties, as the last thing that does, and its seed is the one that was fixed."""
    lot, ties = bundle.call.lot, bundle.call.grid.tie_break
    if bool(lot) != (LOT in ties):
        yield mistake(("call", "lot"), _("does not fit the tie-breaks"))
    if LOT in ties[:-1]:
        yield mistake(("call", "grid", "tie_break"), _("the lot is not the last"))
    if lot and commitment_of(lot.seed) != lot.commitment:
        yield mistake(("call", "lot", "seed"), _("is not the seed that was fixed: its SHA-256 differs"))


def _offers(bundle: Bundle) -> Iterator[Mistake]:
    """Whether offers stand where the call makes any, none below its smallest award."""
    offers = bundle.call.offers
    places = {
        ("line", "offered"): bundle.line.offered,
        ("decision", "proposed", "offered"): bundle.decision.proposed.offered,
    }
    for path, offered in places.items():
        if (offered is UNSET) != (offers is UNSET):
            yield mistake(path, _("does not fit the rules of the call"))
    if offers and offers.least < bundle.call.award_min:
        yield mistake(
            ("call", "offers", "least"),
            _("is less than the smallest award, {least}", least=bundle.call.award_min),
        )


def _revision(bundle: Bundle) -> Iterator[Mistake]:
    """Whether a later version bears a number of its own and says why it was made, and nothing stands on its lists twice."""
    if not bundle.revision:
        return
    if bundle.revision.number < 2:
        yield mistake(("revision", "number"), _("must be at least 2"))
    if not bundle.revision.because:
        yield mistake(("revision", "because"), _("must name a complaint"))
    for name in ("awarded", "gone", "waiting", "above", "reserve"):
        keys = getattr(bundle.revision, name)
        yield from _repeated([(("revision", name, i), (key,)) for i, key in enumerate(keys)])
    yield from _repeated(
        [(("revision", "because", i), (cause.complaint,)) for i, cause in enumerate(bundle.revision.because)]
    )


type Key = tuple[str, ...]


def _keys(bundle: Bundle) -> dict[str, list[Key]]:
    """What each record of a list is known by."""
    return {
        "applications": [(record.reference,) for record in bundle.applications],
        "assessments": [(record.application, record.assessor) for record in bundle.assessments],
        "conflicts": [(record.application, record.assessor) for record in bundle.conflicts],
        "consensus": [(record.application,) for record in bundle.agreed],
        "ranking": [(record.application,) for record in bundle.ranking],
    }


def _repeated(entries: Sequence[tuple[Path, Key]]) -> Iterator[Mistake]:
    first: dict[Key, Path] = {}
    for path, key in entries:
        if first.setdefault(key, path) != path:
            also = path_text(first[key])
            yield mistake(path, filled(TWICE, what=" ".join(key), also=also))


def _lined_up(bundle: Bundle) -> list[tuple[Path, str]]:
    """Everything on the line, with its path."""
    line = bundle.line
    groups = {"awards": line.awards, "reserve": line.reserve, "carried": line.carried}
    entries: list[tuple[Path, str]] = [
        (("line", name, i), reference)
        for name, references in groups.items()
        for i, reference in enumerate(references)
    ]
    return entries + [(("line", "cooled", reference), reference) for reference in line.cooled]


def _named(bundle: Bundle) -> Iterator[tuple[Path, str]]:
    """Every place that names an application of the bundle."""
    parts: dict[str, Sequence[AssessmentRecord | ConflictRecord | ConsensusRecord | RankRecord]] = {
        "assessments": bundle.assessments,
        "conflicts": bundle.conflicts,
        "consensus": bundle.agreed,
        "ranking": bundle.ranking,
    }
    for part, records in parts.items():
        yield from (((part, i, "application"), record.application) for i, record in enumerate(records))
    yield from _lined_up(bundle)
    yield from ((("line", "offered", reference), reference) for reference in bundle.line.offered or {})
    if bundle.revision:
        for name in ("awarded", "gone", "waiting", "above", "reserve"):
            yield from ((("revision", name, i), key) for i, key in enumerate(getattr(bundle.revision, name)))
        yield from (
            (("revision", "because", i, "application"), key) for i, key in enumerate(bundle.revision.reopened)
        )
    for i, departure in enumerate(bundle.decision.departures):
        yield ("decision", "departures", i, "application"), departure.application


def _score(reason: Reason) -> str:
    match reason.code:
        case "score_missing":
            return _("is missing")
        case "unknown_section":
            return _("names no section of the grid")
        case "too_many_decimals":
            return _("has more than two decimals")
        case "not_whole":
            return _("must be a whole number")
        case "not_half":
            return _("must be in steps of a half")
        case "must_apply":
            return _("must be a score: the grid does not let it be left out")
        case "nothing_scored":
            return _("says nothing, as all else: something must be scored")
        case _other if reason.params["least"] == "0":
            return _("must be at most {most}", most=reason.params["max"])
        case _other:
            return _(
                "must be from {least} to {most}", least=reason.params["least"], most=reason.params["max"]
            )


def contradictions(bundle: Bundle) -> Iterator[Mistake]:
    """What is said twice and differs, and records out of order."""
    keys = _keys(bundle)
    for part in ("applications", "assessments", "consensus", "conflicts"):
        for i, (before, after) in enumerate(pairwise(keys[part]), 1):
            if after < before:
                yield mistake((part, i), _("is out of order"))
    yield from _handling(bundle)
    yield from _taking_part(bundle)
    yield from _lot(bundle)
    yield from _offers(bundle)
    yield from _revision(bundle)
    version = version_of(
        bundle.call.grid, offers=bool(bundle.call.offers), revised=bundle.revision is not UNSET
    )
    if bundle.version != version:
        yield mistake(("version",), _("must be {version} by the rules of the call", version=version))
    decision, line = bundle.decision, bundle.line
    if (decision.state == "decided") != (decision.decided_at is not None):
        yield mistake(("decision", "decided_at"), _("does not fit the state {state}", state=decision.state))
    if decision.root_in_log and decision.state != "decided":
        yield mistake(("decision", "root_in_log"), _("does not fit the state {state}", state=decision.state))
    if line.free > bundle.call.amount:
        yield mistake(
            ("line", "free"), _("is more than the call's amount, {amount}", amount=bundle.call.amount)
        )


def _handling(bundle: Bundle) -> Iterator[Mistake]:
    """Whether each conflict was handled as one, and each assessment counts unless there is a reason."""
    conflicts = {(record.application, record.assessor) for record in bundle.conflicts}
    sent = {(record.application, record.assessor) for record in bundle.assessments}
    for i, assessment in enumerate(bundle.assessments):
        recused = (assessment.application, assessment.assessor) in conflicts
        if recused != (assessment.why_not == "recused"):
            yield mistake(("assessments", i, "why_not"), _("does not fit the conflicts that were declared"))
        if assessment.counts != (assessment.why_not is None):
            yield mistake(("assessments", i, "counts"), _("does not fit why_not"))
    for i, conflict in enumerate(bundle.conflicts):
        effect = "not_counted" if (conflict.application, conflict.assessor) in sent else "no_assessment"
        if conflict.effect != effect:
            yield mistake(("conflicts", i, "effect"), _("must be {effect}", effect=effect))


def _taking_part(bundle: Bundle) -> Iterator[Mistake]:
    """Whether each consensus is one of exactly those whose assessments count, the rapporteur agrees, and the call asks for it."""
    counted: dict[str, set[str]] = {}
    for assessment in bundle.assessments:
        if assessment.counts:
            counted.setdefault(assessment.application, set()).add(assessment.assessor)
    for i, record in enumerate(bundle.agreed):
        named = [answer.assessor for answer in record.answers]
        if sorted(counted.get(record.application, ())) != named:
            yield mistake(("consensus", i, "answers"), _("must name the assessors whose assessments count"))
        agrees = [answer.answer for answer in record.answers if answer.assessor == record.rapporteur]
        if agrees != ["agrees"]:
            yield mistake(("consensus", i, "rapporteur"), _("must be one of them, who agrees"))
        if not bundle.call.grid.agreeing:
            yield mistake(("consensus", i), _("does not fit the rules of the call"))
