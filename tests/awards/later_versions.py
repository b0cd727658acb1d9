"""An upheld complaint, what is assessed for it, and the later version of the ranking that follows."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from facility.awards.models.decision import ReserveEntry
from facility.awards.queries.later_version import kept_document
from facility.awards.queries.versions import versions
from facility.awards.service import later_version
from facility.awards.service.verification import verify
from facility.db import Database
from facility.evaluation.service import assessing as evaluation
from facility.letters.models import Letter
from tests.awards.complaining import answer, complain
from tests.judging import DECIDED, Judging

CALL = "TAF-2021-01"
LATER = DECIDED + timedelta(days=40)


async def upheld(play: Judging, name: str, again: str = "others") -> None:
    kind = "reserve" if (await play.statuses())[name] == "reserve" else "not_funded"
    made = await complain(play, name, kind)
    await answer(play, "ada", made.id, upheld=True, reason="It was misread.", again=again)


async def assessed(play: Judging, name: str, relevance: str, who: str = "erik", at: Any = DECIDED) -> None:
    """By somebody who had not assessed it before."""
    key = play.applications[name]
    await play.act("vera", lambda tx: evaluation.assign(tx, key, play.people[who]), at)
    await play.act(who, lambda tx: evaluation.sign_declaration(tx, play.calls[CALL]), at)
    await play.act(who, lambda tx: evaluation.declare_conflict(tx, key, conflict=False), at)
    await sent(play, name, relevance, who, at)


async def sent(play: Judging, name: str, relevance: str, who: str, at: Any = DECIDED) -> None:
    scores = {"capacity": Decimal(16), "relevance": Decimal(relevance)}
    await play.act(who, lambda tx: evaluation.send_assessment(tx, play.applications[name], scores, {}), at)


async def decided(play: Judging, at: Any = DECIDED) -> None:
    """Proposed by Vera, decided by Paul."""
    call = play.calls[CALL]
    await play.act("vera", lambda tx: later_version.propose_version(tx, call), at)
    await play.act("paul", lambda tx: later_version.decide_version(tx, call), at)


async def letters(db: Database, play: Judging) -> list[tuple[str, str]]:
    """Of later versions: to which application, of which kind; by when they were written."""
    names = {key: name for name, key in play.applications.items()}
    async with db.reader() as read:
        query = select(Letter.application_id, Letter.kind).where(Letter.data["version"].astext != "null")
        return sorted((names[row.application_id], row.kind) for row in await read.execute(query))


async def places(db: Database, play: Judging) -> dict[str, tuple[int, str]]:
    names = {key: name for name, key in play.applications.items()}
    async with db.reader() as read:
        rows = await read.execute(select(ReserveEntry.application_id, ReserveEntry.place, ReserveEntry.state))
        return {names[row.application_id]: (row.place, row.state) for row in rows}


async def roots(db: Database, play: Judging) -> list[str]:
    """Of all versions, each of which the command finds nothing wrong with."""
    async with db.reader() as read:
        numbers = [version.version for version in (await versions(read, play.calls[CALL])).decided]
        documents = [await kept_document(read, play.calls[CALL], number) for number in numbers]
    verdicts = [verify(document) for document in documents if document]
    assert [[str(wrong) for wrong in verdict.differences] for verdict in verdicts] == [[]] * len(numbers)
    return [verdict.root for verdict in verdicts if verdict.root]
