"""The outbox emptied into the test's mail server, as the worker does it."""

from datetime import datetime

import msgspec

from facility.db import Database
from facility.events.relay import deliver_all
from facility.outbox.sender import hand_over_mails, send
from facility.settings import Settings
from facility.worker import postman
from tests.smtp import SmtpServer


class Post:
    """What was decided is written and sent, at the instants that a test names."""

    def __init__(self, db: Database, settings: Settings, smtp: SmtpServer) -> None:
        self._db = db
        sender = postman(msgspec.structs.replace(settings, smtp_url=smtp.url))
        assert sender is not None
        self._postman = sender

    async def goes(self, at: datetime) -> None:
        """Reactions write their mails; each mail that is due is tried once."""
        await deliver_all(self._db, lambda: at)
        for turn in await hand_over_mails(self._db, at):
            await send(self._db, self._postman, turn, lambda: at)
