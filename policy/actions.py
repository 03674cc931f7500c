"""What becomes of a message that holds something we cannot change or look into.

Each such thing has a key in the policy's ``[actions]``, and the strongest action asked for counts:

- "pass": nothing but a note in log, store and metrics.
- "tag" and "hold": a word in the X-Oddlink line, for the next hop to act on. We own no queue (law 6), so it
  is the next hop that holds.
- "refuse": 550 after the dot; 451 where only our own failures ask for it.

Does not carry anything out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from inspectors.model import Flag, Leaf, Link
from policy.history import matches
from policy.rules import Rules

STRENGTH = ("pass", "tag", "hold", "refuse")
"""From weak to strong."""
SCREEN_FAILURE = "screen_failure"
UNKNOWN_HISTORY = "unknown_history"
OURS = frozenset((SCREEN_FAILURE, UNKNOWN_HISTORY))
"""Keys for what is our own failure and may be better in a while: refusing for it alone is transient."""

LEFT = {
    "signed": "the link stands in something signed, which is not changed",
    "attached": "the link stands in an attached message or text file, which is not changed",
    "inside": "the link stands in a file inside another one",
    "ambiguous": "only another reading of the message shows this link; it is never rewritten by guess",
    "listed": "links in this place or of this kind are listed and not rewritten",
    "qr": "the link is a picture, which is never repainted",
    "signed_pdf": "the link stands in a signed PDF, which is not changed",
    "other": "the link could not be rewritten",
}
"""Why an odd link stays as it came, by its key in ``[actions]``."""
OBSERVED = "observed"
STAYS = {**LEFT, OBSERVED: "policy only observes here; nothing is changed"}
"""The same by ``Decision.left``: observing is no key of ``[actions]``, nothing is done about it."""

_SEALED = {"signed": "signed", "attached": "attached", "inside": "inside"}
_FLAGGED = {"pdf-signed": "signed_pdf", "signed": "signed", "office-signed": "signed", "pgp-signed": "signed"}
"""Flags of a leaf that explain why nothing in it could be changed."""
_UNREAD = frozenset(("encrypted", "limit", "header_limit", "broken", "format", SCREEN_FAILURE))
_AMBIGUOUS = "ambiguous-"


def signed_leaves(flags: Iterable[Flag]) -> frozenset[str]:
    """Paths of what carries a signature over all that stands in it."""
    return frozenset(one.leaf for one in flags if one.flag == "signed")


def obstacle(link: Link, leaf: Leaf | None, rules: Rules, signed: Collection[str] = ()) -> str:
    """The key of ``[actions]`` for what keeps this link from being rewritten; empty where nothing does.

    Of several, the one with the strongest action. ``leaf`` is the one the link stands in, None where it
    stands in no leaf of the message itself; ``signed`` are paths as ``signed_leaves`` gives them.
    """
    found = []
    if link.ambiguous:
        found.append("ambiguous")
    if "/" in link.leaf:
        found.append("inside")
    if link.leaf.partition("/")[0] in signed:
        found.append("signed")
    if leaf is not None and leaf.sealed:
        found.append(_SEALED.get(leaf.sealed, "other"))
    if link.place.endswith(":qr"):
        found.append("qr")
    elif not _rewritable(link.place, rules.places.rewritable) or not _web(link.url, rules.links.schemes):
        found.append("listed")
    return max(found, key=lambda key: STRENGTH.index(_action(key, rules)), default="")


@lru_cache(maxsize=1024)
def _rewritable(place: str, patterns: tuple[str, ...]) -> bool:
    """A message can have thousands of links in a handful of places."""
    return matches(place, patterns)


@lru_cache(maxsize=1024)
def fetched(place: str, patterns: tuple[str, ...]) -> bool:
    """Whether programs fetch what stands there by themselves; a page can have hundreds of such places."""
    return matches(place, patterns)


def _web(url: str, schemes: tuple[str, ...]) -> bool:
    """Whether it could be sent through the click page."""
    return url.partition(":")[0].lower() in schemes


def refused(leaf: str, flags: Sequence[Flag]) -> str:
    """The key for an odd link in the leaf with this path that turned out not to be changeable."""
    return next((_FLAGGED[one.flag] for one in flags if one.leaf == leaf and one.flag in _FLAGGED), "other")


def unread(kind: str) -> str:
    """The key for something skipped, by ``Skipped.kind``."""
    return kind if kind in _UNREAD else "format"


def ambiguity(flags: Iterable[Flag]) -> bool:
    """Whether another reader may see another structure than we do."""
    return any(one.flag.startswith(_AMBIGUOUS) for one in flags)


def would(result: str, keys: Collection[str]) -> str:
    """What an observed message would have become, in words: its result and action, and the keys for that."""
    done = f"{result} and tagged" if action_of(result, keys) == "tag" else result
    return f"{done}, because of {', '.join(keys)}" if keys else done


def action_of(result: str, keys: Collection[str]) -> str:
    """The action behind a result and the keys that asked for it."""
    return {"held": "hold", "refused": "refuse"}.get(result) or ("tag" if keys else "pass")


def _action(key: str, rules: Rules) -> str:
    action: str = getattr(rules.actions, key)
    hold = key == "signed_pdf" and rules.pdf.signed == "hold"
    return max(action, "hold", key=STRENGTH.index) if hold else action


def strongest(keys: Collection[str], rules: Rules) -> tuple[str, tuple[str, ...]]:
    """The strongest action among these keys of ``[actions]``, and the keys that ask for it, in order."""
    asked = {key: _action(key, rules) for key in sorted(set(keys))}
    action = max(asked.values(), key=STRENGTH.index, default="pass")
    return action, tuple(key for key, one in asked.items() if one == action and action != "pass")
