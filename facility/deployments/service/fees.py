"""The dated table of travel windows, and the pay of a request, frozen as it is made."""

from datetime import date

import msgspec
from sqlalchemy import select, text

from facility.contracts.queries import rates_on
from facility.db import Tx, new_id
from facility.deployments.events.missions import TravelWindowsEntered
from facility.deployments.models.mission import TravelWindows, windows_of
from facility.deployments.rules import fees as rules
from facility.deployments.rules.fees import Pay, Terms, Windows
from facility.events.log import record
from facility.refused import refuse
from facility.zone import BRUSSELS


async def freeze(tx: Tx, pay: Pay) -> Terms:
    """The pay of a request by the rates and windows of today. Refused: `rules.fees.terms_of`."""
    today = tx.now.astimezone(BRUSSELS).date()
    query = select(TravelWindows).where(TravelWindows.valid_from <= today)
    latest = query.order_by(TravelWindows.valid_from.desc(), TravelWindows.entered_at.desc()).limit(1)
    row = (await tx.session.scalars(latest)).first()
    if row is None:
        refuse("rate_missing", kind="invalid", field="country")
    return rules.terms_of(pay, await rates_on(await tx.session.connection(), today), windows_of(row), today)


async def enter_windows(tx: Tx, valid_from: date, windows: Windows, *, reason: str) -> TravelWindows:
    """From this day on, days of travel pay so. Rows that are there stay; requests that are made keep theirs. What stands there in the
    same way is not entered twice. Refused (invalid): `rules.fees.check_windows`."""
    rules.check_windows(windows)
    # Two who enter at once would each miss the other's row.
    await tx.session.execute(text("SELECT pg_advisory_xact_lock(hashtext('travel_windows'))"))
    query = select(TravelWindows).filter_by(valid_from=valid_from).order_by(TravelWindows.entered_at.desc())
    standing = (await tx.session.scalars(query.limit(1))).first()
    if standing is not None and windows_of(standing) == windows:
        return standing
    row = TravelWindows(
        id=new_id(),
        valid_from=valid_from,
        reason=reason.strip(),
        entered_by=tx.actor,
        entered_at=tx.now,
        **msgspec.structs.asdict(windows),
    )
    tx.add(row)
    await tx.flush()
    await record(tx, TravelWindowsEntered(travel_windows_id=row.id, valid_from=valid_from))
    return row


async def seed(tx: Tx) -> None:
    """Enter the windows of the start (dossier 3), where there are none."""
    if not (await tx.session.execute(select(TravelWindows.id).limit(1))).first():
        await enter_windows(
            tx, rules.TAIEX_FROM, rules.TAIEX, reason="TAIEX, flat allowance since 8 March 2017"
        )
