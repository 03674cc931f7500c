"""gateway/keys.py and gateway/cli/keys.py: keys on disk, and what is refused there."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gateway import keys
from gateway.cli.keys import app
from gateway.keys import KeysError
from gateway.tokens import mint, read

NOW = 1_768_210_200.25


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_key_is_private_whole_and_signs(directory):
    old_mask = os.umask(0)
    try:
        made = keys.new(directory, NOW)
    finally:
        os.umask(old_mask)
    assert (mode(directory), mode(directory / f"{made.id}.key")) == (0o700, 0o600)
    assert [path.name for path in directory.iterdir()] == [f"{made.id}.key"]
    assert keys.load(directory).keys == (made,)
    assert keys.load(directory).signing == made and len(made.secret) == 32


def test_rotating_signs_with_the_new_key_and_still_reads_old_links(directory):
    first = keys.new(directory, NOW)
    host, ticket = mint("https://c.example", "p.example", "t" * 16, keys.load(directory))[0].split("/")[3:]
    made, retired = keys.rotate(directory, NOW - 5)  # even with a clock set back
    ring = keys.load(directory)
    assert ring.signing == made and [key.id for key in retired] == [first.id]
    assert read(host, ticket, ring) == "t" * 16
    assert mode(directory / f"{first.id}.key") == 0o600


def test_the_last_signing_key_cannot_be_retired(directory):
    only = keys.new(directory, NOW)
    with pytest.raises(KeysError, match="rotate"):
        keys.retire(directory, only.id)
    newer = keys.new(directory, NOW + 1)
    assert keys.retire(directory, newer.id).retired
    assert keys.retire(directory, newer.id).retired  # again is fine
    assert keys.load(directory).signing == only


def test_an_unknown_id_is_answered_with_the_known_ones(directory):
    made = keys.new(directory, NOW)
    with pytest.raises(KeysError, match=made.id):
        keys.retire(directory, "zz")


def test_ensure_makes_a_first_key_once(directory):
    assert keys.ensure(directory, NOW) == keys.ensure(directory, NOW + 1)


def test_no_directory_and_an_empty_one_say_how_to_make_a_key(directory):
    for make in (lambda: None, lambda: directory.mkdir(parents=True, mode=0o700)):
        make()
        with pytest.raises(KeysError, match="oddlink keys new"):
            keys.load(directory)


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o660])
def test_a_key_that_others_can_read_is_refused(directory, bits):
    path = directory / f"{keys.new(directory, NOW).id}.key"
    path.chmod(bits)
    with pytest.raises(KeysError) as caught:
        keys.load(directory)
    assert caught.value.file == path and "chmod 0600" in caught.value.right


def test_a_directory_that_others_can_enter_is_refused(directory):
    keys.new(directory, NOW)
    directory.chmod(0o755)
    for use in (keys.load, lambda at: keys.new(at, NOW), lambda at: keys.ensure(at, NOW)):
        with pytest.raises(KeysError, match="chmod 0700"):
            use(directory)


GOOD = 'id = "k7"\ncreated = 2026-01-12T09:30:00Z\nretired = false\nsecret = "' + "5e" * 32 + '"\n'


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "names"),
        ("not toml", "TOML"),
        ("[" * 3000, "TOML"),
        (GOOD + "extra = 1\n", "names"),
        (GOOD.replace('"k7"', '"k8"'), "file's name"),
        (GOOD.replace('"k7"', "7"), "id"),
        (GOOD.replace("2026-01-12T09:30:00Z", "2026-01-12T09:30:00"), "zone"),
        (GOOD.replace("2026-01-12T09:30:00Z", "1768210200"), "date"),
        (GOOD.replace("false", '"no"'), "true or false"),
        (GOOD.replace("5e" * 32, "5e" * 31), "hex"),
        (GOOD.replace("5e" * 32, "5e" * 32 + "5"), "hex"),
        (GOOD.replace("5e" * 32, "5E" * 32), "hex"),
        (GOOD.replace("5e" * 32, "zz" * 32), "hex"),
        (GOOD + "#" * 5000, "longer"),
    ],
)
def test_a_malformed_key_says_which_file_and_what_is_wrong_but_no_secret(directory, text, wrong):
    keys.new(directory, NOW)
    path = directory / "k7.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeysError, match=wrong) as caught:
        keys.load(directory)
    assert caught.value.file == path and caught.value.right
    assert "5e5e" not in str(caught.value).lower() and "zzzz" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def test_bytes_that_are_no_text_a_folder_and_a_pipe_are_refused_at_once(directory):
    keys.new(directory, NOW)
    path = directory / "k7.key"
    path.write_bytes(b"\xff\xfe")
    path.chmod(0o600)
    with pytest.raises(KeysError, match="TOML"):
        keys.load(directory)
    path.unlink()
    path.mkdir(mode=0o700)
    with pytest.raises(KeysError):
        keys.load(directory)
    path.rmdir()
    os.mkfifo(path, 0o600)
    with pytest.raises(KeysError, match="regular"):
        keys.load(directory)


def test_the_good_file_of_these_tests_is_good(directory):
    directory.mkdir(parents=True, mode=0o700)
    path = directory / "k7.key"
    path.write_text(GOOD)
    path.chmod(0o600)
    assert keys.load(directory).signing.secret == b"\x5e" * 32


def test_other_files_are_left_alone(directory):
    keys.new(directory, NOW)
    (directory / "README").write_text("hello")
    assert len(keys.load(directory).keys) == 1


def test_readers_never_see_half_a_key_while_keys_rotate(directory):
    keys.new(directory, NOW)
    stop, problems = threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            try:
                keys.load(directory)
            except KeysError as problem:
                problems.append(problem)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for n in range(20):
            keys.rotate(directory, NOW + n)
    finally:
        stop.set()
        reader.join()
    assert not problems


def test_the_commands_print_states_and_never_a_secret(directory):
    run = CliRunner().invoke
    where = ["--dir", str(directory), "--json"]
    first = json.loads(run(app, ["new", *where]).output)
    assert first["state"] == "signing" and set(first) == {"id", "created", "state"}
    rotated = [json.loads(line) for line in run(app, ["rotate", *where]).output.splitlines()]
    assert [row["state"] for row in rotated] == ["retired", "signing"] and rotated[0]["id"] == first["id"]
    listed = run(app, ["list", "--dir", str(directory)])
    assert listed.exit_code == 0 and first["id"] in listed.output and "retired" in listed.output
    for key in keys.load(directory).keys:
        assert key.secret.hex() not in listed.output + json.dumps(rotated)


def test_the_commands_say_what_is_wrong_and_exit_78(directory):
    result = CliRunner().invoke(app, ["list", "--dir", str(directory)])
    assert result.exit_code == 78 and "oddlink keys new" in result.output and "Traceback" not in result.output
    only = keys.new(directory, NOW)
    result = CliRunner().invoke(app, ["retire", only.id, "--dir", str(directory)])
    assert result.exit_code == 78 and "rotate" in result.output
    keys.new(directory, NOW + 1)
    result = CliRunner().invoke(app, ["retire", only.id, "--dir", str(directory), "--json"])
    assert result.exit_code == 0 and json.loads(result.output)["state"] == "retired"
