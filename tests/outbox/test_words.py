"""Every mail there is: the funding statement, and the footnotes to the designations that it prints."""

import re
from collections.abc import Iterator

import jinja2
import pytest
from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from facility.designations import all_footnotes
from facility.outbox.sender import text_of
from facility.settings import Settings
from facility.web.render import TEMPLATES, environment
from tests.browser import settings_for

MAILS = sorted(
    str(path.relative_to(TEMPLATES / "mails").with_suffix(""))
    for path in (TEMPLATES / "mails").glob("*/*.txt")
)


class Whatever(str):
    """A value that fits wherever a mail uses one: a name, or a list of one name."""

    def __iter__(self) -> Iterator[str]:
        return iter([str(self)])


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> jinja2.Environment:
    settings: Settings = settings_for("postgresql://nowhere/none", tmp_path_factory.mktemp("mails"))
    return environment(settings)


def _trees(templates: jinja2.Environment, path: str) -> Iterator[nodes.Template]:
    """The template, and those that it includes."""
    assert templates.loader is not None
    tree = templates.parse(templates.loader.get_source(templates, path)[0])
    yield tree
    for include in tree.find_all(nodes.Include):
        assert isinstance(include.template, nodes.Const)
        yield from _trees(templates, include.template.value)


def written(templates: jinja2.Environment, template: str, name: str, value: Whatever) -> str:
    """The mail to somebody of this name, with this value wherever it takes one; what it counts is 2."""
    trees = list(_trees(templates, f"mails/{template}.txt"))
    given = templates.globals.keys() | {"to_name", "url", "base_url"}
    names = set().union(*map(find_undeclared_variables, trees)) - given
    counted = {
        call.args[2].name
        for tree in trees
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name == "ngettext"
        and isinstance(call.args[2], nodes.Name)
    }
    context = {name: 2 if name in counted else value for name in names}
    address = "http://f.test"
    return text_of(
        templates, template, context, to_name=name, url=f"{address}/link/x/token", base_url=address
    )


@pytest.mark.parametrize("template", MAILS)
def test_every_mail_bears_the_statement_and_the_footnotes(
    templates: jinja2.Environment, template: str
) -> None:
    words = written(templates, template, "Somebody in Kosovo*", Whatever("the police of Kosovo*"))
    _, _, below = words.partition("\n-- \n")
    assert below.splitlines()[0] == "Co-funded by the European Union"
    assert ("Kosovo*" in words) == (all_footnotes() in below)


@pytest.mark.parametrize("template", MAILS)
def test_no_footnote_stands_where_nothing_bears_it(templates: jinja2.Environment, template: str) -> None:
    words = written(templates, template, "Somebody", Whatever("the police of Serbia"))
    _, _, below = words.partition("\n-- \n")
    assert len(below.strip().splitlines()) == 2  # the statement, and what not to send to this address


class Several(Whatever):
    """A value that is a list of two names."""

    def __iter__(self) -> Iterator[str]:
        return iter(["first name", "second name"])


@pytest.mark.parametrize("template", MAILS)
def test_each_item_of_a_list_has_a_line_of_its_own(templates: jinja2.Environment, template: str) -> None:
    words = written(templates, template, "Somebody", Several("a name"))
    assert [line for line in words.splitlines() if "first name" in line and "second name" in line] == []


@pytest.mark.parametrize("how", ["closed", "withdrawn", "ineligible"])
def test_the_end_of_an_award_names_what_ends_with_it(templates: jinja2.Environment, how: str) -> None:
    """Nothing else tells lead and partners that their activities are called off."""
    context = {"application": "A", "committed": "9 000.00", "how": how, "path": ""}
    award, reserve = (
        text_of(templates, "awards/ended", {**context, "what": what}, to_name="A", url="", base_url="")
        for what in ("award", "reserve")
    )
    assert len(paragraphs(award)) == len(paragraphs(reserve)) + 1


def paragraphs(mail: str) -> list[str]:
    return re.split(r"\n{2,}", mail.strip())


@pytest.mark.as_worded  # only its words say who does it
def test_the_letter_on_an_award_says_who_asks_experts(templates: jinja2.Environment) -> None:
    """Leads have no page for it: the secretariat asks them."""
    context = {"application": "A", "call": "C", "path": "/x"}
    words = text_of(templates, "awards/award", context, to_name="A", url="", base_url="")
    assert "Ask the secretariat for the experts that you need" in words
