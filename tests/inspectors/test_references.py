"""Character references: the same characters as the tree has, and the way back to the source."""

import turbohtml
from hypothesis import given
from hypothesis import strategies as st

from inspectors.model import Span
from inspectors.references import Resolved

SOURCE = st.text(st.sampled_from("ab;&#x=1 /"), max_size=6)
NAMES = st.sampled_from(
    ["&amp", "&amp;", "&copy", "&notit;", "&#104;", "&#x68", "&colon;", "&NotEqualTilde;", "&lt"]
)
TEXTS = st.lists(st.one_of(SOURCE, NAMES), max_size=8).map("".join)


@given(TEXTS)
def test_in_an_attribute_references_mean_what_the_tree_says(source):
    (element,) = turbohtml.parse(f'<p id="{source}">').select("p")
    assert Resolved(source, attribute=True).text == (element.attrs["id"] or "")


@given(TEXTS, st.data())
def test_a_span_of_plain_characters_leads_back_to_itself(source, data):
    resolved = Resolved(source)
    start = data.draw(st.integers(0, len(resolved.text)))
    end = data.draw(st.integers(start, len(resolved.text)))
    back = resolved.source(Span(start, end))
    assert 0 <= back.start <= back.end <= len(source)
    if "&" not in source:
        assert back == Span(start, end)
    assert resolved.text[start:end] in Resolved(source[back.start : back.end]).text or "&" in source


def test_a_reference_goes_whole():
    resolved = Resolved("a http&#58;//h.example/&eacute; b")
    start = resolved.text.index("http")
    assert resolved.source(Span(start, resolved.text.index(" b"))) == Span(
        2, len("a http&#58;//h.example/&eacute;")
    )
