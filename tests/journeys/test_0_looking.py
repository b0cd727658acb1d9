"""What is wrong with a page is seen when people look at it, though pages like it have been judged before."""

import pytest

from tests.journeys.conftest import Opens

FAULTS = {
    "label": "document.querySelector('main label').remove()",
    "heading-order": "document.querySelector('main h1').insertAdjacentHTML('afterend', '<h4>Further down</h4>')",
    "color-contrast": "document.querySelector('main p').style.color = '#ccc'",
    "link-name": "document.querySelector('footer li a').textContent = ''",
    "target-size": "document.querySelector('main button').insertAdjacentHTML('afterend',"
    " '<div><button class=s aria-label=A></button><button class=s aria-label=B></button></div>');"
    "for (const small of document.querySelectorAll('.s')) Object.assign(small.style,"
    " { width: '8px', height: '8px', padding: 0, border: 0, display: 'inline-block' })",
}
"""What axe-core calls a fault, and how it comes into the page."""


def _notices(opened: Opens, rule: str, fault: str, *, script: bool = True) -> None:
    visitor = opened(script=script)
    for _ in range(2):
        visitor.goto("/sign-in")
    visitor.page.evaluate(f"() => {{ {fault} }}")
    with pytest.raises(AssertionError, match=f"(?m)^{rule}: "):
        visitor.look()


@pytest.mark.parametrize("rule", FAULTS)
def test_a_fault_in_a_page_that_was_right_before(visit: Opens, rule: str) -> None:
    """Each comes into a page in which nothing was wrong a moment ago."""
    _notices(visit, rule, FAULTS[rule])


def test_faults_one_after_another_in_the_same_page(visit: Opens) -> None:
    """What was judged first does not hide what comes later, in the same document."""
    visitor = visit()
    visitor.goto("/sign-in")
    for place in ("h1", "p", "label", "button"):
        visitor.page.evaluate(
            "place => { const node = document.querySelector(`main ${place}`);"
            " node.style.color = '#ccc'; node.style.background = '#ddd'; }",
            place,
        )
        with pytest.raises(AssertionError, match=f"color-contrast: .*{place}"):
            visitor.look()


def test_a_fault_in_a_page_without_scripts(visit: Opens) -> None:
    """It is judged in another browser, which may not use styles that stand in a page."""
    _notices(visit, "html-has-lang", "document.documentElement.removeAttribute('lang')", script=False)
