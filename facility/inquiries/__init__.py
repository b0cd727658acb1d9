"""Questions to somebody outside, who gets a link by mail, answers once within a period, and whose silence has a consequence.

A room's table is an `Inquiry` (`models`), and its `Kind` says what is its own (`kinds`); the room's commands, reactions and steps call
`service` with it. Its link leads to a page of the room, which `link` and `templates/inquiries/` help to draw.
"""
