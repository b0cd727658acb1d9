"""The demo story as a world to walk through: who relates to what, worked out from the rows by a second, plain way."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from facility.db import Database, Tx
from tests.databases import STATEMENTS

EVERYBODY = {
    "Rut Hansen": "administrator",
    "Ada Berisha": "secretariat",
    "Paul Weber": "authorising",
    "Carl Jansen": "commission",
    "Greta Lind": "auditor",
    "Elena Rossi": "assessor",  # assigned, declared, no conflict
    "Erik Dahl": "assessor",  # recused in one application
    "Eva Horák": "assessor",  # assigned to nothing of the present
    "Omar Hoxha": "officer",  # leads the awarded one, and a draft
    "Arta Krasniqi": "officer",  # partner in both
    "Jelena Petrović": "officer",  # has nothing to do with either
}


class TakesBack(Database):
    """A database on which everything that a request writes is rolled back: each may be tried again."""

    def __init__(self, url: str) -> None:
        super().__init__(url, pool_size=2, statements=STATEMENTS)

    @asynccontextmanager
    async def transaction(
        self,
        *,
        now: datetime,
        actor: UUID | None = None,
        correlation: UUID | None = None,
        causation: UUID | None = None,
    ) -> AsyncIterator[Tx]:
        class Enough(Exception):  # noqa: N818 - ends the block, nothing went wrong
            pass

        try:
            async with super().transaction(
                now=now, actor=actor, correlation=correlation, causation=causation
            ) as tx:
                yield tx
                await tx.flush()
                raise Enough
        except Enough:
            pass


class World:
    """Rows of the story, read once."""

    def __init__(self) -> None:
        self.people: dict[str, Any] = {}
        self.applications: dict[UUID, Any] = {}
        self.rows: dict[str, list[Any]] = defaultdict(list)

    @classmethod
    async def read(cls, db: Database) -> "World":
        """Everything that relations look at."""
        world = cls()
        async with db.reader() as connection:
            for row in await connection.execute(text("SELECT id, name, institution_id FROM person")):
                world.people[row.name] = row
            for table in [
                "application",
                "party",
                "assignment",
                "declaration",
                "conflict_declaration",
                "committee_member",
                "activity",
                "evidence",
                "award",
                "letter",
                "deployment",
                "wish",
                "invitation",
                "document",
                "planned_activity",
                "call",
                "question",
                "envelope",
                "expert",
                "mail",
                "delivery",
                "carry_over",
                "consultee",
                "consultation",
                "initiative",
                "change_request",
                "clarification",
                "consensus",
                "consensus_member",
                "complaint",
                "candidacy",
                "mission_report",
            ]:
                world.rows[table] = list(await connection.execute(text(f"SELECT * FROM {table}")))
            world.applications = {row.id: row for row in world.rows["application"]}
        return world

    def first_row(self, table: str, **columns: Any) -> Any:
        """The first row of the table with these values, or None."""
        return next(
            (row for row in self.rows[table] if all(getattr(row, k) == v for k, v in columns.items())), None
        )

    def related(self, relation: str, name: str, ids: dict[str, Any]) -> bool:
        """Whether the person has the relation to the object. A new relation fails here until somebody says what it is."""
        person = self.people[name]
        application_id = self._application(relation, ids)
        match relation.split("."):
            case ["application" | "activity" | "letter", "lead"]:
                application = self.applications.get(application_id)  # type: ignore[arg-type]
                return application is not None and application.lead_institution_id == person.institution_id
            case ["application" | "activity", "party"]:
                return any(
                    party.application_id == application_id
                    and party.institution_id == person.institution_id
                    and party.left_at is None
                    and party.confirmation != "declined"
                    for party in self.rows["party"]
                )
            case ["application", "to_declare"]:
                return self._assigned(person.id, application_id) and not self._conflict(
                    person.id, application_id
                )
            case ["application", "assigned"]:
                return self._assesses(person.id, application_id)
            case ["application", "consensus"]:
                begun = {row.id for row in self.rows["consensus"] if row.application_id == application_id}
                return any(
                    row.consensus_id in begun and row.assessor_id == person.id
                    for row in self.rows["consensus_member"]
                )
            case ["call", "chair"] | ["application", "rules_on_conflict" | "leads_consensus"]:
                return self._chairs_or_assigns(relation, person, ids)
            case ["call" | "application", "committee"]:
                about = self.first_row("application", id=ids.get("application_id"))
                key = ids.get("call_id") if relation == "call.committee" else about and about.call_id
                call = self.first_row("call", id=key)
                return call is not None and any(
                    row.person_id == person.id and row.ended_at is None
                    for row in self.rows["committee_member"]
                    if row.call_id == (call.series_id or call.id)
                )
            case ["call", "assessor"]:
                return any(
                    self.applications[row.application_id].call_id == ids.get("call_id")
                    for row in self.rows["assignment"]
                    if row.assessor_id == person.id and row.ended_at is None
                )
        raise AssertionError(f"say here what the relation {relation} means")

    def _assesses(self, person_id: UUID, application_id: UUID | None) -> bool:
        """Assigned, with the declaration signed and no conflict declared."""
        application = self.applications.get(application_id)  # type: ignore[arg-type]
        return (
            application is not None
            and self._assigned(person_id, application_id)
            and any(
                self.first_row("declaration", call_id=call_id, assessor_id=person_id) is not None
                for call_id in self._calls(application)
            )
            and self._conflict(person_id, application_id) is False
        )

    def _chairs_or_assigns(self, relation: str, person: Any, ids: dict[str, Any]) -> bool:
        """Whether the person is the chair of the call's committee; or of the application's where it has one, and else of the
        secretariat, and asks about somebody else."""
        about = self.first_row("application", id=ids.get("application_id"))
        if relation.startswith("application.") and about is None:
            return False
        call = self.first_row("call", id=ids.get("call_id") if relation == "call.chair" else about.call_id)
        if call is None:
            return False
        seats = {"call_id": call.series_id or call.id, "ended_at": None, "function": "chair"}
        chairs = self.first_row("committee_member", person_id=person.id, **seats) is not None
        if relation == "call.chair":
            return chairs
        assessor_id = ids.get("assessor_id")
        if assessor_id == person.id or not call.committee:
            return assessor_id != person.id and EVERYBODY[person.name] == "secretariat"
        if self.first_row("committee_member", person_id=assessor_id, **seats):
            return EVERYBODY[person.name] == "authorising"
        return chairs

    def _application(self, relation: str, ids: dict[str, Any]) -> UUID | None:
        match relation.partition(".")[0]:
            case "activity":
                row = self.first_row("activity", id=ids.get("activity_id"))
            case "letter":
                row = self.first_row("letter", id=ids.get("letter_id"))
            case _:
                application_id: UUID | None = ids.get("application_id")
                return application_id
        return row.application_id if row else None

    def _calls(self, application: Any) -> list[UUID]:
        """The call that it belongs to, and the batch that it was carried over from."""
        carried = self.first_row("carry_over", application_id=application.id)
        return [application.call_id, *([carried.from_call_id] if carried else [])]

    def _assigned(self, person_id: UUID, application_id: UUID | None) -> bool:
        assignment = self.first_row("assignment", application_id=application_id, assessor_id=person_id)
        return assignment is not None and assignment.ended_at is None

    def _conflict(self, person_id: UUID, application_id: UUID | None) -> bool | None:
        """What the assessor declared, or None for nothing yet."""
        row = self.first_row("conflict_declaration", application_id=application_id, assessor_id=person_id)
        return row.conflict if row else None

    def exists(self, relation: str, ids: dict[str, Any]) -> bool:
        """Whether the object that the relation is about is there."""
        table = relation.partition(".")[0]
        return self.first_row(table, id=ids.get(f"{table}_id")) is not None
