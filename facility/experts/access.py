"""Who reads and who keeps the pool: personal data, so the secretariat and the auditor alone."""

from facility.web.access import PRIVATE, Role, allow

READERS = {"allow": allow(*PRIVATE)}
KEEPERS = {"allow": allow(Role.SECRETARIAT)}
