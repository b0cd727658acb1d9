"""Everything that registers itself does so once, in the process that needs it, and every event can be said."""

import ast
import json
import string
import subprocess
import sys
from collections import Counter
from pathlib import Path

from jinja2 import nodes
from litestar import Litestar

import facility
from facility import schema
from facility.db import Base
from facility.events.base import KINDS
from facility.events.reactions import all_subscriptions
from facility.operations.words import SUBJECTS
from facility.refused import Reason
from facility.rooms import load_slices
from facility.settings import ROOT
from facility.web import sentences
from facility.web.i18n import translated
from facility.web.render import TEMPLATES, environment

DECORATORS = {"reacts_to": "reaction", "projection": "read model", "check": "check", "scheduled": "step"}

# A process of its own: nothing has been imported there by pages or by other tests.
LOADED = """
import json
from facility.rooms import load_slices
load_slices()
from facility.events.projector import PROJECTIONS
from facility.events.reactions import _REACTIONS, all_subscriptions
from facility.events.reconcile import CHECKS
from facility.events.schedule import SCHEDULE
names = lambda functions: [f"{function.__module__}.{function.__name__}" for function in functions]
print(json.dumps({
    "reaction": names(_REACTIONS[name] for names in all_subscriptions().values() for name in names),
    "read model": names(model.apply for model in PROJECTIONS.values()),
    "check": names(CHECKS.values()),
    "step": names(SCHEDULE.values()),
}))
"""


def decorated() -> dict[str, Counter[str]]:
    """The functions that the sources register, by kind; reactions once for each kind of event they name."""
    functions: dict[str, Counter[str]] = {kind: Counter() for kind in DECORATORS.values()}
    for path in sorted(Path(facility.__path__[0]).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.AsyncFunctionDef):
                continue
            for call in node.decorator_list:
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
                    times = len(call.args) if call.func.id == "reacts_to" else 1
                    if kind := DECORATORS.get(call.func.id):
                        functions[kind][f"{module}.{node.name}"] += times
    return functions


def test_a_worker_knows_every_reaction_read_model_check_and_step_once() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", LOADED], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {kind: Counter(names) for kind, names in json.loads(answer.stdout).items()}
    assert loaded == decorated()
    for kind in ("read model", "check", "step"):
        assert set(loaded[kind].values()) <= {1}


def test_no_reaction_is_named_twice_for_one_kind_of_event() -> None:
    load_slices()
    twice = {kind: names for kind, names in all_subscriptions().items() if len(set(names)) < len(names)}
    assert twice == {}


def test_every_kind_of_event_has_a_sentence_that_its_fields_can_fill() -> None:
    load_slices()
    for name, kind in KINDS.items():
        assert kind.subject, name
        assert f"{kind.subject}_id" in kind.__struct_fields__, name
        assert kind.sentence, name
        wanted = {field for _, field, _, _ in string.Formatter().parse(kind.sentence) if field}
        fields = set(kind.__struct_fields__)
        assert wanted <= fields | ({"days"} if {"starts_on", "ends_on"} <= fields else set()), name


def test_what_every_kind_of_event_speaks_of_has_a_table_in_which_reconcile_looks_for_it() -> None:
    load_slices()
    schema.load_models()
    ours = {kind.subject for kind in KINDS.values() if kind.__module__.startswith("facility.")}
    tables = Base.metadata.tables
    assert {subject for subject in ours if subject not in tables or "id" not in tables[subject].c} == set()


def test_what_every_kind_of_event_speaks_of_has_a_word_in_the_log() -> None:
    load_slices()
    assert {kind.subject for kind in KINDS.values()} - SUBJECTS.keys() == set()


def test_a_reason_of_which_only_the_code_was_kept_is_a_sentence() -> None:
    """As late attempts are in the minutes of an opening: nothing is left to fill in."""
    assert all("{" in sentences.SENTENCES[code] for code in sentences.SHORT)
    assert [code for code in sentences.SENTENCES if "{" in sentences.sentence(Reason(code))] == []
    assert sentences.sentence(Reason("answer_missing")) == translated(sentences.SHORT["answer_missing"])


def test_every_code_whose_sentence_a_template_says_has_one(standing_app: Litestar) -> None:
    """`"call_closed"|sentence` fails where it is shown, and some pages are seldom shown."""
    templates = environment(standing_app.state.settings)
    codes = set()
    for path in (*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")):
        for filtered in templates.parse(path.read_text()).find_all(nodes.Filter):
            if filtered.name == "sentence":
                codes |= {
                    text.value for text in filtered.find_all(nodes.Const) if isinstance(text.value, str)
                }
    assert codes
    assert codes - sentences.SENTENCES.keys() == set()
