"""What a handler asks of a request, found by listening: names of fields, also of those that no page has shown yet."""

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from facility.web import csrf
from facility.web.fields import Fields
from facility.web.forms import Form


@contextlib.contextmanager
def listening() -> Iterator[set[str]]:
    """Collects each name that is read from a form, or from an address that is read like one, while the block lasts."""
    names: set[str] = set()
    get, take, every = Form.get, Form.take, Fields._all

    def heard_get(form: Form, name: str, *default: Any) -> str:
        names.add(name)
        return get(form, name, *default)

    def heard_take(form: Form, name: str) -> str | None:
        names.add(name)
        return take(form, name)

    def heard_all(fields: Fields, name: str) -> list[str]:
        names.add(fields.name(name))
        return every(fields, name)

    with (
        patch.object(Form, "get", heard_get),
        patch.object(Form, "take", heard_take),
        patch.object(Fields, "_all", heard_all),
    ):
        yield names
    names.discard(csrf.FIELD)
