"""Which part of a draft the task list offers to go on with."""

import pytest
from msgspec.structs import replace

from facility.applications.pages.tasks import Task, Why, next_task

ASK = Task("Ask", "/ask", "Started", "wait", needs=(("Summary", "/ask#f-summary"),))
THEMES = Task("Themes", "/themes", "Not started", "plain", needs=(("Themes", "/themes#f-themes"),))
PARTNERS = Task("Partners", "/partners", "Not started", "plain", whys=(Why("Too few.", "Add", "/partners"),))
BUDGET = Task("Budget", "/budget", "Not started", "plain", whys=(Why("No line.", "Begin", "/budget"),))
PAPERS = Task("Documents", "/documents", "None (optional)", "plain")
CHECK = Task("Check", "/check", "Cannot be submitted yet", "plain")


def done(task: Task) -> Task:
    return replace(task, state="Complete", kind="ok", needs=(), whys=())


WAITING = replace(PARTNERS, state="0 of 2 confirmed", kind="wait", waiting=True)
MARKED = replace(PAPERS, state="1 refused", kind="bad", whys=(Why("Marked.", "See", "/documents"),))


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ([ASK, THEMES, PARTNERS, BUDGET, PAPERS], ASK),
        ([done(ASK), THEMES, PARTNERS, BUDGET, PAPERS], THEMES),
        ([done(ASK), done(THEMES), PARTNERS, BUDGET, PAPERS], PARTNERS),
        ([done(ASK), done(THEMES), WAITING, BUDGET, PAPERS], BUDGET),
        ([done(ASK), done(THEMES), WAITING, done(BUDGET), PAPERS], WAITING),
        ([done(ASK), done(THEMES), WAITING, done(BUDGET), MARKED], MARKED),
        ([done(ASK), done(THEMES), done(PARTNERS), done(BUDGET), PAPERS], None),
    ],
)
def test_the_first_part_that_is_not_done_and_does_not_wait_for_others(
    listed: list[Task], expected: Task | None
) -> None:
    assert next_task([*listed, CHECK]) == expected


def test_what_was_typed_and_not_saved_comes_first() -> None:
    typed = replace(done(BUDGET), unsaved=True)
    assert next_task([ASK, THEMES, typed, CHECK]) == typed
