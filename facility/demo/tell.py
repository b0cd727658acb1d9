"""The whole story, one part after the other."""

from sqlalchemy import select

from facility import clock
from facility.calls.models.call import Call
from facility.db import Database
from facility.demo.around import tell_around
from facility.demo.batches import tell_batches
from facility.demo.past import tell_past
from facility.demo.present import tell_present
from facility.demo.rota import tell_rota
from facility.demo.story import Story
from facility.events.relay import follow
from facility.files.store import Store


async def tell(db: Database, store: Store) -> None:
    """Load the story into an empty facility; one that holds a call already is left as it is."""
    async with db.reader() as connection:
        if (await connection.execute(select(Call.id).limit(1))).first():
            return
    story = Story(db, store, clock.now())
    await tell_past(story)
    await tell_around(story, await tell_present(story))
    await tell_batches(story)
    await tell_rota(story)
    await follow(db)
