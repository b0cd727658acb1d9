"""What a bundle says against what follows from its scores and rules, value by value."""

from collections.abc import Iterator, Sequence

from facility.awards.rules.bundle import Bundle, LineRecord, Mean, RankRecord, RevisionRecord
from facility.awards.rules.later_version import revision_of
from facility.awards.rules.recomputing import recompute
from facility.formats.mistakes import Mistake, Path, mistake
from facility.message import Message
from facility.web.i18n import N_, filled, translated
from facility.web.i18n import gettext as _

VALUES = {
    "outcome": N_("the outcome"),
    "rank": N_("the rank"),
    "assessments": N_("the number of assessments that count"),
}
DIFFERS = N_("application {application}: {what} is {right} by the scores and rules, {stated} in the bundle")
AMOUNTS = {"committed": N_("what awards commit"), "left": N_("what is left")}


def differences(bundle: Bundle) -> Iterator[Mistake]:
    """Every value that is another by the scores and rules. The records fit together (`consistency.misfits`)."""
    computed = recompute(bundle)
    ranking = {record.application: record for record in computed.ranking}
    for i, stated in enumerate(bundle.ranking):
        yield from _of_application(i, stated, ranking[stated.application])
    for i, (stated, right) in enumerate(zip(bundle.ranking, computed.ranking, strict=True)):
        if stated.application != right.application:
            message = _("is out of order: {right} belongs here", right=right.application)
            yield mistake(("ranking", i), message)
    yield from _of_line(bundle.line, computed.line)
    if bundle.revision:
        yield from _of_revision(bundle.revision, revision_of(bundle, computed))
    yield from _of_proposal(bundle)


def _of_application(i: int, stated: RankRecord, right: RankRecord) -> Iterator[Mistake]:
    path: Path = ("ranking", i)
    reference = stated.application
    for name, what in VALUES.items():
        pair = (getattr(right, name), getattr(stated, name))
        yield from _differs((*path, name), reference, translated(what), *pair)
    means, right_means = stated.means or {}, right.means or {}
    for key in dict.fromkeys((*right_means, *means)):
        about = (*path, "means", key), reference, _("the mean of {section}", section=key)
        yield from _mean(*about, right_means.get(key), means.get(key))
    criteria, right_criteria = stated.criteria or {}, right.criteria or {}
    for key in dict.fromkeys((*right_criteria, *criteria)):
        about = (*path, "criteria", key), reference, _("the score of {criterion}", criterion=key)
        yield from _mean(*about, right_criteria.get(key), criteria.get(key))
    yield from _mean((*path, "total"), reference, _("the total"), right.total, stated.total)
    evaluated = _yes(right.means is not None), _yes(stated.means is not None)
    yield from _differs((*path, "means"), reference, _("whether it was evaluated"), *evaluated)
    missed = ", ".join(right.missed), ", ".join(stated.missed)
    yield from _differs((*path, "missed"), reference, _("what it missed"), *missed)


def _mean(
    path: Path, reference: str, what: str, right: Mean | None, stated: Mean | None
) -> Iterator[Mistake]:
    for name in ("exact", "shown"):
        pair = (right and getattr(right, name), stated and getattr(stated, name))
        yield from _differs((*path, name), reference, what, *pair)


def _differs(path: Path, reference: str, what: str, right: object, stated: object) -> Iterator[Mistake]:
    if right != stated:
        message = filled(
            DIFFERS,
            application=reference,
            what=what,
            right=_shown(right),
            stated=_shown(stated),
        )
        yield mistake(path, message)


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


def _shown(value: object) -> str:
    return _("none") if value is None or value == "" else str(value)


def _of_line(stated: LineRecord, right: LineRecord) -> Iterator[Mistake]:
    for name, what in AMOUNTS.items():
        if getattr(stated, name) != getattr(right, name):
            message = _(
                "{what} is EUR {right} by the ranking and the money, EUR {stated} in the bundle",
                what=translated(what),
                right=getattr(right, name),
                stated=getattr(stated, name),
            )
            yield mistake(("line", name), message)
    offered, right_offered = stated.offered or {}, right.offered or {}
    for reference in dict.fromkeys((*right_offered, *offered)):
        where: Path = ("line", "offered", reference)
        amounts = right_offered.get(reference), offered.get(reference)
        yield from _differs(where, reference, _("what it is offered, in EUR"), *amounts)
    fates, right_fates = _fates(stated), _fates(right)
    for reference in dict.fromkeys((*right_fates, *fates)):
        path, place = fates.get(reference, (("line",), _("nothing")))
        _path, right_place = right_fates.get(reference, (("line",), _("nothing")))
        yield from _differs(path, reference, _("its place on the line"), right_place, place)


def _of_revision(stated: RevisionRecord, right: RevisionRecord) -> Iterator[Mistake]:
    """Whether the reserve list follows from the ranking and from how things stood."""
    for name in ("above", "reserve"):
        pair = ", ".join(getattr(right, name)), ", ".join(getattr(stated, name))
        if pair[0] != pair[1]:
            message = _(
                "is {right} by the ranking and what was awarded before, {stated} in the bundle",
                right=_shown(pair[0]),
                stated=_shown(pair[1]),
            )
            yield mistake(("revision", name), message)


def _fates(line: LineRecord) -> dict[str, tuple[Path, str]]:
    """What each application gets, in words, and where the line says so."""
    fates: dict[str, tuple[Path, str]] = {}
    groups: list[tuple[str, Sequence[str], Message]] = [
        ("awards", line.awards, N_("award {place}")),
        ("reserve", line.reserve, N_("reserve {place}")),
        ("carried", line.carried, N_("carried over {place}")),
    ]
    for name, references, words in groups:
        for i, reference in enumerate(references):
            fates[reference] = ("line", name, i), filled(words, place=i + 1)
    for reference, why in line.cooled.items():
        fates[reference] = ("line", "cooled", reference), _("passed over ({why})", why=why)
    return fates


def _of_proposal(bundle: Bundle) -> Iterator[Mistake]:
    line, proposed = bundle.line, bundle.decision.proposed
    others = {record.application: record.outcome.value for record in bundle.ranking if record.rank is None}
    same = (line.awards, line.reserve, line.carried, line.cooled, line.offered, others) == (
        proposed.awards,
        proposed.reserve,
        proposed.carried,
        proposed.cooled,
        proposed.offered,
        proposed.others,
    )
    if bundle.decision.differs == same:
        yield mistake(("decision", "differs"), _("does not fit the line and what was proposed"))
