"""The call of the applications' tests, whose applications come in here."""

from tests.applications.conftest import confirmed, draft, form, stage, times  # noqa: F401 - fixtures for all
