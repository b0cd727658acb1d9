"""The frame and the pieces of pages: what was typed is kept, errors lead to their fields, nothing breaks the CSP."""

import re
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from facility.settings import ROOT
from facility.web import history, i18n, marks
from facility.web.render import environment
from facility.web.sentences import SENTENCES
from tests.browser import settings_for

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PICTURES = '{% import "_macros/pictures.html" as p %}'
NOTE = "* This designation is without prejudice to positions on status."


@pytest.fixture(scope="module")
def pages() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    i18n.install(made)
    marks.install(made)
    history.install(made)
    made.filters |= {
        "eur": lambda amount: f"{amount:.2f}",
        "instant": lambda at: at.isoformat(),
        "left": lambda at: "1 hour left",
        "weekday": lambda day: day.isoformat(),
        "short_day": lambda day: day.isoformat(),
        "short_month": lambda month: month.isoformat(),
    }
    made.globals |= {
        "static_url": lambda name: f"/static/x/{name}",
        "facility": SimpleNamespace(
            name="Facility", funding="Co-funded by the European Union", contact="secretariat@example.org"
        ),
        "demo": False,
    }
    return made


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_what_is_wrong_stands_above_the_heading(template: Path) -> None:
    """There it knows the labels of the fields, which the frame writes first; elsewhere it would only say "Choose one."."""
    source = template.read_text()
    headers = re.findall(r"{% block header %}.*?{% endblock %}", source, re.DOTALL)
    assert source.count("f.error_summary(") == "".join(headers).count("f.error_summary(")


def test_what_is_wrong_with_an_institution_names_its_field(pages: jinja2.Environment) -> None:
    wrong = SimpleNamespace(values={}, errors={"institution": ["Choose one."]}, labels={})
    pick = SimpleNamespace(matches=[], searched=False)
    page = pages.from_string(
        '{% import "_macros/institutions.html" as i %}{% import "_macros/forms.html" as f %}'
        '{% set field = i.field(form, "institution", "Your institution", pick, "/find", {}, {}) %}{{ f.error_summary(form) }}'
    )
    assert "Your institution: Choose one." in page.render(form=wrong, pick=pick)


def form(values: dict[str, Any] | None = None, errors: dict[str, list[str]] | None = None) -> SimpleNamespace:
    return SimpleNamespace(values=values or {}, errors=errors or {})


def made(pages: jinja2.Environment, call: str, **context: Any) -> str:
    head = '{% import "_macros/forms.html" as f %}{% import "_macros/ui.html" as ui %}'
    return pages.from_string(head + call).render(**context)


def attributes(html: str, tag: str, name: str) -> list[str]:
    """The values of one attribute of every such tag, in order."""
    return re.findall(rf'<{tag}\b[^>]*?\b{name}="([^"]*)"', html)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_templates_hold_nothing_that_the_policy_forbids(template: Path) -> None:
    source = template.read_text()
    assert re.findall(r"\sstyle=|\son[a-z]+=|javascript:|<style|hx-on", source) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", source) == []


def test_every_macro_says_what_it_takes() -> None:
    for name in ("forms", "ui", "pictures"):
        source = (ROOT / "templates" / "_macros" / f"{name}.html").read_text()
        macros = re.findall(r"{%- macro ([a-z][a-z_]*)\(", source)
        comments = " ".join(re.findall(r"{#-(.*?)-#}", source, re.DOTALL))
        assert [macro for macro in macros if f"{macro}(" not in comments] == []


def test_the_frame_bears_emblem_statement_and_designation(pages: jinja2.Environment) -> None:
    person = SimpleNamespace(name="Ada <b>", institution_name=None, initials="AB")
    common = {"now": datetime(2021, 7, 29, tzinfo=UTC), "csrf": "token", "flash": [], "nav": []}
    page = pages.get_template("base.html").render(me=person, designation_note=NOTE, **common)
    assert attributes(page, "img", "src") == ["/static/x/vendor/ecl/logo-eu--mute.svg"]
    assert page.count("<span>Co-funded by the European Union</span>") == 1
    assert page.count(f'<p class="designation">{NOTE}</p>') == 1
    assert page.count("Ada &lt;b&gt;") == 2
    assert attributes(page, "form", "action") == ["/search", "/sign-out"]
    quiet = pages.get_template("base.html").render(me=None, designation_note="", **common)
    assert attributes(quiet, "form", "action") == []
    assert 'class="designation"' not in quiet


def test_what_was_typed_is_kept_and_each_error_leads_to_its_field(pages: jinja2.Environment) -> None:
    given = form(
        {"title": '"<b>', "days": "many"}, {"": ["Closed."], "title": ["Too short."], "days": ["No number."]}
    )
    html = made(
        pages,
        '{{ f.error_summary(form) }}{{ f.text(form, "title", "Title", "Hint") }}{{ f.number(form, "days", "Days") }}',
        form=given,
    )
    assert attributes(html, "a", "href") == ["#f-title", "#f-days"]
    assert attributes(html, "input", "id") == ["f-title", "f-days"]
    assert attributes(html, "input", "value") == ["&#34;&lt;b&gt;", "many"]
    assert attributes(html, "input", "aria-describedby") == ["f-title-hint f-title-error", "f-days-error"]
    assert attributes(html, "div", "role") == ["alert"]
    assert re.findall(r"<li>([^<]+)</li>", html) == ["Closed."]


def test_choices_keep_what_was_chosen(pages: jinja2.Environment) -> None:
    options = [("a", "A"), ("b", "B", "Note"), ("c", "C")]
    html = made(
        pages,
        '{{ f.radios(form, "one", "One", options) }}{{ f.checkboxes(form, "some", "Some", options) }}{{ f.select(form, "pick", "Pick", options[:1], empty="-") }}',
        form=form({"one": "b", "some": ["a", "c"], "pick": "a"}),
        options=options,
    )
    assert re.findall(r'value="(\w)" checked', html) == ["b", "a", "c"]
    assert re.findall(r'value="(\w*)" selected', html) == ["a"]
    assert attributes(html, "input", "id") == [
        "f-one",
        "f-one-2",
        "f-one-3",
        "f-some",
        "f-some-2",
        "f-some-3",
    ]


def test_an_instant_is_two_fields(pages: jinja2.Environment) -> None:
    wrong = form({"closes_day": "2021-07-30", "closes_time": "25:00"}, {"closes_time": ["No such time."]})
    html = made(pages, '{{ f.instant(form, "closes", "Closes") }}', form=wrong)
    assert attributes(html, "input", "name") == ["closes_day", "closes_time"]
    assert attributes(html, "input", "value") == ["2021-07-30", "25:00"]
    assert attributes(html, "input", "aria-describedby") == ["f-closes_time-error"]


def test_forms_carry_the_token_and_searches_do_not(pages: jinja2.Environment) -> None:
    html = made(
        pages,
        '{% call f.form_tag("/x", "t") %}{% endcall %}{% call f.form_tag("/y", "t", get=true) %}{% endcall %}',
    )
    assert attributes(html, "form", "method") == ["post", "get"]
    assert attributes(html, "input", "name") == ["_csrf_token"]


def test_bars_add_up_and_bear_no_zero_division(pages: jinja2.Environment) -> None:
    parts = [("spent", Decimal("25.00")), ("free", Decimal("75.00"))]
    html = made(pages, PICTURES + '{{ p.stack(parts, "x") }}{{ p.bar([(1, 3)], 0, "none") }}', parts=parts)
    assert attributes(html, "rect", "width") == ["100%", "25.0%", "75.0%", "10", "10", "100%", "0%"]
    assert attributes(html, "rect", "x") == ["0.0%", "25.0%", "0%"]
    empty = made(pages, PICTURES + '{{ p.stack(parts, "x") }}', parts=[("free", Decimal("0.00"))])
    assert attributes(empty, "rect", "width") == ["100%", "10"]


def test_pictures_are_drawn_of_nothing_and_of_a_single_thing(pages: jinja2.Environment) -> None:
    for points, targets in (([], []), ([(2021, 0)], []), ([(2021, 2)], [(2021, 0), (2022, 12)])):
        context = {
            "years": [2021, 2022],
            "points": points,
            "targets": targets,
            "head": ("Year", "Done", "Target"),
        }
        html = made(pages, PICTURES + '{{ p.chart("x", years, points, targets, head) }}', **context)
        assert html.count("<circle") == len(points)
    html = made(pages, PICTURES + '{{ p.answers("x", [("X1", 0.2, "expired"), ("X2", 5000, "declined")]) }}')
    assert re.findall(r'cx="([\d.]+)%"', html.partition('class="key"')[0]) == ["96.92"]


def test_words_in_pictures_are_not_made_smaller(pages: jinja2.Environment) -> None:
    """Text that stands in a scaled drawing is as small as the place is narrow."""
    source = (ROOT / "templates" / "_macros" / "pictures.html").read_text()
    drawings = re.findall(r"<svg[^>]*viewBox[^>]*>.*?</svg>", source, re.DOTALL)
    assert [drawing for drawing in drawings if "<text" in drawing] == []
    sizes = re.findall(r"\.picture \{[^}]*font-size: (\d+)px", (ROOT / "static" / "facility.css").read_text())
    assert [int(size) >= 12 for size in sizes] == [True]


def test_sentences_lists_and_languages() -> None:
    assert i18n.sentence(i18n.N_("awarded to {who}"), who=["A", "B", "C"]) == "Awarded to A, B and C."
    assert i18n.sentence(i18n.N_("Why?")) == "Why?"
    assert i18n._("closed at {at}", at="12:00") == "closed at 12:00"
    assert [i18n.ngettext("{count} day", "{count} days", n) for n in (1, 2)] == ["1 day", "2 days"]
    assert str(i18n.lazy("Calls")) == "Calls"
    assert i18n.language() == "en"


def test_every_text_is_found_for_translators(tmp_path: Path) -> None:
    pot = tmp_path / "messages.pot"
    # The very command of the Makefile, but for where its answer goes.
    recipe = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    [words] = re.findall(r"pybabel (.*) -o locale/messages\.pot \.", recipe)
    command = [sys.executable, "-m", "babel.messages.frontend", *shlex.split(words), "-o", str(pot), "."]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    catalogue = pot.read_text()
    for text in (
        "Skip to the content",
        SENTENCES["too_large"],
        "There is a problem",
    ):
        assert text in catalogue.replace('"\n"', "")


def test_a_template_is_compiled_once_and_anew_when_it_has_changed(tmp_path: Path) -> None:
    settings = settings_for("postgresql+asyncpg://nowhere/", tmp_path)
    page, kept = tmp_path / "page.html", tmp_path / "__pycache__"
    page.write_text("{{ 1 + 1 }} rows")
    assert environment(settings, tmp_path).get_template("page.html").render() == "2 rows"
    ((path, before),) = [(file, file.stat().st_mtime_ns) for file in kept.iterdir()]
    assert environment(settings, tmp_path).get_template("page.html").render() == "2 rows"
    assert path.stat().st_mtime_ns == before
    page.write_text("{{ 1 + 2 }} rows")
    assert environment(settings, tmp_path).get_template("page.html").render() == "3 rows"
    assert path.stat().st_mtime_ns > before


def test_where_nothing_can_be_kept_each_process_compiles_for_itself(tmp_path: Path) -> None:
    settings = settings_for("postgresql+asyncpg://nowhere/", tmp_path)
    (tmp_path / "page.html").write_text("kept nowhere")
    (tmp_path / "__pycache__").symlink_to(tmp_path / "gone" / "away")
    assert environment(settings, tmp_path).get_template("page.html").render() == "kept nowhere"


def test_the_summary_names_each_field_as_its_label_does(pages: jinja2.Environment) -> None:
    wrong = SimpleNamespace(
        values={}, errors={"": ["Late."], "why": ["Missing."], "at_day": ["No day."]}, labels={}
    )
    child = pages.from_string(
        '{% extends "base.html" %}{% import "_macros/forms.html" as f %}{% block header %}{{ f.error_summary(form) }}{% endblock %}'
        '{% block main %}{{ f.textarea(form, "why", "Reason") }}{{ f.instant(form, "at", "Opens") }}{% endblock %}'
    )
    common = {"now": datetime(2021, 7, 29, tzinfo=UTC), "csrf": "token", "flash": [], "nav": [], "me": None}
    html = child.render(form=wrong, designation_note="", **common)
    assert re.findall(r"<li>(?:<a href=\"#f-\w+\">)?([^<]+\.)", html) == [
        "Late.",
        "Reason: Missing.",
        "Opens: No day.",
    ]
    assert html.index("Reason: Missing.") < html.index("<textarea")
