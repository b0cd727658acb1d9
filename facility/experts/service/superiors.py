"""Who can release an expert: named by the expert, and confirmed by the secretariat before anybody is asked at that address. Else an
expert could name an address of their own, and release themselves."""

from facility.db import Tx
from facility.events.log import record
from facility.experts.events.pool import ExpertChanged, SuperiorConfirmed
from facility.experts.models.profile import Expert
from facility.refused import refuse


def is_confirmed(expert: Expert) -> bool:
    """The profile names a superior whose address the secretariat has entered or confirmed."""
    return expert.superior_email != "" and expert.superior_checked == expert.superior_email


def must_be_another(expert: Expert, email: str) -> None:
    """Refused (invalid): "superior_is_expert" for the expert's own address."""
    if email.lower() == expert.email:
        refuse("superior_is_expert", kind="invalid", field="email")


async def name_own_superior(tx: Tx, expert: Expert, *, name: str, email: str) -> None:
    """The expert, who is locked, names the superior in whose place the profile names nobody. Refused: "superior_named";
    `must_be_another`."""
    must_be_another(expert, email)
    if expert.superior_email:
        refuse("superior_named")
    expert.superior_name, expert.superior_email = name.strip(), email.lower()
    expert.version += 1
    await tx.flush()
    await record(tx, ExpertChanged(expert_id=expert.id, fields=["superior_name", "superior_email"]))


async def confirm_superior(tx: Tx, expert: Expert, *, name: str, email: str) -> None:
    """The secretariat asks this superior of an expert, who is locked: it need not be confirmed again, and stands in the profile where that
    names nobody. Refused: `must_be_another`."""
    must_be_another(expert, email)
    if not expert.superior_email:
        await name_own_superior(tx, expert, name=name, email=email)
    if expert.superior_email == email.lower() and not is_confirmed(expert):
        expert.superior_checked = expert.superior_email
        await tx.flush()
        await record(tx, SuperiorConfirmed(expert_id=expert.id))
