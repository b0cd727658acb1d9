"""A ranking bundle checked, without a database."""

import sys
from pathlib import Path

import click

from facility.awards.service.verification import MOST, Verdict, verify
from facility.formats.mistakes import WrongFile


def verify_ranking(file: Path, root: str | None) -> None:
    """Say that all is equal, or name each difference; exit status 1 if there is one, 2 where the file can't be read."""
    try:
        with file.open("rb") as opened:
            verdict = verify(opened.read(MOST + 1), root)
    except WrongFile as wrong:
        for path, message in wrong.mistakes:
            click.echo(f"{path}: {message}", err=True)
        sys.exit(2)
    for path, message in verdict.differences:
        click.echo(f"{path}: {message}")
    if verdict.differences:
        sys.exit(1)
    for line in _equal(verdict, root):
        click.echo(line)


def _equal(verdict: Verdict, root: str | None) -> list[str]:
    bundle = verdict.bundle
    assert bundle is not None, "where nothing differs there is a bundle"
    counted = sum(record.counts for record in bundle.assessments)
    lines = [
        f"equal: the ranking of {bundle.call.reference}, its line and its reserve follow from the scores and the rules"
        f" ({len(bundle.applications)} applications, {counted} assessments that count)",
        f"root {verdict.root}" + (": the same as was given" if root else ""),
    ]
    if bundle.call.spreads and bundle.line.taken is None:
        lines.append(
            "Taken as given: whom the rules that spread awards passed over. What they looked at was not kept."
        )
    if bundle.decision.state == "proposed":
        lines.append("This ranking is only proposed: its root stands in no log, report or letter yet.")
    elif not bundle.decision.root_in_log:
        lines.append(
            "It was decided before there were roots: the log, the report and the letters hold none to compare with."
        )
    elif not root:
        lines.append("Compare this root with that in the log, on the report or in a letter (--root).")
    return lines
