"""Forms of requests for experts."""
