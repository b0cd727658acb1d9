"""Letters that wait to be sent, and the links in them.

A reaction queues a mail in its own transaction (`post`); a job renders and sends it between two short ones. Links
are random tokens, stored as hashes; the token is derived again from the link's secret when the mail is rendered, so
the database alone opens nothing.
"""
