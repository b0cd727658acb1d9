"""Who learns that a document with a classification marking was offered: the security officer, or the secretariat."""

from facility.accounts.service.people import active_people
from facility.db import Tx
from facility.web.access import Role
from facility.web.i18n import _

_address: str | None = None


def configure(address: str | None) -> None:
    """Set the security officer's mail address, once at start-up."""
    global _address
    _address = address


async def security_officers(tx: Tx) -> list[tuple[str, str]]:
    """Addresses and names: the one that is configured, otherwise everybody of the secretariat."""
    if _address:
        return [(_address, _("Security officer"))]
    return [(officer.email, officer.name) for officer in await active_people(tx, Role.SECRETARIAT)]
