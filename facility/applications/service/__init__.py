"""What people do with an application: each command loads, asks the rule, changes rows and records the event.

Locks: an institution that is chosen, then the call (shared) before the application, the application before its party. Commands never commit.
"""
