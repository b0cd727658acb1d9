"""What `facility reconcile` looks at in letters."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from facility.events.reconcile import check
from facility.letters.kinds import KINDS
from facility.letters.models import Letter


@check("letters: kinds")
async def kinds(connection: AsyncConnection) -> list[str]:
    """Each letter is of a kind that some room registers, so that it can be read."""
    query = select(Letter.id, Letter.kind).where(Letter.kind.not_in(KINDS)).order_by(Letter.id)
    return [f"letter {row.id}: nobody registers {row.kind}" for row in await connection.execute(query)]


@check("letters: paper and hash")
async def hashes(connection: AsyncConnection) -> list[str]:
    """The PDF that is kept of a letter is the one whose hash was noted."""
    rows = await connection.execute(
        text(
            """
            SELECT letter_id FROM letter_on_paper
            WHERE sha256 <> encode(sha256(content), 'hex') ORDER BY letter_id
            """
        )
    )
    return [f"letter {row.letter_id}: its PDF is not the one that was kept" for row in rows]
