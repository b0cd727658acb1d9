"""Forms of the evaluation: an assessment, and giving applications to assessors."""
