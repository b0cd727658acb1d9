"""Languages by skill, as the Europass has them, and the languages that may count as the same (dossier 5)."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal

CefrLevel = Literal["A1", "A2", "B1", "B2", "C1", "C2"]
CEFR: tuple[CefrLevel, ...] = ("A1", "A2", "B1", "B2", "C1", "C2")
REGIONAL_LANGUAGES = ("sq", "bs", "hr", "sr", "cnr", "mk")
REGIONAL_LEVEL: CefrLevel = "B1"
BCMS = ("bs", "hr", "sr", "cnr")
"""Bosnian, Croatian, Serbian and Montenegrin: who speaks one of them understands the others."""


class Skill(StrEnum):
    """A skill of the Europass."""

    LISTENING = "listening"
    READING = "reading"
    INTERACTION = "interaction"
    PRODUCTION = "production"
    WRITING = "writing"


type Levels = Mapping[str, CefrLevel]
"""By language."""
type Skills = Mapping[str, Mapping[Skill, CefrLevel]]
"""By language, the skills at another level than the language."""


def level_in(levels: Levels, skills: Skills, language: str, skill: Skill | None = None) -> CefrLevel | None:
    """The level of the skill, which is that of the language where no other is stated; None: the language is not listed."""
    level = levels.get(language)
    stated = skills.get(language) if skill and level else None
    return stated.get(skill, level) if stated and skill else level


def reaches(listed: CefrLevel | None, level: CefrLevel) -> bool:
    """Whether what is listed is this level or better."""
    return listed is not None and CEFR.index(listed) >= CEFR.index(level)


def regional_language(levels: Levels) -> str | None:
    """The regional language listed best, at B1 or better; of equals the first of REGIONAL_LANGUAGES."""
    spoken = [key for key in REGIONAL_LANGUAGES if reaches(levels.get(key), REGIONAL_LEVEL)]
    return max(spoken, key=lambda key: CEFR.index(levels[key]), default=None)


def counts_as(language: str, *, bcms: bool) -> tuple[str, ...]:
    """The languages that meet a request for this one, itself first."""
    same = BCMS if bcms and language in BCMS else ()
    return (language, *(other for other in same if other != language))


def language_taken(
    levels: Levels, skills: Skills, languages: Sequence[str], level: CefrLevel, skill: Skill | None = None
) -> str | None:
    """Which of these languages somebody has at the level: the first, or else the one listed best, of equals the earlier."""
    first, *others = languages
    if reaches(level_in(levels, skills, first, skill), level):
        return first
    listed = {language: level_in(levels, skills, language, skill) for language in others}
    enough = {
        language: CEFR.index(have) for language, have in listed.items() if have and reaches(have, level)
    }
    return max(enough, key=lambda language: enough[language], default=None)


def differing(levels: Levels, skills: Skills) -> dict[str, dict[Skill, CefrLevel]]:
    """Only the skills whose level is another than their language's, and only of languages that are listed."""
    apart = {
        language: {skill: level for skill, level in stated.items() if level != levels[language]}
        for language, stated in skills.items()
        if language in levels
    }
    return {language: stated for language, stated in apart.items() if stated}
