"""Reads of requests for experts."""
