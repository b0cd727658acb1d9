"""Who sees how calls are run."""

from facility.web.access import Role

READERS = (Role.SECRETARIAT, Role.AUTHORISING, Role.COMMISSION, Role.AUDITOR)
SEES_HISTORY = (Role.SECRETARIAT, Role.AUTHORISING, Role.AUDITOR)
