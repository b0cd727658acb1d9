"""A submission: the form is read, and the same rows, event and deliveries are written in one transaction of asyncpg."""

from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec
from litestar import Request, post
from litestar.datastructures import State
from litestar.params import FromPath
from litestar.response import Redirect

from bench.bare.pages import visitor_of
from facility import clock
from facility.applications.events import ApplicationSubmitted
from facility.applications.rules.submission import DECLARATIONS, fingerprint_of
from facility.events.log import Envelope, chain_hash
from facility.events.reactions import subscribers

_READ = """
    SELECT application.*, call.reference AS call_reference, call.form,
        (SELECT coalesce(jsonb_object_agg(section, answers), '{}') FROM section_answers
         JOIN party ON party.id = party_id AND is_lead
         WHERE section_answers.application_id = application.id) AS answers,
        (SELECT jsonb_agg(jsonb_build_object(
            'institution', institution.name, 'beneficiary', party.beneficiary_code, 'designation', beneficiary.name,
            'lead', is_lead, 'role', role, 'sections', '[]'::jsonb,
            'amount', amount::text, 'contact_name', contact_name, 'contact_email', contact_email,
            'confirmation', CASE WHEN confirmation = 'confirmed' THEN jsonb_build_object(
                'signatory_name', signatory_name, 'signatory_function', signatory_function,
                'confirmed_at', to_char(confirmed_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'version', confirmed_version) END
            ) ORDER BY position)
         FROM party JOIN institution ON institution.id = party.institution_id
         JOIN beneficiary ON beneficiary.code = party.beneficiary_code
         WHERE application_id = application.id AND left_at IS NULL) AS parties,
        (SELECT coalesce(string_agg(DISTINCT designation_note, ' '), '')
         FROM party JOIN beneficiary ON code = beneficiary_code WHERE application_id = application.id) AS note,
        (SELECT coalesce(jsonb_object_agg(code, name), '{}') FROM theme WHERE application.themes ? code) AS theme_names,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('name', document.name, 'kind', kind, 'size', size, 'sha256', sha256)
            ORDER BY uploaded_at, id), '[]')
         FROM document WHERE application_id = application.id AND removed_at IS NULL) AS documents,
        head.version AS head_version, head.hash AS head_hash
    FROM application JOIN call ON call.id = call_id
    CROSS JOIN LATERAL (
        SELECT event.version, hash FROM event WHERE subject_id = application.id ORDER BY event.version DESC LIMIT 1) AS head
    WHERE application.id = $1 FOR NO KEY UPDATE OF application
"""
_CHANGE = """
    UPDATE application SET status = 'submitted', reasons = '[]', received_at = $2, submission = $3, fingerprint = $4,
        submitted_by = $5
    WHERE id = $1
"""
_APPEND = """
    INSERT INTO event (id, kind, subject, subject_id, version, actor_id, due_at, recorded_at, correlation_id, data,
        previous_hash, hash)
    VALUES ($1, 'ApplicationSubmitted', 'application', $2, $3, $4, $5, $5, $6, $7, $8, $9)
"""
_DELIVER = """
    INSERT INTO delivery (event_id, reaction, state, attempts, next_attempt_at)
    SELECT $1, reaction, 'waiting', 0, $2 FROM unnest($3::text[]) AS reaction
"""


@post("/applications/{application_id:uuid}/submit")
async def submit(state: State, request: Request[Any, Any, Any], application_id: FromPath[UUID]) -> Redirect:
    """Hand the application in, and lead on to its receipt."""
    form = await request.form()
    now = clock.now()
    signature = {
        "name": form["signatory_name"],
        "function": form["signatory_function"],
        "declared": [name for name in DECLARATIONS if form.get(name) == "yes"],
    }
    me = await visitor_of(request, state.pool)
    async with state.pool.acquire() as connection, connection.transaction():
        await _write(connection, application_id, me.id, now, signature)
    return Redirect(f"/applications/{application_id}/receipt", status_code=303)


async def _write(
    connection: asyncpg.Connection, application_id: UUID, person_id: UUID, now: Any, signature: dict[str, Any]
) -> None:
    row = await connection.fetchrow(_READ, application_id)
    snapshot = _snapshot(row, now, signature)
    fingerprint = fingerprint_of(snapshot)
    document = msgspec.json.encode(snapshot).decode()
    await connection.execute(_CHANGE, application_id, now, document, fingerprint, person_id)
    event_id, correlation_id, version = uuid4(), uuid4(), row["head_version"] + 1
    data = {
        "application_id": str(application_id),
        "call_id": str(row["call_id"]),
        "track": row["track"],
        "received_at": _instant(now),
        "fingerprint": fingerprint,
        "requested": str(row["requested"]),
    }
    envelope = Envelope(
        id=event_id,
        kind="ApplicationSubmitted",
        subject="application",
        subject_id=application_id,
        version=version,
        actor_id=person_id,
        due_at=now.timestamp(),
        recorded_at=now.timestamp(),
        correlation_id=correlation_id,
        causation_id=None,
        data=data,
    )
    hashed = chain_hash(row["head_hash"], envelope)
    encoded = msgspec.json.encode(data).decode()
    await connection.execute(
        _APPEND,
        event_id,
        application_id,
        version,
        person_id,
        now,
        correlation_id,
        encoded,
        row["head_hash"],
        hashed,
    )
    await connection.execute(_DELIVER, event_id, now, subscribers(ApplicationSubmitted))


def _snapshot(row: asyncpg.Record, now: Any, signature: dict[str, Any]) -> dict[str, Any]:
    return {
        "call": row["call_reference"],
        "reference": row["reference"],
        "received_at": _instant(now),
        "track": row["track"],
        "title": row["title"],
        "themes": msgspec.json.decode(row["themes"]),
        "theme_names": msgspec.json.decode(row["theme_names"]),
        "sections": _sections(row),
        "consultation": row["consultation"],
        "requested": str(row["requested"]),
        "version": row["version"],
        "parties": msgspec.json.decode(row["parties"]),
        "documents": msgspec.json.decode(row["documents"]),
        "designation_note": row["note"],
        "signature": signature,
    }


def _sections(row: asyncpg.Record) -> list[dict[str, Any]]:
    given = msgspec.json.decode(row["answers"])
    return [
        {
            "key": section["key"],
            "title": section["title"],
            "answers": [
                {
                    "key": field["key"],
                    "label": field["label"],
                    "type": field["type"],
                    "answer": given.get(section["key"], {}).get(field["key"], ""),
                }
                for field in section["fields"]
                if field["key"] not in ("title", "themes")
            ],
        }
        for section in msgspec.json.decode(row["form"])["sections"]
        if section.get("kind", "questions") == "questions"
    ]


def _instant(at: Any) -> str:
    return str(at.astimezone(UTC).isoformat().replace("+00:00", "Z"))
