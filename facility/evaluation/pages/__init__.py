"""Pages of the evaluation: an assessor's own, and the staff's."""
