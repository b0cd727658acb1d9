"""A corpus of documents made by tests: marked ones in each format, language, script and hiding place, and innocent ones."""
