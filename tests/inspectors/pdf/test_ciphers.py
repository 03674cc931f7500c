from __future__ import annotations

import pytest

from inspectors.pdf.ciphers import aes_cbc, rc4


@pytest.mark.parametrize(
    ("key", "plain", "cipher"),
    [
        (b"Key", b"Plaintext", "bbf316e8d940af0ad3"),
        (b"Wiki", b"pedia", "1021bf0420"),
        (b"Secret", b"Attack at dawn", "45a01f645fc35b383552544b9bf5"),
    ],
)
def test_rc4_gives_the_published_vectors(key: bytes, plain: bytes, cipher: str) -> None:
    assert rc4(key, plain).hex() == cipher


@pytest.mark.parametrize(
    ("key", "cipher"),
    [
        ("000102030405060708090a0b0c0d0e0f", "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
            "8ea2b7ca516745bfeafc49904b496089",
        ),
    ],
)
def test_aes_gives_the_vectors_of_fips_197(key: str, cipher: str) -> None:
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    assert aes_cbc(bytes.fromhex(key), bytes(16), plain)[:16].hex() == cipher


def test_blocks_are_chained_and_the_last_one_is_padding() -> None:
    key, vector = bytes(range(16)), b"\x01" * 16
    first, second = b"a" * 16, b"b" * 16
    both = aes_cbc(key, vector, first + second)
    assert len(both) == 48
    assert both[:16] == aes_cbc(key, vector, first)[:16]
    assert both[16:32] == aes_cbc(key, both[:16], second)[:16]
    assert both[32:] == aes_cbc(key, both[16:32], b"")
