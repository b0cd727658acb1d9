"""Themes of the taxonomy: their codes, and the cycles of EMPACT in which they are a priority (dossier 5)."""

import re

import msgspec

from facility.refused import Reason, refuse, refuse_if

_CODE = re.compile(r"[A-Z]{1,8}\.[A-Z0-9]{1,16}")


class Cycle(msgspec.Struct, frozen=True):
    """A cycle of EMPACT, first and last year included, and the priority under which the theme falls in it."""

    first_year: int
    last_year: int
    priority: str

    @property
    def name(self) -> str:
        """ "2026–2029"."""
        return f"{self.first_year}–{self.last_year}"


class ThemeDraft(msgspec.Struct, frozen=True):
    """What an administrator enters about a theme. `emergency`: it came up at short notice and may go again."""

    code: str
    name: str
    emergency: bool
    cycles: tuple[Cycle, ...]


def check_theme(theme: ThemeDraft) -> None:
    """Refused (invalid): "theme_code_form"; "cycle_years", "cycles_overlap" at the field of the row."""
    if not _CODE.fullmatch(theme.code):
        refuse("theme_code_form", kind="invalid", field="code")
    reasons = [
        Reason("cycle_years", f"cycles-{number}-last_year")
        for number, cycle in enumerate(theme.cycles)
        if cycle.last_year < cycle.first_year
    ]
    for number, cycle in enumerate(theme.cycles):
        earlier = theme.cycles[:number]
        if any(overlap(cycle, other) for other in earlier):
            reasons.append(Reason("cycles_overlap", f"cycles-{number}-first_year"))
    refuse_if(reasons)


def overlap(cycle: Cycle, other: Cycle) -> bool:
    """Whether both hold in some year."""
    return cycle.first_year <= other.last_year and other.first_year <= cycle.last_year


def current_priority(cycles: tuple[Cycle, ...], year: int) -> Cycle | None:
    """The cycle that holds in this year."""
    return next((cycle for cycle in cycles if cycle.first_year <= year <= cycle.last_year), None)


EMPACT: dict[tuple[int, int], dict[str, tuple[str, ...]]] = {
    (2018, 2021): {
        "Cybercrime": ("OC.CYBER", "OC.CSE"),
        "Drugs": ("OC.DRUGS",),
        "Facilitated illegal immigration": ("OC.MIGSMUG",),
        "Organised property crime": ("OC.PROPERTY",),
        "Trafficking in human beings": ("OC.THB",),
        "Excise and MTIC fraud": ("OC.FRAUD",),
        "Firearms": ("OC.FIREARMS",),
        "Environmental crime": ("OC.ENV",),
        "Criminal finances, money laundering and asset recovery": ("OC.ML", "X.ASSETREC"),
        "Document fraud": ("OC.DOCFRAUD",),
    },
    (2022, 2025): {
        "High-risk criminal networks": ("OC.HRCN",),
        "Cyber-attacks": ("OC.CYBER",),
        "Trafficking in human beings": ("OC.THB",),
        "Child sexual exploitation": ("OC.CSE",),
        "Migrant smuggling": ("OC.MIGSMUG",),
        "Drugs trafficking": ("OC.DRUGS",),
        "Fraud, economic and financial crimes": ("OC.FRAUD", "OC.ML"),
        "Organised property crime": ("OC.PROPERTY",),
        "Environmental crime": ("OC.ENV",),
        "Firearms trafficking": ("OC.FIREARMS",),
        "Document fraud": ("OC.DOCFRAUD",),
    },
    (2026, 2029): {
        "Most threatening networks and individuals": ("OC.HRCN",),
        "Fastest-growing online crimes": ("OC.CYBER", "OC.CSE"),
        "Drug trafficking": ("OC.DRUGS",),
        "Migrant smuggling and trafficking in human beings": ("OC.MIGSMUG", "OC.THB"),
        "Firearms and explosives": ("OC.FIREARMS",),
        "Environmental crime": ("OC.ENV",),
        "Economic and financial crime": ("OC.FRAUD", "OC.ML"),
    },
}
"""Priorities by cycle and the themes that fall under them, at the facility's start (dossier 5)."""

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
