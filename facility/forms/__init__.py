"""A form is data: sections of fields, and the checks on them. What follows from them, for every room, is here (docs/adr/0022-forms.md)."""
