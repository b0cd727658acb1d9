"""Pages look at the clock, as those of applications do."""

from tests.applications.pages.conftest import omar, times  # noqa: F401 - fixtures for all
