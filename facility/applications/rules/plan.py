"""What stands against handing in activities and a budget."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from facility.applications.rules.activities import Planned, is_too_early, not_joint
from facility.applications.rules.budget import BudgetLine
from facility.calls.rules.forms import FormDefinition, FormSection, SectionKind
from facility.refused import Reason


def plan_findings(
    form: FormDefinition,
    *,
    joint: bool,
    activities: Sequence[Planned],
    lines: Sequence[BudgetLine],
    indirect_percent: Decimal,
    parties: Mapping[UUID, str],
    earliest: date = date.min,
) -> Iterator[Reason]:
    """Everything that prevents submission of these, where the form asks for them, with the section's key and the field
    as its field. parties: the beneficiary of each that is on board; earliest: the first day that an award can cover."""
    if section := form.of(SectionKind.ACTIVITIES):
        yield from _activities(section.key, activities, parties, joint=joint)
        for activity in activities:
            if is_too_early(activity, earliest):
                yield Reason("activity_too_early", f"{section.key}.{activity.id}", {"title": activity.title})
    if section := form.of(SectionKind.BUDGET):
        yield from _budget(section, lines, indirect_percent, parties)


def _activities(
    key: str, activities: Sequence[Planned], parties: Mapping[UUID, str], *, joint: bool
) -> Iterator[Reason]:
    """One activity may be for people of one beneficiary, such as an internship; all together are for at least two."""
    people = {party: count for activity in activities for party, count in activity.people.items() if count}
    if not activities:
        yield Reason("no_activity", key)
    elif joint and not_joint(people, parties):
        yield Reason("plan_not_joint", key)


def _budget(
    section: FormSection, lines: Sequence[BudgetLine], percent: Decimal, parties: Mapping[UUID, str]
) -> Iterator[Reason]:
    if not lines:
        yield Reason("no_budget_line", section.key)
    for code, field, wrong in (
        ("lines_without_activity", "activity", lambda line: line.activity is None),
        ("lines_of_left_party", "party", lambda line: line.party not in parties),
        ("lines_above_ceiling", "reason", lambda line: line.unexplained),
    ):
        yield from _about(section.key, code, field, [n for n, line in enumerate(lines) if wrong(line)])
    if percent > section.indirect_most:
        most = f"{section.indirect_most:f}"
        yield Reason("indirect_too_high", f"{section.key}.indirect_percent", {"most": most})


def _about(key: str, code: str, field: str, numbers: Iterable[int]) -> Iterator[Reason]:
    """One reason for all lines that it is about, counted as people count, at the first of them."""
    lines = list(numbers)
    if lines:
        listed = ", ".join(str(number + 1) for number in lines)
        yield Reason(code, f"{key}.lines-{lines[0]}-{field}", {"lines": listed})
