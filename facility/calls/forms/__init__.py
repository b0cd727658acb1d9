"""The forms of a call: from what is stored to fields, and from fields to a draft."""
