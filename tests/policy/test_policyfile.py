from dataclasses import replace
from pathlib import Path

import pytest

from policy.policyfile import DEFAULT, PolicyError, load


def _error(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load(path)
    return [f"{problem.line}: {problem.words}" for problem in caught.value.problems]


def test_the_shipped_policy_loads_and_has_a_stable_version() -> None:
    policy = load()
    assert policy.version == load().version
    name, _, digits = policy.version.rpartition("-")
    assert name == "default" and len(digits) == 8 and int(digits, 16) >= 0


def test_every_entry_of_the_shipped_policy_has_a_why_above_it() -> None:
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    explained = False
    for line in lines:
        if line.startswith("#"):
            explained = True
        elif line.partition("=")[0].strip().isidentifier() and line[:1].isalpha():
            assert explained or line.startswith("name"), line
            explained = False


def test_a_file_says_only_what_differs_and_origins_tell_where_values_come_from(tmp_path: Path) -> None:
    path = tmp_path / "strict.toml"
    path.write_text(
        'threshold = 2.5\n\n[points]\nshortener = 2\n\n[[block]]\ndomain = "evil.test"\nwhy = "attack"\n'
    )
    policy, shipped = load(path), load()
    assert policy.rules.threshold == 2.5 and policy.rules.points["shortener"] == 2.0
    assert policy.rules.points["surprise"] == shipped.rules.points["surprise"]
    assert policy.version.startswith("strict-") and policy.version != shipped.version
    assert policy.origins["points.shortener"] == f"{path}:4"
    assert policy.origins["block.0.domain"] == f"{path}:7"
    assert policy.origins["points.surprise"].startswith("default.toml:")


def test_only_effective_content_makes_the_version(tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "p.toml", tmp_path / "b" / "p.toml"
    for path, text in ((one, "threshold = 2\n"), (two, "# a comment\n\nthreshold    = 2.0\n")):
        path.parent.mkdir()
        path.write_text(text)
    assert load(one).version == load(two).version


def test_every_unknown_key_is_reported_with_line_and_suggestion(tmp_path: Path) -> None:
    found = _error(
        tmp_path, "treshold = 3\n\n[points]\nshortner = 1\n\n[[allow]]\ndomian = 'a.test'\nwhy = 'x'\n"
    )
    assert found == [
        "1: unknown key 'treshold'; did you mean 'threshold'?",
        "4: unknown key 'shortner' in [points]; did you mean 'shortener'?",
        "7: unknown key 'domian' in [allow]; did you mean 'domain'?",
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('threshold = "3"\n', 1, "threshold"),
        ("\nthreshold = -1\n", 2, "threshold"),
        ("threshold = nan\n", 1, "threshold"),
        ("threshold = 2024-01-01\n", 1, "threshold"),
        ("[points]\n# x\nsurprise = true\n", 3, "points.surprise"),
        ("points = 5\n", 1, "points"),
        ("[places]\nrewritable = [\n  'text',\n  5,\n]\n", 2, "places.rewritable.1"),
        ("[links]\nordinary_ports = [80, 99999]\n", 2, "links.ordinary_ports.1"),
        ("[[allow]]\ndomain = 'a.test'\n", 2, "allow.0.why"),
        ("[[block]]\ndomain = '*.a.test'\nwhy = 'x'\n", 2, "no domain"),
        ("[caps]\nnovelty = { least = 2.0, most = 1.0 }\n", 2, "swap them"),
        ("[popularity]\ntop_rank = 100000\n", 2, "smaller"),
        ('[actions]\nsigned = "hodl"\n', 2, "'hold' or 'refuse', not 'hodl'; did you mean 'hold'?"),
        ('[actions]\nsigned = "REFUSE"\n', 2, "did you mean 'refuse'?"),
        ("[actions]\nsigned = 1\n", 2, "actions.signed"),
        ('[actions]\nsinged = "hold"\n', 2, "did you mean 'signed'?"),
        ("threshold = 3\nthreshold = 4\n", 2, "not TOML"),
        ("threshold = [\n", 2, "not TOML"),
    ],
)
def test_wrong_values_name_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = _error(tmp_path, text)
    assert len(found) == 1 and found[0].startswith(f"{line}: ") and words in found[0], found


def test_several_wrong_values_are_reported_together(tmp_path: Path) -> None:
    found = _error(tmp_path, "threshold = 'x'\n[points]\nsurprise = 'y'\n")
    assert [line.split(":")[0] for line in found] == ["1", "3"]


def test_a_file_that_is_not_there_or_no_text_is_a_policy_error(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="cannot be read"):
        load(tmp_path / "none.toml")
    (tmp_path / "b.toml").write_bytes(b"threshold = 3\n# \xff\n")
    with pytest.raises(PolicyError, match=r"b\.toml:2: is not UTF-8"):
        load(tmp_path / "b.toml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[links]\nschemes = ["HTTP", "HTTPS"]\n', "never matches"),
        ('[places]\nrewritable = ["html:A.HREF"]\n', "lower case"),
        ('[places]\nrewritable = ["htlm:*"]\n', "no format"),
        ('[[allow]]\ndomain = "co.uk"\nwhy = "x"\n', "belongs to nobody"),
        ('[[allow]]\ndomain = "github.io"\nwhy = "x"\n', "belongs to nobody"),
        ('[[block]]\ndomain = "com"\nwhy = "x"\n', "belongs to nobody"),
    ],
)
def test_values_that_would_switch_something_off_in_silence_are_refused(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "p.toml"
    path.write_text(text)
    with pytest.raises(PolicyError, match=words) as caught:
        load(path)
    assert caught.value.problems[0].line in (1, 2)


def test_scopes_are_read_and_what_they_leave_out_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        "[observe]\nenabled = true\n"
        '[[scope]]\nname = "Köln 2"\nwhy = "x"\nrecipients = ["a@b.example", "bücher.example", "gov.uk"]\n'
        '[[scope]]\nname = "b"\nwhy = "x"\nsenders = ["c.example"]\nobserve = false\nthreshold = 2\n'
    )
    policy, shipped = load(path), load().rules
    assert (shipped.observe.enabled, shipped.scope) == (False, ())
    assert policy.rules.observe == replace(shipped.observe, enabled=True)
    one, two = policy.rules.scope
    assert (one.recipients, one.senders, one.observe, one.threshold) == (
        ("a@b.example", "bücher.example", "gov.uk"), (), None, None
    )  # fmt: skip
    assert (two.senders, two.observe, two.threshold) == (("c.example",), False, 2.0)
    assert policy.origins["scope.1.name"] == f"{path}:8"


SCOPE = '[[scope]]\nname = "a"\nwhy = "x"\nrecipients = ["b.example"]\n'


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[observe]\ndays = 0\n", 2, "observe.days"),
        ("[observe]\nbudget = 0\n", 2, "observe.budget"),
        ("[observe]\nenabeld = true\n", 2, "did you mean 'enabled'?"),
        (SCOPE + SCOPE, 6, "'a' is the name of two scopes"),
        (SCOPE + "observed = true\n", 5, "did you mean 'observe'?"),
        (SCOPE + "threshold = 0\n", 5, "scope.0.threshold"),
        (SCOPE + 'observe = "yes"\n', 5, "scope.0.observe"),
        ('[[scope]]\nname = "a"\nrecipients = ["b.example"]\n', 2, "scope.0.why"),
        ('[[scope]]\nname = "a"\nwhy = "x"\n', 2, "names neither recipients nor senders"),
        ('[[scope]]\nname = "-"\nwhy = "x"\nsenders = ["b.example"]\n', 2, "no name for a scope"),
        (SCOPE + 'senders = ["*.example.test"]\n', 5, "'*.example.test' is neither"),
        (SCOPE + 'senders = ["localhost"]\n', 5, "'localhost' is neither"),
        (SCOPE + 'senders = ["c.example", "a@"]\n', 5, "'a@' is neither"),
    ],
)
def test_wrong_scopes_name_line_and_key(tmp_path: Path, text: str, line: int, words: str) -> None:
    found = _error(tmp_path, text)
    assert len(found) == 1 and found[0].startswith(f"{line}: ") and words in found[0], found


def test_block_lists_and_feeds_are_read(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text(
        '[[dnsbl]]\nzone = "dbl.lists.example"\nlists = ["domain", "ip"]\n'
        'codes = [{ code = "127.0.1.0/24", words = "bad", strength = 0.5 }, { bits = 8, words = "worse" }]\n'
        '[[feed]]\nname = "block"\nurl = "https://x.example/list?a=b"\nformat = "urlhaus"\n'
        '[[feed]]\nname = "own"\nurl = "file:///srv/list"\nformat = "hosts"\n'
    )
    rules = load(path).rules
    zone = rules.dnsbl[0]
    assert (zone.lists, [code.strength for code in zone.codes]) == (("domain", "ip"), [0.5, 1.0])
    assert [feed.format for feed in rules.feed] == ["urlhaus", "hosts"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[dnsbl]]\nzone = "https://x.example/"\n', "2: 'https://x.example/' is no zone"),
        (
            '[[dnsbl]]\nzone = "x.example"\ncodes = [{ code = "4", words = "x" }]\n',
            "3: '4' is no return code",
        ),
        ('[[dnsbl]]\nzone = "x.example"\ncodes = [{ cod = "4", words = "x" }]\n', "unknown key 'cod'"),
        ('[[dnsbl]]\nzone = "x.example"\nlists = ["url"]\n', "'domain' or 'ip'"),
        (
            '[[feed]]\nname = "a"\nurl = "http://x.example/l"\nformat = "urls"\n',
            "3: 'http://x.example/l' cannot",
        ),
        ('[[feed]]\nname = "a"\nurl = "http://127.0.0.1@x.example/"\nformat = "urls"\n', "cannot be fetched"),
        ('[[feed]]\nname = "../a"\nurl = "https://x.example/l"\nformat = "urls"\n', "2: '../a' is no name"),
        ('[[feed]]\nname = "a"\nurl = "https://x.example/l"\nformat = "url"\n', "did you mean 'urls'?"),
    ],
)
def test_block_lists_and_feeds_that_cannot_be_asked_are_reported(
    tmp_path: Path, text: str, words: str
) -> None:
    assert any(words in line for line in _error(tmp_path, text)), _error(tmp_path, text)


def test_two_feeds_of_one_name_are_reported(tmp_path: Path) -> None:
    feed = '[[feed]]\nname = "a"\nurl = "https://x.example/l"\nformat = "urls"\n'
    assert "6: 'a' is the name of two feeds" in _error(tmp_path, feed + feed)[0]
