"""What the facility must know before anybody acts: beneficiaries, contracts, themes, results and indicators."""

from datetime import datetime

from facility.accounts.service.people import seed as seed_accounts
from facility.contracts.service.money import seed as seed_contracts
from facility.db import Database
from facility.deployments.service.fees import seed as seed_travel_windows
from facility.experts.service.pool import seed_themes
from facility.monitoring.service.indicators import seed as seed_monitoring


async def seed(db: Database, now: datetime) -> None:
    """Load the reference data that is not there yet. Running it again changes nothing."""
    async with db.transaction(now=now) as tx:
        await seed_accounts(tx)
        await seed_contracts(tx)
        await seed_themes(tx)
        await seed_travel_windows(tx)
        await seed_monitoring(tx)
