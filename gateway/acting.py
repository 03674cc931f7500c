"""What policy does about a message with something that stays as it came or was not looked into.

Does not weigh the actions (``policy.actions`` does) and does not send anything.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.outcome import Outcome
from gateway.wrap import ATTACHED, NO_KEY, OWN, SIGNED
from inspectors.model import Flag, Inspection, Message, Skipped
from inspectors.registry import LISTED
from policy import actions
from policy.gaps import lack_history
from policy.model import Envelope, Identity, Judgement
from policy.rules import Policy, Rules
from policy.scopes import scope

REFUSED = "the message was refused as a whole"
OWN_LINK = "own"
"""Kind of a link that leads to our own click page: nothing needs to be done about it."""

_KINDS = {
    ATTACHED: "attached",
    NO_KEY: actions.SCREEN_FAILURE,
    OWN: OWN_LINK,
    SIGNED: "signed_pdf",
}
_RESULTS = {"hold": "held", "refuse": "refused"}


def left(entry: Skipped, flags: tuple[Flag, ...]) -> Skipped:
    """A link that could not be rewritten, with its key in ``[actions]`` for a kind."""
    if entry.kind:
        return entry
    kind = _KINDS.get(entry.reason) or actions.refused(entry.leaf, flags)
    if kind == "other" and entry.reason.endswith(LISTED):
        kind = "listed"
    return replace(entry, kind=kind)


def acted(outcome: Outcome, rules: Rules) -> Outcome:
    """The outcome with the action policy asks for, and the result that follows from it."""
    keys = set() if is_bare_file(outcome.inspection) else _keys(outcome)
    action, because = actions.strongest(keys, rules)
    result = _RESULTS.get(action) or ("rewritten" if outcome.patches else "untouched")
    return replace(outcome, action=action, because=because, result=result)


def as_if(outcome: Outcome, rules: Rules) -> Outcome:
    """An observed outcome as if policy acted: what would be rewritten, and why the rest would stay."""
    judgement = outcome.judgement
    decisions = tuple(
        replace(
            one,
            verdict=getattr(rules.actions, one.otherwise) if one.otherwise else "rewrite",
            left=one.otherwise,
        )
        if one.left == actions.OBSERVED
        else one
        for one in judgement.decisions
    )
    acting = replace(judgement, decisions=decisions, scope=replace(judgement.scope, observe=False))
    return replace(outcome, judgement=acting)


def observed(outcome: Outcome, trial: Outcome) -> Outcome:
    """An outcome that is only observed: nothing is done, and what would have been (``trial``) is noted."""
    return replace(
        outcome,
        action="pass",
        because=(),
        result="rewritten" if outcome.patches else "untouched",
        observed=trial.result,
        observed_because=trial.because,
    )


def _keys(outcome: Outcome) -> set[str]:
    found = outcome.inspection
    keys = {one.kind for one in outcome.left if one.kind not in (OWN_LINK, actions.OBSERVED)}
    keys |= {actions.unread(one.kind) for one in found.skipped}
    judgement = outcome.judgement
    if judgement.identity.genuine and lack_history(judgement.unknown):
        keys.add(actions.UNKNOWN_HISTORY)
    return keys | {"ambiguity"} if actions.ambiguity(found.flags) else keys


def is_bare_file(inspection: Inspection) -> bool:
    """A PDF that came without a message around it: its one leaf has no path."""
    leaves = inspection.message.leaves
    return len(leaves) == 1 and leaves[0].path == ""


def withheld(outcome: Outcome) -> Outcome:
    """A refused message as it is recorded: nothing of it was changed, and no ticket was given out."""
    links = outcome.inspection.links
    given_up = tuple(Skipped(links[ticket.link].leaf, REFUSED, OWN_LINK) for ticket in outcome.tickets)
    return replace(
        outcome,
        prefix=b"",
        patches=(),
        tickets=(),
        manifest=None,
        not_rewritten=(*outcome.not_rewritten, *given_up),
    )


def our_fault(outcome: Outcome) -> bool:
    """Whether only our own failures ask for the action: then a refusal is transient."""
    return bool(outcome.because) and actions.OURS.issuperset(outcome.because)


def teaches(outcome: Outcome) -> bool:
    """Whether a delivered message may shape the history: not one that was kept from its reader.

    Nor one that would have been, where policy only observes: what is learned is the same in both cases.
    """
    return (outcome.observed or outcome.result) not in _RESULTS.values()


def unscreened(policy: Policy, envelope: Envelope, id: str, at: float, why: str) -> Outcome:
    """The outcome of a message that could not be screened; ``why`` in words, ``at`` is Unix time."""
    reason = Skipped("", f"screening failed: {why}"[:500], actions.SCREEN_FAILURE)
    nobody = Identity("", "", "", False, "none", "The message could not be screened.")
    under = scope(envelope, nobody, policy.rules)
    outcome = Outcome(
        id, at, "untouched", envelope, "", "", Inspection(Message(b"", (), ()), (), (reason,)),
        Judgement(nobody, (), policy.version, scope=under),
    )  # fmt: skip
    done = acted(outcome, policy.rules)
    return observed(outcome, done) if under.observe else done
