"""Unsaved text: what somebody has typed and not saved is kept for them on any machine, restored into its form, discarded, and forgotten.

A room says what can be drafted (`handlers.Drafted`), whose unsaved text nobody will save any more (`service.forgets`), and ends it
when it is saved (`service.end`).
"""
