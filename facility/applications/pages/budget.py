"""The budget of a draft by lines: the form that adds up while one types, and rows pasted from a spreadsheet."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from litestar import get, post
from sqlalchemy.ext.asyncio import AsyncConnection

from facility import clock
from facility.applications.access import BY_LEAD
from facility.applications.pages import budget_form, tasks
from facility.applications.pages.budget_form import EditedBudget, Typed
from facility.applications.pages.budget_rows import by_activity, line_rows
from facility.applications.pages.drafts import draft, edit_of
from facility.applications.queries.application import ApplicationShown
from facility.applications.queries.budget import rates_for
from facility.applications.queries.writing import writing
from facility.applications.rules.budget import TOO_MANY_LINES, BudgetLine, add_up, ceiling_of, lines_left
from facility.applications.service.budget import save_budget
from facility.applications.words import WORDS
from facility.calls.rules.forms import SectionKind
from facility.contracts.rules import Rate
from facility.drafting.handlers import keeping, kept, signed_in
from facility.drafting.service import end
from facility.refused import refuse
from facility.web import forms, render
from facility.web.again import question_of, redrawn
from facility.web.amounts import Unclear
from facility.web.fields import Fields
from facility.web.handler import Form, FromPath, Page, Read, Tx, View
from facility.web.i18n import _, ngettext, translated
from facility.web.pasted import NOTHING_PASTED
from facility.web.sentences import sentence
from facility.web.stops import Wrong


class _BudgetDraft(msgspec.Struct, frozen=True):
    """A draft with the rates that its lines may take."""

    application: ApplicationShown
    rates: list[Rate]
    takeable: dict[UUID, Rate]

    @classmethod
    async def of(cls, connection: AsyncConnection, application_id: UUID) -> "_BudgetDraft":
        """Raises Refused (missing) where the call asks for no budget by lines."""
        application = await draft(connection, application_id)
        day = application.rates_day(clock.now())
        if day is None:
            refuse("not_found", kind="missing", what="section")
        return cls(application, *await rates_for(connection, application_id, day))

    def priced(self, typed: Typed) -> list[BudgetLine]:
        """The lines with what the tables say of them."""
        countries = {activity.id: activity.country for activity in self.application.plan.activities}
        return [
            msgspec.structs.replace(
                line,
                ceiling=ceiling_of(
                    self.rates,
                    self.takeable.get(line.rate) if line.rate else None,
                    line.category,
                    countries.get(line.activity) if line.activity else None,
                ),
            )
            for line in typed.lines
        ]


def _page(
    view: render.View,
    budget: _BudgetDraft,
    fields: Fields,
    typed: Typed,
    status: int = 200,
    *,
    adds: str | None = None,
    **more: Any,
) -> Page:
    """The form. adds: for which activity it gets a new line, "" for any; `version`: the budget's on which what was typed rests, else
    the one that stands."""
    application = budget.application
    numbers, new = budget_form.row_numbers(fields), None
    if (adds is not None or not numbers) and lines_left(len(numbers)) > 0:
        new = budget_form.add_row(fields, numbers, application, adds or "")
        numbers.append(new)
    countries = {activity.country for activity in application.plan.activities}
    return view.page(
        "applications/budget.html",
        status=status,
        form=fields,
        rates=[
            rate for rate in budget.takeable.values() if rate.country is None or rate.country in countries
        ],
        rates_day=application.rates_day(clock.now()),
        question=question_of(fields),
        focus=new if adds is not None else None,
        full=sentence(TOO_MANY_LINES) if lines_left(len(numbers)) <= 0 else "",
        **{
            "notice": "",
            "copy": None,
            "colleagues": (),
            "version": application.plan.budget_version,
            **more,
        },
        **_added_up(budget, fields, typed, numbers),
        **WORDS,
    )


def _added_up(budget: _BudgetDraft, fields: Fields, typed: Typed, numbers: Sequence[int]) -> dict[str, Any]:
    """The lines with these numbers and their sums, for the page and for what follows while one types."""
    application = budget.application
    lines = dict(zip(typed.numbers, budget.priced(typed), strict=True))
    rows = line_rows(fields, numbers, lines, application)
    return {
        "application": application,
        "rows": rows,
        "groups": by_activity(rows, application),
        "wrong": typed.wrong,
        "totals": add_up(lines.values(), [party.id for party in application.parts.on_board], typed.percent),
        "percent": typed.percent,
    }


def _stored(budget: _BudgetDraft) -> tuple[Fields, Typed]:
    """The form as it is stored."""
    fields = Fields.showing(budget_form.values_of(budget.application))
    lines = list(budget.application.plan.lines)
    percent = budget.application.plan.indirect_percent
    typed = Typed(
        [*lines],
        list(range(len(lines))),
        [],
        budget.application.indirect_most if percent is None else percent,
    )
    return fields, typed


@get("/applications/{application_id:uuid}/budget", opt=BY_LEAD)
async def budget_page(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """The lines as they are stored, or as this person has typed and not saved them, and what they come to."""
    budget = await _BudgetDraft.of(read, application_id)
    application = budget.application
    edited = EditedBudget.of(application)
    writers = await writing(read, edited.party_id, edited.key, view.me.id)
    copy = edited.unsaved(writers.own)
    if copy is None:
        return _page(view, budget, *_stored(budget), colleagues=writers.colleagues)
    fields = Fields(forms.Form({name: [*values] for name, values in copy.typed.items()}, {}))
    typed = budget_form.read(fields, application, budget.takeable)
    fields.errors.clear()
    shown: dict[str, Any] = {"copy": copy, "colleagues": writers.colleagues, "version": copy.based_on}
    return _page(view, budget, fields, typed, **shown)


@post("/applications/{application_id:uuid}/budget", opt=BY_LEAD)
async def save_lines(view: View, form: Form, tx: Tx, application_id: FromPath[UUID]) -> Page:
    """Saves the lines; or only works them out, or gives a new one, with nothing saved."""
    holder = signed_in(view, form)
    adds = form.take("add")
    fields = Fields(form)
    version, may_void = edit_of(fields)
    do = fields.choice("do", ("save", "work_out", "more")) if fields.given("do") else "save"
    if do == "more":  # asked by a page that was opened before each activity had its own button
        adds = ""
    budget = await _BudgetDraft.of(await tx.session.connection(), application_id)
    typed = budget_form.read(fields, budget.application, budget.takeable)
    if adds is not None or do != "save":
        return _unsaved(view, budget, fields, typed, adds, version)

    async def again(connection: AsyncConnection, status: int) -> Page:
        now = await _BudgetDraft.of(connection, application_id)
        # Whoever is shown what is true now goes on from there.
        stands = now.application.plan.budget_version if question_of(fields) == "meanwhile" else version
        return _page(view, now, fields, typed, status, version=stands)

    edited = EditedBudget.of(budget.application)
    trace = kept(tx, edited, holder, form)
    async with redrawn(tx, fields, again, trace=trace, place=typed.field_of):
        await save_budget(
            tx,
            application_id,
            typed.lines,
            indirect_percent=typed.percent,
            version=version,
            may_void=may_void,
        )
        await end(tx, edited.party_id, [edited.key])
    onward = tasks.after(budget.application, budget.application.form.of(SectionKind.BUDGET))
    return view.go(onward, _("The budget has been saved."))


def _unsaved(
    view: render.View, budget: _BudgetDraft, fields: Fields, typed: Typed, adds: str | None, version: int
) -> Page:
    """The form again, with nothing saved: added up, or with a new line."""
    if not fields.are_right():
        if adds is None:
            raise Wrong(_page(view, budget, fields, typed, 422, version=version))
        fields.errors.clear()
    return _page(view, budget, fields, typed, adds=adds, version=version)


@post("/applications/{application_id:uuid}/budget/preview", opt=BY_LEAD)
async def preview(view: View, form: Form, read: Read, application_id: FromPath[UUID]) -> Page:
    """What the lines come to as they are being typed; nothing is saved, and nobody is told yet what is wrong."""
    fields = Fields(form)
    fields.ignore("version", "void", "do", "by")
    budget = await _BudgetDraft.of(read, application_id)
    typed = budget_form.read(fields, budget.application, budget.takeable)
    if not fields.are_right():
        fields.errors.clear()
    sums = _added_up(budget, fields, typed, budget_form.sent_rows(fields))
    return view.page("applications/_budget_preview.html", **sums, **WORDS)


def _paste_page(view: render.View, budget: _BudgetDraft, fields: Fields, status: int = 200) -> Page:
    return view.page(
        "applications/budget_paste.html",
        status=status,
        application=budget.application,
        form=fields,
        most=lines_left(len(budget.application.plan.lines)),
        **WORDS,
    )


@get("/applications/{application_id:uuid}/budget/paste", opt=BY_LEAD)
async def paste_form(view: View, read: Read, application_id: FromPath[UUID]) -> Page:
    """Asks for rows copied from a spreadsheet."""
    return _paste_page(view, await _BudgetDraft.of(read, application_id), Fields.showing())


@post("/applications/{application_id:uuid}/budget/paste", opt=BY_LEAD)
async def paste(view: View, form: Form, read: Read, application_id: FromPath[UUID]) -> Page:
    """Puts the rows into the form after the lines that are there, each wrong cell marked; nothing is saved yet."""
    given = Fields(form)
    text = given.text("rows", missing=translated(NOTHING_PASTED), most=500_000, multiline=True)
    budget = await _BudgetDraft.of(read, application_id)
    if not given.are_right():
        return _paste_page(view, budget, given, 422)
    try:
        fields, unknown = budget_form.pasted(text, budget.application)
    except Unclear as unclear:
        given.wrong("rows", str(unclear))
        return _paste_page(view, budget, given, 422)
    typed = budget_form.read(fields, budget.application, budget.takeable)
    for name, not_known in unknown.items():
        fields.errors[name] = [not_known]
    rows = len(typed.numbers) + len(typed.wrong) - len(budget.application.plan.lines)
    notice = ngettext(
        "{count} row of your spreadsheet is in the form. Nothing is saved yet.",
        "{count} rows of your spreadsheet are in the form. Nothing is saved yet.",
        rows,
    )
    return _page(view, budget, fields, typed, 422 if fields.errors else 200, notice=notice)


async def _find(_view: render.View, tx: Tx, application_id: UUID) -> EditedBudget:
    return EditedBudget.of(await draft(await tx.session.connection(), application_id))


HANDLERS = [
    budget_page,
    save_lines,
    preview,
    paste_form,
    paste,
    *keeping("/applications/{application_id:uuid}/budget", BY_LEAD, _find),
]
