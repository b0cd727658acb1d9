"""Languages and days as people say them, and what the rules on experts say."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal

from babel.dates import format_date, format_interval, get_day_names
from babel.lists import format_list

from facility.experts.rules.branches import Branch
from facility.experts.rules.candidacy import CandidacyState
from facility.experts.rules.languages import REGIONAL_LANGUAGES, CefrLevel, Skill, counts_as
from facility.experts.rules.rota import last_day
from facility.web import filters, sentences
from facility.web.i18n import N_, _, filled, translated

_EU_LANGUAGES = [
    "bg",
    "cs",
    "da",
    "de",
    "el",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "ga",
    "hr",
    "hu",
    "it",
    "lt",
    "lv",
    "mt",
    "nl",
    "pl",
    "pt",
    "ro",
    "sk",
    "sl",
    "sv",
]
NAME_MISSING = N_("Enter the name of the expert.")
CODE_MISSING = N_("Enter the code of the expert.")

LANGUAGES = tuple(dict.fromkeys([*_EU_LANGUAGES, *REGIONAL_LANGUAGES, "tr"]))
"""Languages that a form offers, by ISO 639 code."""

GENDERS = {"F": N_("Woman"), "M": N_("Man"), "X": N_("Other")}
CANDIDACY_STATES = {
    CandidacyState.INVITED: (N_("Asked, not answered yet"), "plain"),
    CandidacyState.WAITING: (N_("To decide"), "wait"),
    CandidacyState.VALIDATED: (N_("In the pool"), "ok"),
    CandidacyState.REFUSED: (N_("Refused"), "bad"),
    CandidacyState.MEMBER: (N_("In the pool already"), "plain"),
}
BRANCHES = {
    Branch.POLICE: N_("Police"),
    Branch.PROSECUTION: N_("Prosecution"),
    Branch.JUDICIARY: N_("Judiciary"),
    Branch.BORDER_GUARD: N_("Border guard"),
    Branch.CUSTOMS: N_("Customs"),
    Branch.FINANCIAL_INTELLIGENCE: N_("Financial intelligence"),
    Branch.PRISONS: N_("Prisons and probation"),
    Branch.ANALYSIS: N_("Analysis"),
    Branch.PSYCHOLOGY: N_("Psychology"),
    Branch.RESEARCH: N_("Research"),
    Branch.OTHER: N_("Another branch"),
}
SKILLS = {
    Skill.LISTENING: N_("Listening"),
    Skill.READING: N_("Reading"),
    Skill.INTERACTION: N_("Spoken interaction"),
    Skill.PRODUCTION: N_("Spoken production"),
    Skill.WRITING: N_("Writing"),
}
_IN_SKILLS = {
    Skill.LISTENING: N_("{level} in listening"),
    Skill.READING: N_("{level} in reading"),
    Skill.INTERACTION: N_("{level} in spoken interaction"),
    Skill.PRODUCTION: N_("{level} in spoken production"),
    Skill.WRITING: N_("{level} in writing"),
}


def language_name(code: str) -> str:
    """The language's name; the code itself where nobody has a name for it."""
    if code == "cnr":
        return _("Montenegrin")
    return str(filters.locale().languages.get(code, code))


def languages_in_words(language: str, *, bcms: bool = False) -> str:
    """ "Croatian"; "Croatian, Bosnian, Serbian or Montenegrin" where they count as the same."""
    names = [language_name(code) for code in counts_as(language, bcms=bcms)]
    return str(format_list(names, style="or", locale=filters.locale()))


def level_in_words(level: str, skill: str | None = None) -> str:
    """ "C1", "C1 in writing"."""
    return filled(_IN_SKILLS[Skill(skill)], level=level) if skill else level


def language_asked(language: str, level: str, skill: str | None, *, bcms: bool) -> str:
    """ "English, at least C1 in writing"."""
    return _(
        "{language}, at least {level}",
        language=languages_in_words(language, bcms=bcms),
        level=level_in_words(level, skill),
    )


def levels_in_words(level: str, skills: Mapping[Skill, CefrLevel]) -> str:
    """ "C1", "C1; B2 in writing"."""
    apart = [level_in_words(skills[skill], skill) for skill in Skill if skills.get(skill, level) != level]
    return f"{level}; {', '.join(apart)}" if apart else level


def branch_in_words(branch: str | None, other: str) -> str:
    """The branch; in the expert's own words where it is none of the list; nothing where it is not stated."""
    if branch is None:
        return ""
    return other or translated(BRANCHES[Branch(branch)])


def unbroken(period: str) -> str:
    """The days for a heading: a line may end beside the dash between two months, and nowhere else in them."""
    return re.sub(r"(?<=\S)–(?=\S)", "\u2060–\u2060", period.replace(" ", "\u00a0"))


def week_days(week: date) -> str:
    """The days of the week that begins on this Monday: "4–10 Oct 2021"."""
    return filters.days(week, last_day(week))


def weekdays(first: date, last: date) -> str:
    """ "Mon, 4 Oct – Fri, 8 Oct 2021", both included."""
    return str(format_interval(first, last, "yMMMEd", locale=filters.locale()))


def weekday_names(width: Literal["wide", "short"] = "wide") -> list[str]:
    """From Monday to Sunday."""
    names = get_day_names(width, "format", filters.locale())
    return [str(names[number]) for number in range(7)]


def weekday_list(numbers: Sequence[int]) -> str:
    """ "Saturday, Sunday"; 0 is Monday."""
    names = weekday_names()
    return ", ".join(names[number] for number in numbers)


def month_name(day: date) -> str:
    """ "December 2026"."""
    return str(format_date(day, "LLLL y", locale=filters.locale()))


def language_choices() -> list[tuple[str, str]]:
    """Codes and names, by name."""
    return sorted(((code, language_name(code)) for code in LANGUAGES), key=lambda pair: pair[1])


filters.register("language", language_name)
filters.register("language_asked", language_asked)
filters.register("levels_in_words", levels_in_words)
filters.register("branch_in_words", branch_in_words)
filters.register("unbroken", unbroken)
filters.register("weekdays", weekdays)
filters.register("week_days", week_days)
filters.register("month_name", month_name)
filters.register("weekday_list", weekday_list)

CODE = N_("Replaces the expert's name where personal data may not appear, such as X01.")
NO_LAST_DAY = N_("Without a day the profile does not end.")
STILL_HERE = N_("What you typed is still here. If you save again, it replaces the other version.")

sentences.register(
    {
        "pin_malformed": N_("Enter a PIN of six digits."),
        "pin_too_simple": N_("This PIN is too easy to guess. Choose another."),
        "pin_chosen": N_("You have already chosen a PIN."),
        "pin_missing": N_("No PIN has been chosen yet."),
        "expert_code_taken": N_("Another expert has this code."),
        "expert_email_taken": N_("Another expert has this mail address."),
        "expert_code_fixed": N_("The code of an expert can't be changed, because shortlists use it."),
        "validity_over": N_("This day is over. Choose a later one."),
        "validity_too_long": N_("Choose a day at most {years} years from today."),
        "candidacy_sent": N_("You have sent this form already."),
        "candidacy_decided": N_("Somebody has already decided on this candidate."),
        "candidacy_takes_no_documents": N_(
            "You can attach documents after you have sent the form, until the secretariat has decided."
        ),
        "superior_is_expert": N_("The superior needs another address than the expert."),
        "superior_named": N_("You have named your superior already."),
        "left_the_pool": N_("This expert is no longer in the pool."),
        "profile_link_stands": N_("This expert has a link already."),
        "renewal_over": N_("This question is no longer open."),
        "theme_code_form": N_("Use capitals: a group, a full stop and a word, such as OC.FIREARMS."),
        "theme_code_taken": N_("Another theme has this code."),
        "theme_code_fixed": N_("The code of a theme can't be changed, because records use it."),
        "theme_retired": N_("This theme is retired already."),
        "theme_active": N_("This theme can be chosen already."),
        "cycle_years": N_("The last year is before the first."),
        "cycles_overlap": N_("Another row already covers one of these years."),
        "calendar_link_stands": N_("Your calendar has an address already."),
        "calendar_link_ended": N_("This address was ended already."),
        "profile_link_ended": N_("This expert has no link any more."),
        "rota_in_use": N_("Somebody is on call for {theme}. Take them off first."),
        "rota_missing": N_("This theme has no stand-by rota."),
        "rota_week_over": N_("This week is over."),
        "rota_week_begun": N_("The week of {week} has begun. Write to the secretariat."),
        "rota_taken": N_("Somebody is already on call in the week of {week}."),
        "rota_not_in_pool": N_("{expert} is not in the pool in the whole week of {week}."),
        "rota_level": N_("{expert} doesn’t know the theme at level 3 or better."),
        "rota_away": N_("{expert} is not available on all days of the week of {week}."),
        "rota_booked": N_("{expert} is booked for a mission in the week of {week}."),
        "not_on_rota": N_("This colleague is no longer on call then. Choose again."),
        "swap_open": N_("A colleague has been asked about one of these weeks already."),
        "swap_impossible": N_("This colleague can’t be on call in your week. Choose somebody else."),
        "swap_own_week": N_(
            "You can’t be on call in the week of {week}: you are booked, or can’t come on all of its days."
        ),
        "swap_over": N_("This offer can no longer be answered."),
        "swap_not_possible": N_("The weeks can’t be swapped any more: the rota has changed."),
    }
)
