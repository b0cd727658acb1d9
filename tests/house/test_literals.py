"""Texts of users are never run as a format and never sent unescaped: only literals reach gettext, in templates and in code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

import facility
from facility.settings import ROOT
from facility.web import i18n, literals
from facility.web.render import TEMPLATES

# How many messages each function begins with.
LITERAL = {**literals.GETTEXT, "N_": 1, "lazy": 1}
# Where these functions are made, and where the sentences of events are read, which the last test shows to be literals.
MAKERS = {"facility/message.py", "facility/web/i18n.py"}
MARKERS = {"facility/web/history.py"}


def environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=jinja2.select_autoescape(["html", "xml"])
    )
    i18n.install(made)
    return made


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(Path(facility.__path__[0]).rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def name_of(function: ast.expr) -> str:
    """`_` of `_(…)` and of `i18n._(…)`."""
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_constant(method: ast.expr) -> bool:
    """It is that of a literal, or of what a name in capitals holds, such as a query; or no text's at all."""
    if not isinstance(method, ast.Attribute) or ast.unparse(method) == "msgspec.json.format":
        return True
    text = method.value.value if isinstance(method.value, ast.Subscript) else method.value
    return is_literal(text) or (isinstance(text, ast.Name) and text.id.isupper())


def of_literals(call: ast.Call, count: int) -> bool:
    return len(call.args) >= count and all(is_literal(argument) for argument in call.args[:count])


def faults(tree: ast.Module, *, marks: bool = False) -> Iterator[int]:
    """The lines that hand something else than a literal to gettext, or format something else. marks: may say itself
    that a text is a marked constant."""
    called = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = name_of(node.func)
        if name in LITERAL:
            called.add(id(node.func))
            if not of_literals(node, LITERAL[name]):
                yield node.lineno
        if name == "Message" and not marks:
            yield node.lineno
        if name in ("format", "format_map") and not is_constant(node.func):
            yield node.lineno
        if name == "from_string" or (name == "Markup" and not of_literals(node, 1)):
            yield node.lineno
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Name)
            and node.id in LITERAL
            and isinstance(node.ctx, ast.Load)
            and id(node) not in called
        ):
            yield node.lineno


def test_templates_hand_only_literals_to_gettext_and_call_nothing_else_safe() -> None:
    made = environment()
    mistakes = []
    for name in made.list_templates(["html", "txt"]):
        source, _, _ = made.loader.get_source(made, name)  # type: ignore[union-attr]
        mistakes += [f"{name}:{line} {why}" for line, why in literals.faults(made.parse(source))]
    assert mistakes == []


@pytest.mark.parametrize(
    "source",
    [
        "{{ _(title) }}",
        "{{ gettext(title) }}",
        "{{ _('%(title)s' ~ title) }}",
        "{{ _('a' if title else title) }}",
        "{{ _(*title) }}",
        "{{ ngettext('%(num)s', title, 2) }}",
        "{{ [title]|map(_)|first }}",
        "{% set say = _ %}{{ say(title) }}",
        "{% macro _(a) %}{% endmacro %}{% set _ = title %}",
        "{% macro head(text) %}<h1>{{ _(text) }}</h1>{% endmacro %}{{ head(title) }}",
        "{% call _(title) %}{% endcall %}",
        "{{ title|safe }}",
        "{{ ('<b>' ~ title)|safe }}",
        "{{ title|format(1) }}",
        "{{ title.format(1) }}",
        "{% autoescape false %}{{ title }}{% endautoescape %}",
        "{% filter safe %}{{ title }}{% endfilter %}",
    ],
)
def test_a_template_that_does_is_not_compiled(source: str) -> None:
    made = environment()
    assert list(literals.faults(made.parse(source)))
    with pytest.raises(jinja2.TemplateAssertionError):
        made.from_string(source)


def test_what_is_shown_as_a_constant_is_neither_formatted_nor_markup() -> None:
    made = environment()
    made.loader = jinja2.DictLoader(
        {"page.html": "{{ title|translated }}", "mail.txt": "{{ title|translated }}"}
    )
    title = "20 % of <b>costs</b> in {EUR}"
    assert made.get_template("page.html").render(title=title) == "20 % of &lt;b&gt;costs&lt;/b&gt; in {EUR}"
    assert made.get_template("mail.txt").render(title=title) == title
    assert i18n.translated(title) == title
    assert i18n.translated("") == ""


def test_code_hands_only_literals_to_gettext() -> None:
    mistakes = [
        f"{path}:{line}"
        for path, tree in sources()
        if path not in MAKERS
        for line in faults(tree, marks=path in MARKERS)
    ]
    assert mistakes == []


@pytest.mark.parametrize(
    "source",
    [
        "_(title)",
        "i18n._(title)",
        "_(f'{title}')",
        "_('a' + title)",
        "_('{a}'.format(a=title))",
        "_(*titles)",
        "_(message=title)",
        "ngettext('{count}', title, 2)",
        "lazy(title)",
        "N_(title)",
        "say = _\nsay(title)",
        "list(map(_, titles))",
        "filled(Message(title))",
        "title.format(a=1)",
        "Markup(title)",
        "environment.from_string(title)",
    ],
)
def test_code_that_does_is_found(source: str) -> None:
    assert list(faults(ast.parse(source)))


def test_every_sentence_of_an_event_is_a_literal() -> None:
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign) and name_of(line.target) == "sentence" and line.value:
                        assert is_literal(line.value), f"{path}:{line.lineno}"
