"""The aidant's answer to a request: which autorisation, and whether it may still be given.  One ordered table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aidants.domain.decisions import GRANTED, Decision, Denied
from aidants.domain.demarches import DEMARCHES, by_rep_scope
from oidc.protocol import errors


@dataclass(frozen=True, slots=True)
class ChoiceFacts:
    """``signed_in_since`` is the oldest sign-in that the request accepts; ``standing`` the register's decision."""

    now: datetime
    expires_at: datetime
    answered: bool
    client_suspended: bool
    signed_in_at: datetime | None
    signed_in_since: datetime | None
    among_choices: bool = True
    standing: Decision = GRANTED


def _unanswered(facts: ChoiceFacts) -> Decision:
    """A request is answered once: the second tab or click gets no second code (RFC 9126 §4, RFC 6749 §4.1.2)."""
    return Denied(errors.INTERACTION_ANSWERED) if facts.answered else GRANTED


def _in_time(facts: ChoiceFacts) -> Decision:
    """The aidant has 30 minutes (PROTOCOLS §1)."""
    return GRANTED if facts.now < facts.expires_at else Denied(errors.INTERACTION_EXPIRED)


def _client_active(facts: ChoiceFacts) -> Decision:
    """The client was not suspended meanwhile (RFC 6749 §4.1.2.1: not authorized)."""
    return Denied(errors.CLIENT_SUSPENDED) if facts.client_suspended else GRANTED


def _signed_in(facts: ChoiceFacts) -> Decision:
    """The second factor is as fresh as the request wants (OIDC Core §3.1.2.1: ``prompt``, ``max_age``)."""
    since = facts.signed_in_since
    fresh = facts.signed_in_at is not None and (since is None or facts.signed_in_at >= since.replace(microsecond=0))
    return GRANTED if fresh else Denied(errors.LOGIN_REQUIRED)


OPEN = (_unanswered, _in_time, _client_active, _signed_in)
"""May the page of choice be shown?"""


def _among_choices(facts: ChoiceFacts) -> Decision:
    """The autorisation is within what the client asks and may receive (RFC 9396 §2, OIDC Core §5.5.1)."""
    return GRANTED if facts.among_choices else Denied(errors.NOT_AMONG_CHOICES)


def _stands(facts: ChoiceFacts) -> Decision:
    """The register grants the use at this very moment (PROTOCOLS §1)."""
    return facts.standing


CHOOSE = (*OPEN, _among_choices, _stands)


def demarches_asked(rep_scope: Sequence[str], allowed: list[str], details: Sequence[str] = ()) -> set[str] | None:
    """Return our codes of the demarches that a client wants and may have; ``None`` for all.

    Values of ``rep_scope`` that nobody knows are ignored (PROTOCOLS §1); ``details`` are those of
    ``authorization_details`` (RFC 9396), and a request with both wants what both name.
    """
    if details:
        others = demarches_asked(rep_scope, allowed)
        return set(details) if others is None else set(details) & others
    wanted = {demarche.code for value in rep_scope if (demarche := by_rep_scope(value))} if rep_scope else None
    if wanted is None:
        return set(allowed) or None
    return wanted & set(allowed) if allowed else wanted


def unknown_values(rep_scope: Sequence[str]) -> list[str]:
    """Return the values of ``rep_scope`` that are neither labels nor codes of ours."""
    return [value for value in rep_scope if by_rep_scope(value) is None]


def rep_scope_of(demarche: str, rep_scope: Sequence[str]) -> list[str]:
    """Return FranceConnect's names of the demarche chosen, in the spelling asked, else by our label."""
    asked = [value for value in rep_scope if (known := by_rep_scope(value)) and known.code == demarche]
    return asked or [DEMARCHES[demarche].rep_scope]
