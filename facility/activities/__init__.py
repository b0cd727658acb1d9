"""What is done: joint activities, participants, attendance, evidence, verification."""
