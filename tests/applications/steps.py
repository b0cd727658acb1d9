"""What can be done to a draft: each by the real command, and in the second computation beside it."""

import copy
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import select

from facility.applications.models.application import Application, Party
from facility.applications.service.answers import save_answers
from facility.applications.service.changing_submitted import (
    begin_changes,
    discard_changes,
    discard_with_the_call,
)
from facility.applications.service.confirmations import confirm_party, decline_party, invite_party
from facility.applications.service.own_parts import fill_in_part
from facility.applications.service.parties import change_party, remove_party
from facility.applications.service.replacement import replace_party
from facility.applications.service.submission import submit
from facility.applications.service.withdrawal import leave, take_up_again, withdraw
from facility.calls.service.closing import close_call
from facility.db import Tx
from tests.applications.interleaving import Member, Play


class Step(msgspec.Struct, frozen=True):
    """What is done next: a kind, which party (counted round those who were ever there), and which of a few values."""

    kind: str
    who: int = 0
    what: int = 0


VALUES = ("one", "two", "three")
AMOUNTS = (Decimal("2000.00"), Decimal("0.00"), Decimal("70000.00"))


async def take(play: Play, step: Step) -> None:
    """Do it by the real command and in the second computation, which must agree on whether it may be done and why not."""
    member = play.members[step.who % len(play.members)]
    word, amount = VALUES[step.what % 3], AMOUNTS[step.what % 3]
    await _TAKE[step.kind](play, member, word, amount)


type Took = Callable[[Play, Member, str, Decimal], Awaitable[None]]


async def _title(play: Play, _member: Member, word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: save_answers(tx, play.application, {"ask": {"title": word}}))
    assert refused == (set() if play.editable else {"not_a_draft"})
    if not refused:
        play.title = word
        play.void()


async def _note(play: Play, _member: Member, word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: save_answers(tx, play.application, {"ask": {"note": word}}))
    assert refused == (set() if play.editable else {"not_a_draft"})


async def _own(play: Play, member: Member, word: str, _amount: Decimal) -> None:
    answers = {"part": word, "secret": word[::-1]}
    refused = await play.run(lambda tx: fill_in_part(tx, member.id, "own", answers))
    assert refused == _cannot(play, member, declined="already_declined")
    if not refused:
        member.own = (word, word[::-1])
        play.void()


def _cannot(play: Play, member: Member, declined: str = "") -> set[str]:
    if not play.editable:
        return {"not_a_draft"}
    if not member.on_board:
        return {"left"}
    return {declined} if declined and member.state == "declined" else set()


async def _amount(play: Play, member: Member, _word: str, amount: Decimal) -> None:
    if not member.on_board:
        return
    refused = await play.run(lambda tx: change_party(tx, member.id, amount=amount))
    assert refused == (set() if play.editable else {"not_a_draft"})
    if not refused:
        member.amount = amount
        play.void()


async def _confirm(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    if member is play.members[0]:
        return
    refused = await play.run(
        lambda tx: confirm_party(tx, member.id, signatory_name="S", signatory_function="D")
    )
    expected = _cannot(play, member, "already_declined")
    if not expected and member.state == "confirmed":
        expected = {"already_confirmed"}
    assert refused == expected
    if not refused:
        member.state, member.kept = "confirmed", play.sees(member)


async def _decline(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    if member is play.members[0]:
        return
    refused = await play.run(lambda tx: decline_party(tx, member.id, reason="No staff"))
    expected = _cannot(play, member, "already_declined")
    if not expected and member.state == "confirmed":
        expected = {"already_confirmed"}
    assert refused == expected
    if not refused:
        member.state = "declined"


async def _invite(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    if member is play.members[0]:
        return
    refused = await play.run(lambda tx: invite_party(tx, member.id))
    expected = _cannot(play, member)
    if not expected and member.state == "confirmed":
        expected = {"already_confirmed"}
    if not expected and play.closed:
        expected = {"application_ended"}
    assert refused in (expected, {"asked_enough"})
    if not refused and member.state != "void":
        member.state = "invited"


async def _remove(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: remove_party(tx, member.id))
    lead = {"lead_cannot_leave"} if member is play.members[0] else set()
    assert refused == (_cannot(play, member) or lead)
    if not refused:
        member.on_board = False
        play.void()


async def _leave(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: leave(tx, member.id, reason="No staff"))
    lead = {"lead_cannot_leave"} if member is play.members[0] else set()
    assert refused == (lead or (set() if member.on_board else {"left"}))
    if not refused:
        member.on_board, member.gone = False, True
        if play.editable:
            play.void()


async def _replace(play: Play, member: Member, _word: str, _amount: Decimal) -> None:
    taken = {party.institution for party in play.board}
    free = [
        (code, key)
        for code, key in (
            ("XK", play.stage.partner),
            ("ME", play.stage.prosecutor),
            ("TR", play.stage.turkish),
        )
        if key not in taken
    ]
    if not free:
        return
    code, institution = free[-1]
    came: list[Party] = []

    async def command(tx: Tx) -> None:
        came.append(
            await replace_party(
                tx, member.id, institution_id=institution, contact_name="", contact_email="n@example.org"
            )
        )

    refused = await play.run(command)
    if not play.editable:
        assert refused == {"no_replacement"}
    elif member is play.members[0]:
        assert refused == {"lead_stays"}
    else:
        assert refused == (set() if member.on_board else {"left"})
    if not refused:
        member.on_board = False
        play.members.append(
            Member(came[0].id, code, institution, member.role, member.amount, state="invited")
        )
        play.void()


async def _submit(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    at = play.now + timedelta(minutes=1)
    refused = await play.run(lambda tx: submit(tx, play.application, received_at=at))
    assert refused == (play.reasons() if play.editable else {"not_a_draft"})
    if not refused:
        play.status, play.standing = "submitted", None
        async with play.db.transaction(now=play.now) as tx:
            row = await tx.get(Application, play.application)
            kept = await tx.session.scalar(
                select(Application.submission).where(Application.id == play.application)
            )
            play.receipt = (str(row.fingerprint), kept)


async def _withdraw(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: withdraw(tx, play.application))
    assert refused == (set() if play.status == "submitted" else {"nothing_to_withdraw"})
    if not refused:
        play.status, play.standing = "withdrawn", None


async def _take_up(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: take_up_again(tx, play.application))
    if play.status != "withdrawn":
        assert refused == {"wrong_status"}
    else:
        assert refused == ({"late"} if play.now > play.closes else set())
    if not refused:
        play.status, play.receipt = "draft", None
        play.void()


async def _change(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: begin_changes(tx, play.application))
    if play.now > play.closes:
        assert refused == {"late"}
    else:
        assert refused == (set() if play.status == "submitted" else {"wrong_status"})
    if not refused and play.standing is None:
        play.standing = (play.title, copy.deepcopy(play.members))
        play.void()  # a partner may have left before


async def _discard(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    refused = await play.run(lambda tx: discard_changes(tx, play.application))
    assert refused == ({"nothing_changed"} if play.standing is None else set())
    if not refused:
        play.discard()


async def _close(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    play.now = max(play.now, play.closes)
    if not play.closed:
        assert await play.run(lambda tx: close_call(tx, play.call, due_at=play.closes)) == set()
        play.closed = True
    await discard_with_the_call(play.db, play.now)
    if play.standing is not None:
        play.discard()


async def _wait(play: Play, _member: Member, _word: str, _amount: Decimal) -> None:
    play.now += timedelta(hours=16)


_TAKE: dict[str, Took] = {
    "title": _title,
    "note": _note,
    "own": _own,
    "amount": _amount,
    "confirm": _confirm,
    "decline": _decline,
    "invite": _invite,
    "remove": _remove,
    "leave": _leave,
    "replace": _replace,
    "submit": _submit,
    "withdraw": _withdraw,
    "take_up": _take_up,
    "change": _change,
    "discard": _discard,
    "close": _close,
    "wait": _wait,
}
KINDS = tuple(_TAKE)
