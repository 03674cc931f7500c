"""gateway/clicks/nonce.py: good for one ticket, for a quarter of an hour."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.clicks.nonce import LIFE, good, issue
from gateway.tokens import Key, Keyring

OLD = Key("k1", b"1" * 32, 1.0, retired=True)
NEW = Key("k2", b"2" * 32, 2.0, retired=False)
RING = Keyring((OLD, NEW))
NOW = 1_768_210_200.5


@given(st.floats(0, 4e9), st.floats(-10, LIFE + 10))
def test_a_nonce_is_good_from_its_issue_until_it_expires(now, later):
    nonce = issue("t" * 16, now, RING)
    expiry = int(now) + LIFE
    assert good(nonce, "t" * 16, now + later, RING) == (0 <= expiry - (now + later) <= LIFE)
    assert good(nonce, "t" * 16, now, RING)


def test_it_is_good_for_no_other_ticket():
    assert not good(issue("t" * 16, NOW, RING), "u" * 16, NOW, RING)


@given(st.integers(0, 60), st.characters())
def test_a_changed_nonce_is_not_good(at, char):
    nonce = issue("t" * 16, NOW, RING)
    at %= len(nonce)
    changed = nonce[:at] + char + nonce[at + 1 :]
    assert changed == nonce or not good(changed, "t" * 16, NOW, RING)


@given(st.text(max_size=80))
def test_anything_else_is_not_good(text):
    assert not good(text, "t" * 16, NOW, RING)


def test_it_outlives_a_rotation_but_not_the_keys_deletion():
    nonce = issue("t" * 16, NOW, Keyring((Key("k1", b"1" * 32, 1.0, retired=False),)))
    assert good(nonce, "t" * 16, NOW, RING)
    assert not good(nonce, "t" * 16, NOW, Keyring((NEW,)))


def test_with_only_retired_keys_there_still_is_one_and_with_none_there_is_none():
    assert good(issue("t" * 16, NOW, Keyring((OLD,))), "t" * 16, NOW, Keyring((OLD,)))
    assert issue("t" * 16, NOW, Keyring(())) == ""
    assert not good("", "t" * 16, NOW, Keyring(()))
