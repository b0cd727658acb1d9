"""Who sees how calls are run."""

from facility.web.access import DECIDERS, Role

SEES_HISTORY = (*DECIDERS, Role.AUDITOR)
