"""Pages of applications: the lead's and its partners', and the partners' links."""
