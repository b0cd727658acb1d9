from facility.accounts.rules import distinct_beneficiaries


def test_only_different_western_balkans_beneficiaries_count() -> None:
    lists: tuple[list[str], ...] = (
        ["AL", "AL", "XK"],
        ["MK", "TR"],
        ["TR", "DE"],
        [],
        ["AL", "BA", "XK", "ME", "MK", "RS"],
    )
    assert [distinct_beneficiaries(codes) for codes in lists] == [2, 1, 0, 0, 6]
