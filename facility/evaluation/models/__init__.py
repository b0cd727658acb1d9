"""Tables of the evaluation: who may judge what, and what they said; and as conditions of statements, which of it counts."""
