"""The bare way: a server with one handler for each page, statements by hand through asyncpg, and the same templates.

No access rules, no forms with all their errors, no sessions but one statement, no security headers: what any server in
this language would have to do to answer with the same bytes. `matching` serves no page: it solves by hand what the product proposes.
"""
