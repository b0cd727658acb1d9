"""What is judged: declarations, assignments, assessments, ranking."""
