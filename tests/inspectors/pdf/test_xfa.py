from __future__ import annotations

import time

import pytest

from inspectors.pdf.xfa import urls


@pytest.mark.parametrize(
    "xml",
    [
        '<submit target="https://a.example/p?q&amp;r"/>',
        "<text>See https://a.example/p?q&amp;r.</text>",
        "<exData href='&#104;ttps://a.example/p?q&#x26;r'/>",
        '<xfa:script contentType="x/javascript">u="https://a.exa" + "mple/p?q&amp;r";</xfa:script>',
        "<a><![CDATA[https://a.example/p?q&r]]></a>".replace("]]>", " ]]>"),
    ],
)
def test_urls_are_read_where_they_may_stand(xml: str) -> None:
    assert "https://a.example/p?q&r" in list(urls(xml))


def test_names_of_namespaces_are_no_links() -> None:
    xml = (
        '<?xml version="1.0"?><!DOCTYPE x "http://dtd.example/">'
        '<x xmlns="http://ns.example/1" xmlns:b=\'http://ns.example/2\'><p uri="http://ns.adobe.com/x/"/></x>'
    )
    assert list(urls(xml)) == []


@pytest.mark.parametrize(
    "piece", ["<!", "<script", "<script>", 'xmlns="', "xmlns='\"", "&#104;", "http://", "<?"]
)
def test_hostile_forms_take_time_in_proportion_to_their_length(piece: str) -> None:
    start = time.process_time()
    list(urls(piece * (1_000_000 // len(piece))))
    assert time.process_time() - start < 3
