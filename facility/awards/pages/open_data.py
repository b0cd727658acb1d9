"""The public list of awards as files: CSV and JSON, whose fields are the same."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec

from facility.awards.queries.published import Published, Taker
from facility.designations import footnotes
from facility.web.i18n import N_, Message
from facility.web.sheets import NOTE, Rows

JSON = "application/json"
FIELDS: dict[str, Message] = {
    "id": N_("The award; it stays the same in all later files."),
    "call": N_("The reference of the call."),
    "call_title": N_("The title of the call."),
    "subject": N_("What the award is for, in a line."),
    "signed_on": N_("The day on which the agreement was signed, as YYYY-MM-DD."),
    "amount": N_("In EUR: what is committed; of a completed award, what it cost in the end."),
    "currency": N_("Always EUR."),
    "state": N_("running or completed."),
    "lead": N_("The institution that leads. In JSON with its beneficiary and the code of that."),
    "partners": N_("The other institutions. In JSON a list of the same; in CSV separated by semicolons."),
    "beneficiaries": N_("Codes of all beneficiaries whose institutions take part."),
    "requested": N_("In EUR: what was requested, where only a part of it was awarded."),
    NOTE: N_("The footnotes to the designations that the entry prints."),
}
"""Each field of an entry, and what it holds."""


def codes(line: Published) -> list[str]:
    """The beneficiaries that take part, the lead's first."""
    return list(dict.fromkeys(taker.beneficiary_code for taker in (line.lead, *line.partners)))


def head() -> list[str]:
    return [name for name in FIELDS if name != NOTE]


def row(line: Published) -> list[object]:
    return [
        str(line.id),
        line.call,
        line.call_title,
        line.subject,
        line.signed_on.isoformat(),
        line.amount,
        "EUR",
        line.state,
        _named(line.lead),
        "; ".join(map(_named, line.partners)),
        " ".join(codes(line)),
        "" if line.requested is None else line.requested,
    ]


def _named(taker: Taker) -> str:
    return f"{taker.institution} ({taker.beneficiary})"


def entry(line: Published) -> dict[str, Any]:
    """The award as JSON has it; the amount as text, so that no cent is lost."""
    plain = msgspec.to_builtins(line)
    noted = footnotes(" ".join(str(cell) for cell in row(line)))
    return {
        **{name: plain[name] for name in ("id", "call", "call_title", "subject", "signed_on")},
        "amount": f"{line.amount:f}",
        "currency": "EUR",
        **{name: plain[name] for name in ("state", "lead", "partners")},
        "beneficiaries": codes(line),
        "requested": None if line.requested is None else f"{line.requested:f}",
        NOTE: noted,
    }


async def rows(batches: AsyncIterator[list[Published]]) -> AsyncIterator[Rows]:
    async for lines in batches:
        yield [row(line) for line in lines]


async def json_stream(head: dict[str, Any], batches: AsyncIterator[list[Published]]) -> AsyncIterator[bytes]:
    """`{…head, "awards": […]}`, as it is read."""
    yield msgspec.json.encode(head)[:-1] + b',"awards":['
    between = b""
    async for lines in batches:
        if lines:
            yield between + b",".join(msgspec.json.encode(entry(line)) for line in lines)
            between = b","
    yield b"]}"
