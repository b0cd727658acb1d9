"""What a template may hand to gettext and call safe: literals. With anything else it is not compiled.

A message is formatted and goes out as markup. A text that somebody typed would be run as a format and sent unescaped.
"""

from collections.abc import Iterator
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator

GETTEXT = {"_": 1, "gettext": 1, "ngettext": 2}
"""The functions that translate, and how many messages each begins with."""

_UNESCAPED = (nodes.ScopedEvalContextModifier, nodes.EvalContextModifier, nodes.MarkSafe)


def faults(template: nodes.Template) -> Iterator[tuple[int, str]]:
    """The lines that break the rule, and why."""
    called = set()
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in GETTEXT:
            called.add(id(call.node))
            if not _of_literals(call, GETTEXT[call.node.name]):
                yield (
                    call.lineno,
                    f"{call.node.name}() takes a literal; a marked constant is shown by |translated",
                )
    for name in template.find_all(nodes.Name):
        if name.name in GETTEXT and id(name) not in called:
            yield name.lineno, f"{name.name} is only called, neither handed on nor set"
    for node in template.find_all(nodes.Filter):
        if node.name in ("safe", "format") and not isinstance(node.node, nodes.Const):
            yield node.lineno, f"|{node.name} takes a literal"
    for attribute in template.find_all(nodes.Getattr):
        if attribute.attr in ("format", "format_map") and not isinstance(attribute.node, nodes.Const):
            yield attribute.lineno, f".{attribute.attr}() is of a literal"
    for switch in template.find_all(_UNESCAPED):
        yield switch.lineno, "escaping stays on"


def _of_literals(call: nodes.Call, count: int) -> bool:
    messages = call.args[:count]
    return (
        len(messages) == count
        and call.dyn_args is None
        and all(isinstance(message, nodes.Const) and isinstance(message.value, str) for message in messages)
    )


class LiteralsOnly(CodeGenerator):
    """Refuses to compile a template with such a fault."""

    def visit_Template(self, node: nodes.Template, frame: Any = None) -> None:  # noqa: N802 - Jinja's name
        """Raises TemplateAssertionError for the first fault."""
        for line, why in faults(node):
            raise jinja2.TemplateAssertionError(why, line, self.name, self.filename)
        super().visit_Template(node, frame)
