"""The pages' tests run the app with the small slice of `notes`."""

from tests.web.notes import app, app_with_notes

__all__ = ["app", "app_with_notes"]
