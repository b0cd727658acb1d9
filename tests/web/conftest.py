"""The pages' tests run the app with the small slice of `notes`."""

from tests.web.notes import app

__all__ = ["app"]
