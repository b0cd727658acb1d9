"""Texts that are named once, as constants, and translated where they are shown (`web/i18n.py`)."""

from typing import NewType

Message = NewType("Message", str)
"""A constant that `N_` marked. The types show that nothing else is filled in."""


def N_(message: str) -> Message:  # noqa: N802 - gettext's own name
    """Marks a literal for translation and leaves it as it is: for constants, which are translated when they are shown."""
    return Message(message)
