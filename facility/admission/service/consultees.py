"""Commands on those who can be consulted."""

from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from facility.admission.events import ConsulteeAdded, ConsulteeChanged
from facility.admission.models.consultation import Consultee
from facility.admission.rules.consultation import ConsulteeKind
from facility.db import Tx, new_id
from facility.events.log import record
from facility.folding import fold


class ConsulteeData(msgspec.Struct, frozen=True):
    """What is known of a consultee; for one beneficiary (code) or theme (code), or for all."""

    name: str
    kind: ConsulteeKind
    email: str
    beneficiary_code: str | None = None
    theme: str | None = None
    active: bool = True

    @property
    def columns(self) -> dict[str, Any]:
        known = msgspec.structs.asdict(self)
        return {**known, "kind": self.kind.value, "sort_key": fold(self.name)}


async def add_consultee(tx: Tx, data: ConsulteeData) -> Consultee:
    """Somebody whom officers can consult; one of whom the same is known already stays the only one."""
    # Two presses of a button at once would each miss the other's row.
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('consultee'))"))
    if known := (await tx.session.scalars(select(Consultee).filter_by(**data.columns).limit(1))).first():
        return known
    consultee = Consultee(id=new_id(), created_at=tx.now, **data.columns)
    tx.add(consultee)
    await record(tx, ConsulteeAdded(consultee_id=consultee.id, kind=data.kind))
    return consultee


async def change_consultee(tx: Tx, consultee_id: UUID, data: ConsulteeData) -> Consultee:
    """Correct what is known, or retire somebody. At another address what is not answered is asked anew, by a reaction; else
    consultations that run keep their link. Raises Refused (missing)."""
    consultee = await tx.lock(Consultee, consultee_id)
    differing = {name: value for name, value in data.columns.items() if getattr(consultee, name) != value}
    for name, value in differing.items():
        setattr(consultee, name, value)
    if fields := sorted(differing.keys() - {"sort_key"}):
        await record(tx, ConsulteeChanged(consultee_id=consultee_id, fields=fields))
    return consultee
