"""What a request says of how long it may take."""

from facility.forms.sections import Section
from facility.forms.types import T, ask
from facility.web.i18n import _

MOST_DAYS = 365


def target() -> Section:
    """Within how many days every seat should have its yes."""
    hint = _(
        "From today. A request that takes longer is listed with the causes. Leave it empty if there is no target."
    )
    label = _("Target: an expert for every seat within")
    return Section(
        key="target",
        title=_("Target"),
        fields=(
            ask("target_days", label, T.WHOLE, hint, needed=False, least=1, most=MOST_DAYS, unit=_("days")),
        ),
    )
