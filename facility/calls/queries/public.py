"""One published call with all its rules: one statement, by hand, since many people look at it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.calls.rules import TOTAL, CoolDown, Grid, Mode
from facility.calls.rules.forms import FormDefinition
from facility.refused import refuse


class BeneficiaryName(msgspec.Struct, frozen=True):
    """A beneficiary as it is printed. `counts`: it belongs to the Western Balkans."""

    code: str
    name: str
    counts: bool


class CallPublic(msgspec.Struct, frozen=True):
    """A published call with all that its public page says; instants in UTC, amounts in EUR."""

    reference: str
    title: str
    text: str
    opens_at: datetime
    closes_at: datetime
    amount: Decimal
    award_min: Decimal
    award_max: Decimal
    min_beneficiaries: int
    extended_to: list[str]
    extension_decision: str | None
    skip_unaffordable: bool
    grid: Grid
    cool_down: CoolDown
    form: FormDefinition
    mode: Mode
    cut_offs: tuple[datetime, ...]
    decide_within_hours: int | None
    state: str
    decided_at: datetime | None
    beneficiaries: list[BeneficiaryName]

    def next_cut_off(self, at: datetime) -> datetime:
        """The cut-off by which what is submitted at this instant is ranked; the closing where there is none."""
        return next((cut_off for cut_off in self.cut_offs if at <= cut_off), self.closes_at)

    @property
    def counting(self) -> list[str]:
        """Names of the beneficiaries of the Western Balkans."""
        return [one.name for one in self.beneficiaries if one.counts]

    @property
    def extended(self) -> list[str]:
        """Names of the others that may take part."""
        return [one.name for one in self.beneficiaries if one.code in self.extended_to and not one.counts]

    @property
    def points(self) -> int:
        """The most points in all."""
        return self.grid.points

    @property
    def threshold(self) -> Decimal | None:
        """The fewest points in all, where there is such a limit."""
        return self.grid.thresholds.get(TOTAL)


RULES = """
    call.reference, call.title, call.text, call.opens_at, call.closes_at, call.amount, call.award_min, call.award_max,
    call.min_beneficiaries, call.extended_to::text AS extended_to, call.extension_decision, call.skip_unaffordable,
    call.grid::text AS grid,
    call.cool_down::text AS cool_down, call.form::text AS form, call.mode,
    call.cut_offs::text AS cut_offs, call.decide_within_hours, call.state, call.decided_at,
    (SELECT json_agg(json_build_object('code', code, 'name', name, 'counts', western_balkans) ORDER BY sort_order)
     FROM beneficiary)::text AS beneficiaries
"""
_PUBLIC = text(
    f"SELECT {RULES} FROM call WHERE reference = :reference AND state <> 'draft' AND series_id IS NULL"  # noqa: S608
)
_grid = msgspec.json.Decoder(Grid)
_cool_down = msgspec.json.Decoder(CoolDown)
_form = msgspec.json.Decoder(FormDefinition)
_instants = msgspec.json.Decoder(tuple[datetime, ...])
_codes = msgspec.json.Decoder(list[str])
_names = msgspec.json.Decoder(list[BeneficiaryName])


def public_from(row: Any) -> CallPublic:
    """The call in a result row with the columns RULES."""
    fields = dict(row._mapping)
    fields |= {
        "extended_to": _codes.decode(row.extended_to),
        "grid": _grid.decode(row.grid),
        "cool_down": _cool_down.decode(row.cool_down),
        "form": _form.decode(row.form),
        "mode": Mode(row.mode),
        "cut_offs": _instants.decode(row.cut_offs),
        "beneficiaries": _names.decode(row.beneficiaries or "[]"),
    }
    return CallPublic(**{name: fields[name] for name in CallPublic.__struct_fields__})


async def public_call(connection: AsyncConnection, reference: str) -> CallPublic:
    """A published call: one statement. Raises Refused (missing), for a draft too."""
    row = (await connection.execute(_PUBLIC, {"reference": reference})).first()
    if row is None:
        refuse("not_found", kind="missing")
    return public_from(row)
