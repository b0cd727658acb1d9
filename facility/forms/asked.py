"""Fields that several rooms ask."""

from facility.forms.types import Field, T, ask
from facility.web.i18n import N_, _, translated

NAME_AND_FUNCTION_MISSING = N_("Enter your name and function.")


def name_and_function() -> Field:
    """Who answers by a link, or for an institution."""
    missing = translated(NAME_AND_FUNCTION_MISSING)
    return ask("name", _("Your name and function"), T.SHORT_TEXT, missing=missing)
