"""Comments and quoted strings as RFC 5322 section 3.2 has them, by offset; no recursion, linear.

Does not unescape anything.
"""

from __future__ import annotations


def after_comment(text: str, at: int) -> int:
    """Behind the comment that opens at ``at``, nested ones included; -1 where it never closes."""
    depth = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "(":
            depth += 1
        elif text[at] == ")":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return -1


def after_quote(text: str, at: int) -> int:
    """Behind the quoted string that opens at ``at``; -1 where it never closes."""
    at += 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"':
            return at + 1
        at += 1
    return -1
