"""Who reads and who keeps the pool: personal data, so the secretariat and the auditor alone."""

from facility.web.access import Role, allow

WHO_READS = (Role.SECRETARIAT, Role.AUDITOR)
READERS = {"allow": allow(*WHO_READS)}
KEEPERS = {"allow": allow(Role.SECRETARIAT)}
