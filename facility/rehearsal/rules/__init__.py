"""A scenario file as values, and how a mistake in it is named."""
