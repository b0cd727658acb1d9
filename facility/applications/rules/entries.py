"""Activities and parties of a draft, each with a form of its own: under which key it is written about, and what stands in it."""

from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from facility.applications.rules.activities import Plan


class EntryKind(StrEnum):
    """What an entry is."""

    ACTIVITY = "activity"
    PARTY = "party"


def entry_key(kind: EntryKind, entry_id: UUID | None = None) -> str:
    """The key of an entry beside those of the form's sections, which have no hyphen; None: of one that is added."""
    return f"{kind.value}-{entry_id or 'new'}"


def people_field(party_id: UUID) -> str:
    """The field that says how many people a party sends."""
    return f"people-{party_id}"


def activity_answers(plan: Plan) -> dict[str, str]:
    """An activity by the fields of its form; empty where nothing is said."""
    return {
        **{name: str(getattr(plan, name)) for name in ("kind", "title", "place", "country", "days")},
        "month": "" if plan.starts_on else f"{plan.month:%Y-%m}",
        "starts_on": plan.starts_on.isoformat() if plan.starts_on else "",
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else "",
        **{people_field(party): str(count) if count else "" for party, count in plan.people.items()},
        "purpose": plan.purpose,
    }


def party_answers(*, role: str, amount: Decimal, contact_name: str, contact_email: str) -> dict[str, str]:
    """A party by the fields of its form; amount in EUR."""
    return {
        "role": role,
        "amount": f"{amount:.2f}",
        "contact_name": contact_name,
        "contact_email": contact_email,
    }
