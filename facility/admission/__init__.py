"""What is let in: opening, admissibility, clarifications, consultations, overlaps, exceptions; and the lists of what came in."""
