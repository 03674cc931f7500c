"""The words of the click page, one value per language, chosen by Accept-Language (RFC 9110 section 12.5.4).

Does not hold the evidence's words: those are recorded with the decision and shown as recorded.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

HEADER_LENGTH = 200
"""Characters of Accept-Language looked at."""


@dataclass(frozen=True, slots=True)
class Words:
    """All words of one language. ``{…}`` stands for values."""

    lang: str
    """BCP 47 tag."""
    months: str
    """Twelve names, a space between."""
    moment: str
    title: str
    heading: str
    lead: str
    leads_to: str
    whole_address: str
    nothing_opened: str
    note_user: str
    note_port: str
    note_letters: str
    note_number: str
    note_scheme: str
    about_message: str
    sender: str
    genuine: str
    not_genuine: str
    received: str
    stood: str
    in_text: str
    in_pdf: str
    in_attachment: str
    why: str
    no_reason: str
    what_now: str
    not_expected: str
    case: str
    expected: str
    go_on: str
    cannot_go_on: str
    refused: str
    released: str
    unknown_title: str
    unknown: str
    later_title: str
    later: str
    bad_title: str
    bad: str

    def time(self, at: float) -> str:
        """A moment in UTC, for reading; empty for what is no moment."""
        try:
            when = dt.datetime.fromtimestamp(at, dt.UTC)
        except (ValueError, OverflowError, OSError):
            return ""
        month = self.months.split()[when.month - 1]
        return self.moment.format(day=when.day, month=month, year=when.year, clock=f"{when:%H:%M}")

    def place(self, place: str) -> str:
        """Where a link stood (``Link.place``), for a clerk."""
        kind = place.partition(":")[0]
        return {"text": self.in_text, "html": self.in_text, "pdf": self.in_pdf}.get(kind, self.in_attachment)


ENGLISH = Words(
    lang="en",
    months="January February March April May June July August September October November December",
    moment="{day} {month} {year}, {clock} UTC",
    title="This link was stopped",
    heading="This link was stopped before it opened",
    lead="It was exchanged in the message because it does not fit what this sender usually sends.",
    leads_to="It leads to the website",
    whole_address="The whole address",
    nothing_opened="Nothing has been opened so far.",
    note_user="“{user}” stands in front of an @ and is not where this leads. "
    "Such a beginning is often meant to mislead.",
    note_port="The address names port {port}, which ordinary websites do not.",
    note_letters="The name is written in special letters, which can look like another name. "
    "Read by people: {letters}. Read by computers: {host}.",
    note_number="The address is a bare number. Ordinary websites have a name.",
    note_scheme="This is not the address of a website.",
    about_message="The message it came in",
    sender="Sender",
    genuine="Checked: the message did come from this sender’s systems. "
    "A stolen account would pass this check too.",
    not_genuine="Not proved: anybody could have put this address there.",
    received="Received",
    stood="The link stood",
    in_text="in the text of the message",
    in_pdf="in an attached PDF",
    in_attachment="in an attachment",
    why="Why it was stopped",
    no_reason="No reason was recorded.",
    what_now="What to do",
    not_expected="If you did not expect this link, close this page and tell your IT contact. "
    "Give them this case number:",
    case="Case number",
    expected="Go on only if you know this website and expected this very address. "
    "Nobody has looked at what is there.",
    go_on="Go on to {domain}",
    cannot_go_on="One cannot go on to this address from here.",
    refused="That took too long, or did not come from this page. Please read it again, then press once more.",
    released="The people in charge here looked at this link and released it.",
    unknown_title="This link is not known here",
    unknown="It may have been copied incompletely or changed on the way. Open it again from the message, "
    "or show the message to your IT contact.",
    later_title="This link cannot be looked up just now",
    later="Nothing has been opened. Please try again in a few minutes.",
    bad_title="This request cannot be answered",
    bad="Nothing has been opened. Open the link again from the message.",
)


def choose(accept_language: str, known: tuple[Words, ...]) -> Words:
    """The words a browser asks for; the first of ``known`` where it asks for none of them."""
    best, weight = known[0], 0.0
    for wish in accept_language[:HEADER_LENGTH].split(","):
        tag, _, rest = wish.partition(";")
        quality = _quality(rest)
        primary = tag.strip().lower().partition("-")[0]
        match = next((words for words in known if words.lang == primary), None)
        if match and quality > weight:
            best, weight = match, quality
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(1.0, max(0.0, float(value)))
    except ValueError:
        return 0.0
