"""The demo story: a finished call of 2021, one that is being judged, one that is open, and people with work to do.

Everything is told through commands, at instants of the story's own; a facility in production never loads it.
"""
