"""Tables of requests for experts."""
