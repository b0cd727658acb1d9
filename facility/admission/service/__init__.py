"""What people do with applications that came in: each command loads, asks the rule, changes rows and records the event.

Locks: as in applications, the call (shared) before the application. Commands never commit.
"""
