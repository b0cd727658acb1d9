"""Reads of what came in: the opening's list, checklists, consultations, clarifications, overlaps."""
