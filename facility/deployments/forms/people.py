"""The form of a request, on the people: what they speak, and where they come from."""

from collections.abc import Mapping, Sequence
from typing import Any

from facility.experts.rules.branches import ASKED_FOR
from facility.experts.rules.languages import BCMS, CEFR
from facility.experts.words import BRANCHES, SKILLS
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.web.i18n import _


def people(languages: Sequence[tuple[str, str]]) -> Section:
    """`languages`: codes and names."""
    levels = options((level, level) for level in CEFR)
    skill = _(
        "Choose one if the work needs it, such as writing. Where an expert states no level for it, the level of the language counts."
    )
    same = _("Bosnian, Croatian, Montenegrin and Serbian count as the same language")
    level_hint = _("Experts who speak one of them at this level are on the shortlist. It names the language.")
    branch = _("If you choose one, experts of other branches are left out.")
    return Section(
        key="people",
        title=_("Who is needed"),
        fields=(
            ask("language", _("Language"), T.ONE_OF_LIST, options=options(languages)),
            ask("language_level", _("Level of the language, at least"), T.ONE_OF_LIST, options=levels),
            ask(
                "language_skill",
                _("This level is needed in"),
                T.ONE_OF_LIST,
                skill,
                needed=False,
                options=options(SKILLS.items()),
            ),
            ask("bcms", same, T.FLAG, level_hint, needed=False, asked_if=AskedIf("language", BCMS)),
            ask(
                "branch",
                _("Branch"),
                T.ONE_OF_LIST,
                branch,
                needed=False,
                options=options((key, BRANCHES[key]) for key in ASKED_FOR),
            ),
        ),
    )


def stated(typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed there, as a draft of a request has it."""
    return {
        "language_skill": typed["language_skill"] or None,
        "bcms": typed["bcms"] == "yes" and typed["language"] in BCMS,
        "branch": typed["branch"] or None,
    }
