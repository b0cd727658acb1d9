"""A mail server that takes everything and keeps nothing, in a process of its own: PORT says where it listens."""

import asyncio
import os

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Says yes to every mail."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take one mail."""
        return "250 taken"


async def main() -> None:
    """Listen until the process is stopped."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink()), "127.0.0.1", int(os.environ["PORT"]))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
