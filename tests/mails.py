"""Mails of the outbox, as tests read them."""

from facility.outbox.models import Mail

IN_ORDER = (Mail.created_at, Mail.template, Mail.to_address)
"""The order in which mails were queued. A test's clock often stands still, so mails of one instant go by template and address: where
their rows lie, the database is free to choose."""
