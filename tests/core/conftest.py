"""An S3 server, for the tests of the store."""

from tests.buckets import bucket, s3  # noqa: F401 - fixtures for all
