"""Read models of what came of the action, and the steps on plain values from which they are made."""
