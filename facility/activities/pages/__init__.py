"""Pages of activities: the list, one activity, planning and moving it, who came, evidence, reporting and verifying."""
