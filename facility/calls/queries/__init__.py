"""Reads about calls, as pages show them: few statements, by hand."""
