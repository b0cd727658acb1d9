"""What a partner confirms, which changes touch it, and the difference that it is shown."""

from uuid import UUID, uuid4

from facility.applications.rules.confirmation import Statement, agreed, differences, same, seal_of, touched

A, B = UUID(int=1), UUID(int=2)
STATEMENTS = [
    Statement("ask.summary", "Summary", "A workshop in Tirana"),
    Statement("requested", "Requested, EUR", "30000.50"),
    Statement("amount", "Your amount, EUR", "10000.50", A),
    Statement("own.secret", "What others may not read", "Covert unit", A),
    Statement("amount", "Your amount, EUR", "20000.00", B),
]


def changed(key: str, text: str, own: UUID | None = None) -> list[Statement]:
    """The same, but for one statement."""
    return [
        Statement(statement.key, statement.label, text, own)
        if (statement.key, statement.own) == (key, own)
        else statement
        for statement in STATEMENTS
    ]


def test_a_party_confirms_what_is_everybodys_and_its_own() -> None:
    assert [item["text"] for item in agreed(STATEMENTS, B)] == [
        "A workshop in Tirana",
        "30000.50",
        "20000.00",
    ]
    assert "Covert unit" in [item["text"] for item in agreed(STATEMENTS, A)]


def test_a_change_touches_those_whose_content_it_changes() -> None:
    kept = {A: agreed(STATEMENTS, A), B: agreed(STATEMENTS, B)}
    assert touched(STATEMENTS, kept) == []
    assert touched(changed("ask.summary", "Other"), kept) == [A, B]
    assert touched(changed("own.secret", "Other", A), kept) == [A]
    assert touched(changed("amount", "1.00", B), kept) == [B]
    assert touched(STATEMENTS, {A: None, B: kept[B]}) == [A]


def test_neither_names_nor_order_are_what_is_confirmed() -> None:
    renamed = [
        Statement(statement.key, statement.label.upper(), statement.text, statement.own)
        for statement in reversed(STATEMENTS)
    ]
    assert same(agreed(STATEMENTS, A), agreed(renamed, A))
    assert seal_of(agreed(STATEMENTS, A)) == seal_of(agreed(renamed, A)) != seal_of(agreed(STATEMENTS, B))


def test_the_difference_is_told_word_by_word() -> None:
    before = agreed(STATEMENTS, A)
    now = agreed(
        [
            *changed("ask.summary", "A seminar in Tirana")[:3],
            Statement("document.1", "Documents", "plan.pdf"),
        ],
        A,
    )
    marked = [
        (difference.label, [(piece.mark.value, piece.text) for piece in difference.pieces])
        for difference in differences(before, now)
    ]
    assert marked == [
        ("Summary", [("same", "A "), ("gone", "workshop"), ("new", "seminar"), ("same", " in Tirana")]),
        ("Documents", [("new", "plan.pdf")]),
        ("What others may not read", [("gone", "Covert unit")]),
    ]
    assert differences(before, before) == ()
    assert agreed(STATEMENTS, uuid4()) == agreed(STATEMENTS[:2], B)
