"""What is decided: award decisions, reserve list, letters."""
