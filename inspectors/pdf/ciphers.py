"""RC4, and AES in CBC mode, for encrypting the few short strings of an appended revision.

Written out because the standard library has neither. The key of a file that opens without a password is
public (anyone who has the file can compute it), so nothing here has to withstand an observer of timings.

Does not decrypt.
"""

from __future__ import annotations


def rc4(key: bytes, data: bytes) -> bytes:
    """RC4 (ISO 32000-2 section 7.6.3 refers to it as it was published); ``key`` of 5 to 16 bytes."""
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) & 255
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) & 255
        j = (j + state[i]) & 255
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) & 255])
    return bytes(out)


def aes_cbc(key: bytes, vector: bytes, data: bytes) -> bytes:
    """AES (FIPS 197) in CBC mode with PKCS #7 padding; ``key`` of 16 or 32 bytes, ``vector`` of 16.

    Returns the blocks without the vector.
    """
    rounds = _key_schedule(key)
    fill = 16 - len(data) % 16
    data += bytes([fill]) * fill
    previous = vector
    out = bytearray()
    for at in range(0, len(data), 16):
        block = bytes(a ^ b for a, b in zip(data[at : at + 16], previous, strict=True))
        previous = _encrypt_block(rounds, block)
        out += previous
    return bytes(out)


def _double(value: int) -> int:
    """Multiplication by x in GF(2^8) modulo x^8+x^4+x^3+x+1."""
    return (value << 1) ^ (0x11B if value & 0x80 else 0)


def _s_box() -> bytes:
    """FIPS 197 section 5.1.1: inverse in GF(2^8), then an affine map; by walking the powers of 3 and 1/3."""
    box = bytearray(256)
    power = inverse = 1
    while True:
        power ^= _double(power)
        inverse ^= inverse << 1
        inverse ^= inverse << 2
        inverse ^= inverse << 4
        inverse &= 0xFF
        if inverse & 0x80:
            inverse ^= 0x09
        turned = inverse * 0x101  # both halves, so that shifts to the right are rotations
        box[power] = (inverse ^ turned >> 7 ^ turned >> 6 ^ turned >> 5 ^ turned >> 4) & 0xFF ^ 0x63
        if power == 1:
            break
    box[0] = 0x63
    return bytes(box)


_SBOX = _s_box()
_TWICE = bytes(_double(value) & 0xFF for value in range(256))


def _key_schedule(key: bytes) -> list[bytes]:
    """One 16-byte key per round (FIPS 197 section 5.2)."""
    size = len(key) // 4
    words = [key[i : i + 4] for i in range(0, len(key), 4)]
    constant = 1
    for index in range(size, 4 * (size + 7)):
        word = words[-1]
        if index % size == 0:
            word = (word[1:] + word[:1]).translate(_SBOX)
            word = bytes([word[0] ^ constant]) + word[1:]
            constant = _double(constant)
        elif size > 6 and index % size == 4:
            word = word.translate(_SBOX)
        words.append(bytes(a ^ b for a, b in zip(word, words[-size], strict=True)))
    return [b"".join(words[i : i + 4]) for i in range(0, len(words), 4)]


_SHIFTED = bytes((column * 4 + row + row * 4) % 16 for column in range(4) for row in range(4))
"""Where each byte of a block comes from in ShiftRows (FIPS 197 section 5.1.2)."""


def _encrypt_block(rounds: list[bytes], block: bytes) -> bytes:
    state = bytes(a ^ b for a, b in zip(block, rounds[0], strict=True))
    for key in rounds[1:-1]:
        state = state.translate(_SBOX)
        state = _mixed(bytes(state[i] for i in _SHIFTED), key)
    state = state.translate(_SBOX)
    return bytes(state[i] ^ k for i, k in zip(_SHIFTED, rounds[-1], strict=True))


def _mixed(state: bytes, key: bytes) -> bytes:
    """MixColumns and AddRoundKey (FIPS 197 sections 5.1.3 and 5.1.4)."""
    out = bytearray(16)
    for at in range(0, 16, 4):
        a, b, c, d = state[at : at + 4]
        every = a ^ b ^ c ^ d
        out[at] = a ^ every ^ _TWICE[a ^ b] ^ key[at]
        out[at + 1] = b ^ every ^ _TWICE[b ^ c] ^ key[at + 1]
        out[at + 2] = c ^ every ^ _TWICE[c ^ d] ^ key[at + 2]
        out[at + 3] = d ^ every ^ _TWICE[d ^ a] ^ key[at + 3]
    return bytes(out)
