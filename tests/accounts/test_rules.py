"""Rules of accounts: who counts as what, which roles go together, who may give them."""

import pytest

from facility.accounts.rules.accounts import code_of, compatible, initials, may_give
from facility.accounts.rules.beneficiaries import distinct_beneficiaries
from facility.accounts.rules.institutions import may_merge
from facility.folding import fold
from facility.refused import Refused
from facility.web.access import Role


def test_only_different_western_balkans_beneficiaries_count() -> None:
    lists: tuple[list[str], ...] = (
        ["AL", "AL", "XK"],
        ["MK", "TR"],
        ["TR", "DE"],
        [],
        ["AL", "BA", "XK", "ME", "MK", "RS"],
    )
    assert [distinct_beneficiaries(codes) for codes in lists] == [2, 1, 0, 0, 6]


@pytest.mark.parametrize(
    ("together", "code"),
    [(("TAF-2021-01/001", None), "merge_together"), ((None,), "merge_together_unseen")],
)
def test_two_entries_that_take_part_in_one_application_stay_two(
    together: tuple[str | None, ...], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        may_merge(
            duplicate="approved", kept="approved", same=False, beneficiaries=("AL", "AL"), together=together
        )
    named = {"applications": "TAF-2021-01/001"} if code == "merge_together" else {}
    assert [(reason.code, reason.params) for reason in refused.value.reasons] == [(code, named)]


@pytest.mark.parametrize(
    ("roles", "code"),
    [
        ([], "role_missing"),
        (["administrator", "secretariat"], "roles_exclude_each_other"),
        (["authorising", "assessor"], "roles_exclude_each_other"),
        (["auditor", "commission"], "roles_exclude_each_other"),
        (["officer", "assessor"], "roles_exclude_each_other"),
    ],
)
def test_who_decides_watches_applies_or_administers_does_nothing_else(roles: list[str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        compatible(roles)
    assert refused.value.codes == (code,)


def test_a_secretariat_officer_may_also_assess() -> None:
    compatible(["secretariat", "assessor"])
    compatible(["administrator"])


@pytest.mark.parametrize(
    ("giver", "given"),
    [
        ("secretariat", {"officer", "assessor", "secretariat", "commission"}),
        (
            "administrator",
            {"secretariat", "assessor", "authorising", "commission", "auditor", "administrator"},
        ),
        ("authorising", set()),
        ("officer", set()),
    ],
)
def test_who_may_give_which_role(giver: str, given: set[str]) -> None:
    def allowed(role: str) -> bool:
        try:
            may_give([giver], role)
        except Refused:
            return False
        return True

    assert {role for role in Role if allowed(role)} == given


def test_names_are_sorted_by_their_letters_and_shortened_to_initials() -> None:
    names = ["Zoran", "Čelik", "abc", "Đorđe", "Cvetković", "Kosovo* Police"]
    assert sorted(names, key=fold) == ["abc", "Čelik", "Cvetković", "Đorđe", "Kosovo* Police", "Zoran"]
    assert [initials(name) for name in ("Milena Vuković", "Ada", "José (Zé) da Silva", "")] == [
        "MV",
        "A",
        "JS",
        "",
    ]


def test_the_code_of_a_link_has_six_digits_and_is_always_the_same() -> None:
    codes = [code_of(f"token {n}") for n in range(1000)]
    assert {len(code) for code in codes} == {6}
    assert all(code.isdigit() for code in codes)
    assert code_of("token 7") == codes[7]
    assert len(set(codes)) > 990
