"""Tables of joint applications and of what hangs on them."""

from facility.applications.models.application import (
    AdmissibilityCheck,
    Application,
    ClassifiedRefusal,
    Document,
    Party,
)

__all__ = [
    "AdmissibilityCheck",
    "Application",
    "ClassifiedRefusal",
    "Document",
    "Party",
]
