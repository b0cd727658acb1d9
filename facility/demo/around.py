"""What happens around the open call of the demo: a corrigendum, two questions, and a draft made from it."""

from datetime import timedelta
from uuid import UUID

import msgspec

from facility.calls.models.call import Call
from facility.calls.rules.call import CallDraft
from facility.calls.service.cloning import clone_call
from facility.calls.service.corrigenda import draft_corrigendum, publish_corrigendum
from facility.calls.service.draft import change_draft
from facility.calls.service.questions import ask_question, publish_answer
from facility.calls.service.reading import draft_of
from facility.db import Tx
from facility.demo.story import Story


async def tell_around(story: Story, call_id: UUID) -> None:
    """One question is answered, another waits; the deadline was extended by a week; the next round is drafted."""
    await _questions(story, call_id)
    await _extended(story, call_id)
    await _next_round(story, call_id)


async def _extended(story: Story, call_id: UUID) -> None:
    at = story.noon(-3)
    draft = await story.act(at, None, _read, call_id)
    later = msgspec.structs.replace(draft, closes_at=story.noon(12))
    reason = "Several institutions asked for more time to obtain the signatures of their partners."
    await story.act(at, "ada", draft_corrigendum, call_id, later, reason)
    await story.act(at + timedelta(hours=2), "vera", publish_corrigendum, call_id)


async def _questions(story: Story, call_id: UUID) -> None:
    answered = await story.act(
        story.noon(-8),
        "milena",
        ask_question,
        call_id,
        "May the Supreme State Prosecutor’s Office be a partner in two applications of the same call?",
    )
    await story.act(
        story.noon(-6),
        "ada",
        publish_answer,
        answered.id,
        public_text="May an institution be a partner in two applications of the same call?",
        answer_text="Yes. It may also lead one of them. Each application is judged on its own.",
    )
    await story.act(
        story.noon(-1),
        "jelena",
        ask_question,
        call_id,
        "May part of the study trip take place in a Member State that sends none of the experts?",
    )


async def _next_round(story: Story, call_id: UUID) -> None:
    made = await story.act(
        story.now,
        "ada",
        clone_call,
        call_id,
        reference=f"TAF-{story.now.year}-04",
        opens_at=story.noon(30),
    )
    draft = msgspec.structs.replace(
        await story.act(story.now, None, _read, made.id),
        title="Joint initiatives, next round",
        closes_at=story.noon(75),
    )
    await story.act(story.now, "ada", change_draft, made.id, draft)


async def _read(tx: Tx, call_id: UUID) -> CallDraft:
    return draft_of(await tx.get(Call, call_id))
