"""Every column that holds a document's hash is known to the collector, or it would delete what the column refers to."""

from facility.db import Base
from facility.files.kept import HOLDINGS, ONLY_NAMED


def test_each_table_with_hashes_of_documents_says_whether_they_are_kept() -> None:
    hashed = {
        table.name
        for table in Base.metadata.tables.values()
        if any("sha256" in column.name for column in table.columns)
    }
    assert hashed == HOLDINGS.keys() | ONLY_NAMED
    assert not HOLDINGS.keys() & ONLY_NAMED


def test_what_can_be_removed_is_not_kept_for_ever() -> None:
    removable = {
        table.name
        for table in Base.metadata.tables.values()
        if {"sha256", "removed_at"} <= set(table.columns.keys())
    }
    assert removable == {name for name, holding in HOLDINGS.items() if holding.removed_at is not None}
