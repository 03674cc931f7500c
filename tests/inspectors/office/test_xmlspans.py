"""Tags of wished names, where a parser sees them and nowhere else."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspectors.office import xmlspans

SCANNER = xmlspans.Scanner(("a", "b"))


def names(text):
    return [tag.name for tag in SCANNER.tags(text, set())]


def test_tags_are_found_with_and_without_prefix():
    assert names('<a/><x:b y="1"></x:b><ab/><ba/><a.b/>') == ["a", "b", "/b"]


@pytest.mark.parametrize("hidden", ["<!-- <a/> -->", "<![CDATA[<a/>]]>", "<x y='1'/>"])
def test_what_a_parser_takes_for_no_tag_is_passed_over(hidden):
    assert names(hidden + "<b/>") == ["b"]


def test_quoted_values_may_hold_what_looks_like_an_end():
    (tag,) = SCANNER.tags('<a x=">" y=\'"/>\'/>rest', set())
    assert [each.value for each in tag.attributes()] == [">", '"/>']
    assert tag.empty


def test_namespace_declarations_are_no_attributes():
    (tag,) = SCANNER.tags('<a xmlns="u" xmlns:r="v" r:id="1" id="2"/>', set())
    assert [(each.prefix, each.name, each.value) for each in tag.attributes()] == [
        ("r", "id", "1"),
        ("", "id", "2"),
    ]


@pytest.mark.parametrize("text", ["<a ", "<!-- ", "<![CDATA[", '<a x="'])
def test_a_document_that_ends_in_the_middle_of_markup_is_said_to_be_broken(text):
    odd = set()
    assert list(SCANNER.tags(text, odd)) == []
    assert odd == {"broken"}


def test_a_document_type_declaration_is_said():
    odd = set()
    assert [tag.name for tag in SCANNER.tags("<!DOCTYPE x><a/>", odd)] == ["a"]
    assert odd == {"doctype"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_values_are_read_as_a_parser_reads_them(value):
    source = f'<a x="{xmlspans.escaped(value)}"/>'
    (tag,) = SCANNER.tags(source, set())
    (attribute,) = tag.attributes()
    assert attribute.value == value == ET.fromstring(source).get("x")
    assert source[attribute.start : attribute.end] == xmlspans.escaped(value)


def test_character_references_are_resolved_and_unknown_names_left():
    assert xmlspans.decoded("&#104;&#x74;tp&colon;&amp;amp;&#0;") == "http&colon;&amp;\ufffd"


@given(st.text("ab&<\"'\U0001f600", max_size=20))
def test_each_character_knows_where_it_comes_from(value):
    source = xmlspans.escaped(value)
    found = list(xmlspans.pieces(source, 7))
    assert "".join(character for character, _, _ in found) == value
    assert [start for _, start, _ in found][1:] == [end for _, _, end in found][:-1]


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-le", "iso-8859-1"])
def test_characters_encode_back_to_the_same_bytes(codec):
    data = f"<?xml version='1.0' encoding='{codec}'?><a x='\u00e9'/>".encode(codec)
    text, used = xmlspans.characters(data)
    assert "\u00e9" in text
    assert xmlspans.encoded(text, used) == data


@given(st.binary(max_size=80))
def test_any_bytes_give_some_characters(data):
    xmlspans.characters(data)
    list(SCANNER.tags(xmlspans.characters(data)[0], set()))


def test_codecs_that_take_their_time_are_not_used():
    data = b"<?xml version='1.0' encoding='punycode'?><a/>" + b"-x" * 100_000
    assert xmlspans.characters(data)[1] == "latin-1"
