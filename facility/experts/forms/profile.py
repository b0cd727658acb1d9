"""The form of an expert: what it asks, from what is stored to fields, and from fields to a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from facility.accounts.words import OWN_NAME_MISSING
from facility.experts.queries.pool import ExpertShown
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CEFR, Skill
from facility.experts.rules.profile import OwnProfile
from facility.experts.service.pool import ExpertDraft
from facility.experts.words import BRANCHES, CODE, CODE_MISSING, GENDERS, NAME_MISSING, NO_LAST_DAY, SKILLS
from facility.forms.reading import read as read_section
from facility.forms.rows import read_rows, row_labels
from facility.forms.sections import Section
from facility.forms.types import AskedIf, T, ask, options
from facility.refused import Reason
from facility.web.fields import Fields, rows_to_show, shown
from facility.web.i18n import _, translated
from facility.web.sentences import sentence

SPARE_ROWS = 2
PLAIN = (
    "code",
    "name",
    "email",
    "country",
    "branch",
    "branch_other",
    "employer",
    "superior_name",
    "superior_email",
    "deployments_12m",
    "past_deployments",
    "valid_until",
)
GROUPS = ("themes", "languages", "available", "conflicts")
OWN_GROUPS = GROUPS[:3]
"""What experts state themselves in rows; the secretariat keeps the conflicts."""
ANY_INSTITUTION = "any"

type Values = dict[str, str | list[str]]
type Choices = Sequence[tuple[str, str]]
"""Keys and names."""


class Offers(msgspec.Struct, frozen=True):
    """What the form offers."""

    countries: Choices
    themes: Choices
    languages: Choices
    institutions: Choices


def particulars(offers: Offers, *, own: bool = False) -> Section:
    """Who the expert is; own: as the expert reads it."""
    stands_for = f"{translated(CODE)} {_("You can't change it later.")}"
    come_from = _(
        "Experts come from today’s 27 Member States. Experts from elsewhere can be in the pool but are not shortlisted."
    )
    other = AskedIf("branch", (Branch.OTHER,))
    releases = (
        _("Who can release you for a mission.") if own else _("Who can release the expert for a mission.")
    )
    genders = options(GENDERS.items())
    no_name = OWN_NAME_MISSING if own else NAME_MISSING
    return Section(
        key="particulars",
        title="",
        fields=(
            ask("code", _("Code"), T.SHORT_TEXT, stands_for, most=20, missing=translated(CODE_MISSING)),
            ask("name", _("Name"), T.SHORT_TEXT, most=120, missing=translated(no_name)),
            ask("email", _("Mail address"), T.MAIL, _("Invitations go there.")),
            ask("country", _("Member State"), T.ONE_OF_LIST, come_from, options=options(offers.countries)),
            ask("branch", _("Branch"), T.ONE_OF_LIST, options=options(BRANCHES.items())),
            ask(
                "branch_other",
                _("Which branch"),
                T.SHORT_TEXT,
                most=60,
                asked_if=other,
                missing=_("Enter the branch."),
            ),
            ask("gender", _("Gender"), T.ONE_OF_LIST, needed=False, options=genders),
            ask(
                "employer",
                _("Employer"),
                T.SHORT_TEXT,
                _("The authority and the unit."),
                needed=False,
                most=200,
            ),
            ask("superior_name", _("Superior"), T.SHORT_TEXT, releases, needed=False, most=120),
            ask("superior_email", _("Superior’s mail address"), T.MAIL, needed=False),
        ),
    )


def experience() -> Section:
    """What the expert has done, and whether anything more is asked."""
    as_stated = _("By any organisation, as stated by the expert.")
    cases = _("Where, when and what for; no data about cases.")
    leaves = _("Experts who have left the pool are not shortlisted and not invited.")
    until = _(
        "After this day the expert is not shortlisted and not invited. The expert is asked to renew before."
    )
    ends = f"{until} {translated(NO_LAST_DAY)}"
    return Section(
        key="experience",
        title=_("Experience"),
        fields=(
            ask("deployments_12m", _("Deployments in the last 12 months"), T.WHOLE, as_stated, most=99),
            ask("past_deployments", _("Past deployments"), T.LONG_TEXT, cases, needed=False, most=5000),
            ask("active", _("In the pool"), T.FLAG, leaves, needed=False),
            ask("valid_until", _("In the pool until"), T.DAY, ends, needed=False),
        ),
    )


def groups(offers: Offers) -> dict[str, Section]:
    """What the form asks in rows."""
    levels = options((level, level) for level in "12345")
    cefr = options((level, level) for level in CEFR)
    anybody = ((ANY_INSTITUTION, _("Any institution")), *offers.institutions)
    sections = (
        Section(
            key="themes",
            title=_("Themes"),
            fields=(
                ask("code", _("Theme"), T.ONE_OF_LIST, options=options(offers.themes)),
                ask("level", _("Level of the theme"), T.ONE_OF_LIST, _("5 is best"), options=levels),
            ),
        ),
        Section(
            key="languages",
            title=_("Languages"),
            fields=(
                ask("code", _("Language"), T.ONE_OF_LIST, options=options(offers.languages)),
                ask("level", _("Level of the language"), T.ONE_OF_LIST, _("CEFR"), options=cefr),
                *(
                    ask(skill.value, translated(SKILLS[skill]), T.ONE_OF_LIST, needed=False, options=cefr)
                    for skill in Skill
                ),
            ),
        ),
        Section(
            key="available",
            title=_("Available days, both included"),
            fields=(ask("starts_on", _("First day"), T.DAY), ask("ends_on", _("Last day"), T.DAY)),
        ),
        Section(
            key="conflicts",
            title=_("Conflicts of interest"),
            fields=(
                ask("institution", _("Institution"), T.ONE_OF_LIST, options=options(anybody)),
                ask(
                    "reason",
                    _("Reason"),
                    T.SHORT_TEXT,
                    most=500,
                    missing=_("Enter the reason for the conflict of interest."),
                ),
            ),
        ),
    )
    return {section.key: section for section in sections}


def own_particulars(offers: Offers) -> Section:
    """Who experts are, as they state it: another address is the secretariat's to enter, since links go there."""
    return particulars(offers, own=True).without("code", "email")


def own_experience() -> Section:
    """What experts have done, as they state it."""
    return experience().without("deployments_12m", "active", "valid_until")


def own_groups(offers: Offers) -> dict[str, Section]:
    """What experts state in rows."""
    return {key: section for key, section in groups(offers).items() if key in OWN_GROUPS}


def shown_expert(expert: ExpertShown) -> Values:
    """What is stored, as fields."""
    values: Values = {name: shown(getattr(expert, name)) for name in PLAIN}
    values |= {"gender": expert.gender or "", "active": "yes" if expert.active else ""}
    for number, theme in enumerate(expert.themes):
        values |= _row("themes", number, code=theme.code, level=str(theme.level))
    for number, spoken in enumerate(expert.languages):
        values |= _row("languages", number, code=spoken.language, level=spoken.level, **spoken.skills)
    for number, period in enumerate(expert.available):
        values |= _row("available", number, starts_on=shown(period.starts_on), ends_on=shown(period.ends_on))
    for number, conflict in enumerate(expert.conflicts):
        institution = str(conflict.institution_id) if conflict.institution_id else ANY_INSTITUTION
        values |= _row("conflicts", number, institution=institution, reason=conflict.reason)
    return values


def _row(group: str, number: int, **values: str) -> Values:
    return {f"{group}-{number}-{name}": value for name, value in values.items()}


def blank() -> Values:
    """A form that nobody has filled in."""
    return {"deployments_12m": "0", "active": "yes"}


def rows(values: Values, groups: Sequence[str] = GROUPS, *, spare: int = SPARE_ROWS) -> dict[str, list[int]]:
    """Numbers of the rows to show by group: those that hold something, and some empty ones after them."""
    return {group: rows_to_show(values, group, spare=spare) for group in groups}


def read(fields: Fields, offers: Offers) -> ExpertDraft:
    """The draft; every wrong field is noted."""
    typed = read_section(fields, particulars(offers)) | read_section(fields, experience())
    pairs = _read_rows(fields, groups(offers))
    _check_superior(fields, typed, str(typed["email"]))
    draft: dict[str, Any] = {
        **_plain(typed, pairs),
        "active": bool(typed["active"]),
        "valid_until": typed["valid_until"] or None,
        "conflicts": [
            (None if key == ANY_INSTITUTION else key, reason) for key, reason in pairs["conflicts"]
        ],
    }
    return msgspec.convert(draft, ExpertDraft, strict=False)


def read_own(fields: Fields, offers: Offers, email: str) -> OwnProfile:
    """What the expert with this address states; every wrong field is noted."""
    typed = read_section(fields, own_particulars(offers)) | read_section(fields, own_experience())
    pairs = _read_rows(fields, own_groups(offers))
    _check_superior(fields, typed, email)
    return msgspec.convert(_plain(typed, pairs), OwnProfile, strict=False)


def _read_rows(fields: Fields, sections: Mapping[str, Section]) -> Any:
    twice = {
        "themes": _("You have chosen this theme twice."),
        "languages": _("You have chosen this language twice."),
        "available": _("Another row begins on this day."),
        "conflicts": _("You have chosen this institution twice."),
    }
    typed = {key: read_rows(fields, section, twice[key]) for key, section in sections.items()}
    for row, period in typed["available"]:
        sound = row.sound("starts_on") and row.sound("ends_on")
        if sound and str(period["ends_on"]) < str(period["starts_on"]):
            row.wrong("ends_on", sentence(Reason("ends_before_it_starts")))
    return {key: [tuple(answers.values()) for _row, answers in rows] for key, rows in typed.items()}


def _plain(typed: Mapping[str, Any], pairs: Any) -> dict[str, Any]:
    return {
        **typed,
        "gender": typed["gender"] or None,
        "branch_other": typed["branch_other"] if typed["branch"] == Branch.OTHER else "",
        "themes": dict(pairs["themes"]),
        "languages": {code: level for code, level, *_skills in pairs["languages"]},
        "skills": {code: _stated(skills) for code, _level, *skills in pairs["languages"] if any(skills)},
        "available": sorted(pairs["available"]),
    }


def _stated(levels: Sequence[str]) -> dict[str, str]:
    return {skill: level for skill, level in zip(Skill, levels, strict=True) if level}


def _check_superior(fields: Fields, typed: Mapping[str, Any], email: str) -> None:
    """A superior has a name and an address of their own."""
    name, address = typed["superior_name"] or "", typed["superior_email"] or ""
    if name and not address and "superior_email" not in fields.errors:
        fields.wrong("superior_email", _("Enter the superior’s mail address, or leave both empty."))
    if address and not name:
        fields.wrong("superior_name", _("Enter the superior’s name, or leave both empty."))
    if address and address.lower() == email.lower():
        fields.wrong("superior_email", sentence(Reason("superior_is_expert")))


def wants_more(fields: Fields) -> bool:
    """Whether the button for more rows was pressed; nothing is saved then."""
    fields.ignore("do", "version")
    return fields.form.get("do") == "rows"


def settle(fields: Fields, offers: Offers, *, own: bool = False) -> Fields:
    """The fields as typed, without what is wrong with them: for the form with more rows."""
    if own:
        read_own(fields, offers, "")
    else:
        read(fields, offers)
    if not fields.are_right():
        fields.errors.clear()
    return fields


def labels(offers: Offers, shown_rows: dict[str, list[int]]) -> dict[str, str]:
    """What the fields are called, for the summary of what is wrong."""
    called = particulars(offers).labels | experience().labels
    for key, section in groups(offers).items():
        called |= row_labels(section, shown_rows[key])
    return called


def own_labels(offers: Offers, shown_rows: dict[str, list[int]]) -> dict[str, str]:
    """`labels`, of what experts state themselves."""
    called = own_particulars(offers).labels | own_experience().labels
    for key, section in own_groups(offers).items():
        called |= row_labels(section, shown_rows[key])
    return called


def own_parts(offers: Offers, shown_rows: dict[str, list[int]]) -> dict[str, Any]:
    """What the template of an expert's own form takes."""
    return {
        "particulars": own_particulars(offers),
        "experience": own_experience(),
        "groups": own_groups(offers),
        "rows": shown_rows,
    }
