"""A list that has run out: what would make it longer, and taking it."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facility import clock
from facility.deployments.rules.relaxing import Proposal, proposals
from facility.deployments.rules.shortlist import ExpertiseRequest, exclusion
from facility.deployments.service.extending import extend_list, propose_again
from facility.events.relay import deliver_all
from facility.experts.rules.branches import Branch
from facility.experts.rules.languages import CEFR, CefrLevel
from facility.experts.rules.profile import ExpertProfile
from facility.refused import Refused
from tests.browser import Browsers, states
from tests.deployments.conftest import AHEAD, HOUR, INVITED, Sending, expert, sound
from tests.hostile.values import examples

DAYS = (date(2021, 10, 4), date(2021, 10, 8))
OCTOBER = (date(2021, 10, 1), date(2021, 10, 31))
REQUEST = ExpertiseRequest(*DAYS, 1, "en", "B2", {"X.JIT": 3}, 3, 0, 0)
FITS = ExpertProfile("X0", "IT", {"X.JIT": 4}, {"en": "B2"}, (OCTOBER,), 0)


def made(*experts: ExpertProfile, listed: tuple[str, ...] = ()) -> list[tuple[str, str, list[str]]]:
    """Condition, value and codes of each proposal."""
    return [
        (proposal.condition, proposal.value, [expert.expert for expert in proposal.experts])
        for proposal in _proposals(experts, listed)
    ]


def _proposals(experts: tuple[ExpertProfile, ...], listed: tuple[str, ...] = ()) -> list[Proposal]:
    return proposals(experts, REQUEST, {}, listed=listed, not_before=date(2021, 10, 1))


def like(code: str, **changes: object) -> ExpertProfile:
    return msgspec.structs.replace(FITS, id=code, **changes)


def test_one_condition_is_relaxed_at_a_time() -> None:
    later = (date(2021, 10, 6), date(2021, 10, 31))
    assert made(
        FITS,
        like("X1", languages={"en": "B1"}),
        like("X2", languages={"en": "A2"}, themes={"X.JIT": 5}),
        like("X3", themes={"X.JIT": 1}),
        like("X4", available=(later,)),
        like("X5", available=((date(2021, 9, 1), date(2021, 10, 7)),)),
        like("X6", languages={"en": "B1"}, themes={"X.JIT": 2}),
        like("X7", country="RS", languages={"en": "B1"}),
        like("X8", conflict=True, languages={"en": "B1"}),
        listed=("X0",),
    ) == [
        ("language", "B1", ["X1"]),
        ("language", "A2", ["X2", "X1"]),
        ("theme", "1", ["X3"]),
        ("days", "2", ["X4"]),
        ("days", "-1", ["X5"]),
    ]


def test_any_branch_is_a_condition_and_the_same_language_counts_in_each() -> None:
    request = msgspec.structs.replace(REQUEST, language="hr", bcms=True, branch=Branch.POLICE)
    pool = (
        like("X1", languages={"sr": "B2"}, branch=Branch.CUSTOMS),
        like("X2", languages={"sr": "B1"}, branch=Branch.POLICE),
        like("X3", languages={"sr": "B1"}, branch=Branch.CUSTOMS),
    )
    proposed = proposals(pool, request, {}, listed=(), not_before=date(2021, 10, 1))
    assert [
        (proposal.condition, proposal.value, [(match.expert, match.language) for match in proposal.experts])
        for proposal in proposed
    ] == [("language", "B1", [("X2", "sr")]), ("branch", "", [("X1", "sr")])]


def test_who_fits_without_a_change_comes_first() -> None:
    assert made(FITS, like("X1", themes={"X.JIT": 5}), listed=("X9",)) == [("none", "", ["X1", "X0"])]


levels: st.SearchStrategy[CefrLevel] = st.sampled_from(CEFR)
experts = st.builds(
    ExpertProfile,
    id=st.integers(0, 99).map("X{:02}".format),
    country=st.sampled_from(["IT", "RS"]),
    themes=st.dictionaries(st.sampled_from(["X.JIT", "X.MLA"]), st.integers(1, 5)),
    languages=st.dictionaries(st.sampled_from(["en", "fr"]), levels),
    available=st.lists(
        st.integers(0, 20).map(
            lambda n: (date(2021, 9, 25) + timedelta(n), date(2021, 10, 5) + timedelta(n))
        ),
        max_size=1,
    ).map(tuple),
    deployments_12m=st.integers(0, 2),
    conflict=st.booleans(),
)


@settings(max_examples=examples(25, 2000), deadline=None)
@given(
    st.lists(experts, max_size=12, unique_by=lambda expert: expert.id),
    st.sets(st.integers(0, 99), max_size=3),
)
def test_proposals_add_only_who_can_be_asked(pool: list[ExpertProfile], numbers: set[int]) -> None:
    listed = tuple(f"X{number:02}" for number in numbers)
    by_code = {expert.id: expert for expert in pool}
    for proposal in _proposals(tuple(pool), listed):
        codes = [match.expert for match in proposal.experts]
        assert codes
        assert not set(codes) & set(listed)
        assert [match.score for match in proposal.experts] == sorted(
            (match.score for match in proposal.experts), reverse=True
        )
        for code in codes:
            expert = by_code[code]
            assert (expert.country, expert.conflict) == ("IT", False)
            assert (exclusion(expert, REQUEST, ()) is None) == (proposal.condition == "none")


async def test_the_officer_reads_what_would_help_and_takes_it(sending: Sending, browse: Browsers) -> None:
    await sending.pool(
        expert("X0", available=[AHEAD]),
        expert("X1", available=[AHEAD], languages={"en": "B2"}),
        expert("X2", available=[AHEAD], languages={"en": "B2"}),
    )
    key = await sending.soon()
    await sending.decline(key, "X0", clock.now())
    (mail,) = await sending.mails("exhausted")
    assert mail.context["proposals"] == ["English at B2 instead of C1: 2 more"]
    ada, greta, carl = [await browse(sending.play.people[name]) for name in ("ada", "greta", "carl")]
    here = f"/deployments/{key}"
    assert "English at B2 instead of C1" in (await ada.get(here)).text
    assert f"{here}/extend" not in (await greta.get(here)).text
    assert "X1" not in (await carl.get(here)).text
    taken = await ada.send_form(f"{here}/extend", {"condition": "language", "value": "B2"})
    assert taken.status_code == 303
    assert await sending.outcomes(key) == {"X0": "declined", "X1": "open"}
    assert "list-longer-by-2" in states(await ada.get(here))
    again = await ada.send_form(f"{here}/extend", {"condition": "language", "value": "B2"})
    assert again.status_code == 409
    await deliver_all(sending.db, clock.now)
    path = await sending.link(key, "X1")
    assert "English, at least B2" in (await (await browse()).get(path)).text
    await sound(sending)


async def test_other_days_lead_to_a_request_that_is_filled_in(sending: Sending, browse: Browsers) -> None:
    key = await sending.soon(place="Ohrid", terms_of_reference="Teach two days.")
    row = await sending.row(key)
    ada = await browse(sending.play.people["ada"])
    page = await ada.get(f"/deployments/new?application={row.application_id}&like={key}&days=2")
    moved = (row.starts_on + timedelta(days=2)).isoformat()
    for words in ('value="Ohrid"', "Teach two days.", f'value="{moved}"'):
        assert words in page.text


async def test_nothing_is_added_to_a_list_that_goes_on_or_for_nobody(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    with pytest.raises(Refused, match="list_goes_on"):
        await sending.play.act("ada", lambda tx: extend_list(tx, key, "none", ""), INVITED)
    await sending.decline(key, "X0")
    with pytest.raises(Refused, match="nobody_more"):
        await sending.play.act("ada", lambda tx: extend_list(tx, key, "language", "B2"), INVITED)


async def test_whoever_came_into_the_pool_meanwhile_is_proposed(sending: Sending) -> None:
    await sending.pool(expert("X0"))
    key = await sending.asking()
    await sending.decline(key, "X0")
    assert (await sending.row(key)).proposals == []
    await sending.pool(expert("X1"))
    await sending.play.act("ada", lambda tx: propose_again(tx, key), INVITED + 2 * HOUR)
    assert (await sending.row(key)).proposals == [{"condition": "none", "value": "", "experts": ["X1"]}]
    await sending.play.act("ada", lambda tx: extend_list(tx, key, "none", ""), INVITED + 3 * HOUR)
    assert await sending.outcomes(key) == {"X0": "declined", "X1": "open"}
    await sending.decline(key, "X1", INVITED + 4 * HOUR)
    assert (await sending.row(key)).state == "exhausted"
    await sound(sending)
