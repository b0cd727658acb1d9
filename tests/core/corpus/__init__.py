"""A corpus of documents made by tests: marked ones in each format, language, script and hiding place, and innocent ones."""

from collections.abc import Callable

type Place = Callable[[str], tuple[str, bytes]]
"""A file's name and content, with this level hidden in it."""
