"""Rules of requests for experts."""
