"""Who can help: Member States, themes and days of the pool's experts (scenarios/README; dossier 5)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import msgspec

from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CefrLevel, Skill

Period = tuple[date, date]
"""First and last day, both included."""


class OwnProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What experts state about themselves. `skills`: those at another level than their language, by language; `branch_other`: in their
    own words, where the branch is another."""

    name: str
    country: str
    gender: str | None
    branch: Branch | None
    themes: dict[str, int]
    languages: Mapping[str, CefrLevel]
    available: Sequence[Period]
    skills: Mapping[str, Mapping[Skill, CefrLevel]] = {}
    branch_other: str = ""
    past_deployments: str = ""
    employer: str = ""
    superior_name: str = ""
    superior_email: str = ""


class Feedback(msgspec.Struct, frozen=True):
    """What leads said after so many missions: the sum of all their figures from 1 to 5, three for each mission."""

    missions: int
    total: int


class ExpertProfile(msgspec.Struct, frozen=True):
    """An expert as matching sees one: themes by level 1-5, languages by CEFR level and skills at another one. What an expert has not set says nothing: weekdays
    of absence (0 is Monday), the earliest day after the notice period, and the days left in calendar years."""

    id: str
    country: str
    themes: dict[str, int]
    languages: dict[str, CefrLevel]
    available: tuple[Period, ...]
    deployments_12m: int
    conflict: bool = False
    absent_weekdays: tuple[int, ...] = ()
    earliest: date | None = None
    days_left: dict[int, int] | None = None
    feedback: Feedback | None = None
    skills: Mapping[str, Mapping[Skill, CefrLevel]] = {}
    branch: Branch | None = None


def is_available(periods: Collection[Period], start: date, end: date) -> bool:
    """Whether the periods together cover every day from start to end, both included."""
    needed = start
    for first, last in sorted(periods):
        if first <= needed <= last:
            if last >= end:
                return True
            needed = last + timedelta(days=1)
    return False


def is_in_pool(active: bool, valid_until: date | None, today: date) -> bool:
    """Whether an expert is shortlisted and asked: has not left, and the last day, if there is one, is not over."""
    return active and (valid_until is None or valid_until >= today)


def is_booked(days: Collection[date], start: date, end: date) -> bool:
    """Whether one of the booked days lies between start and end, both included."""
    return any(start <= day <= end for day in days)


THEMES = {
    "OC.HRCN": "High-risk criminal networks",
    "OC.CYBER": "Cyber-attacks",
    "OC.CSE": "Child sexual exploitation",
    "OC.FRAUD": "Fraud and economic crime",
    "OC.DRUGS": "Drugs trafficking",
    "OC.MIGSMUG": "Migrant smuggling",
    "OC.THB": "Trafficking in human beings",
    "OC.FIREARMS": "Firearms trafficking",
    "OC.ENV": "Environmental crime",
    "OC.PROPERTY": "Organised property crime",
    "OC.ML": "Money laundering and criminal finances",
    "OC.DOCFRAUD": "Document fraud",
    "OC.CONTAINER": "Container and air cargo control",
    "OC.APIPNR": "Advance passenger information and passenger name records",
    "CT.FTF": "Foreign terrorist fighters",
    "CT.FIN": "Terrorism financing",
    "CT.ONLINE": "Online radicalisation",
    "CT.PVE": "Preventing violent extremism",
    "CT.REINT": "Reintegration",
    "CT.PROTECT": "Protection of citizens and infrastructure",
    "CT.STRATCOM": "Strategic communication",
    "X.JIT": "Joint investigation teams",
    "X.MLA": "Mutual legal assistance",
    "X.SIENA": "SIENA and information exchange",
    "X.ILP": "Intelligence-led policing",
    "X.FININV": "Financial investigations",
    "X.EEVID": "Electronic evidence",
    "X.ASSETREC": "Asset recovery",
    "X.DATAPROT": "Data protection",
    "X.WITNESS": "Witness protection",
    "X.INTEGRITY": "Integrity and anti-corruption",
}
"""The themes of the facility at its start (dossier 5). The taxonomy is data and can be broadened; codes stay."""
