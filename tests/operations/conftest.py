"""The call of the applications' tests, and an S3 server."""

from tests.applications.conftest import confirmed, draft, form, stage, times  # noqa: F401 - fixtures for all
from tests.buckets import bucket, s3  # noqa: F401 - fixtures for all
