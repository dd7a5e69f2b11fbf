"""May this autorisation be used now?  May this brouillon be signed now?

Each check takes ten lines at most and stands in a tuple whose order is the
order of the answers.  Facts and ``now`` are arguments.
"""

from dataclasses import dataclass
from datetime import datetime

from aidants.domain.decisions import GRANTED, Decision, Denied, decide
from aidants.domain.errors import AIDANT_NOT_HABILITE, NOT_AN_AIDANT, STRUCTURE_NOT_HABILITEE
from mandats.domain import errors, perimetre_errors
from mandats.domain.durees import BoundsProblem


@dataclass(frozen=True, slots=True)
class UseFacts:
    """What must be known of one autorisation, and of who wants to use it.

    ``actor_is_aidant`` and ``aidant_habilite`` are true when nobody in
    particular acts (an administration verifies).  ``crosses_to_franceconnect``
    says that the use goes through FranceConnect.  ``sheet_due_at``: until when « exemplaire signé conservé » stands.
    ``single_use_spent``: the mandat was for one single use, and another use than the one decided on was made.
    None has a default: whoever decides says each of them.
    """

    now: datetime
    expires_at: datetime
    mandat_ended_at: datetime | None
    autorisation_ended_at: datetime | None
    suspended_at: datetime | None
    demarche_offered: bool
    structure_habilitee: bool
    actor_is_aidant: bool
    aidant_habilite: bool
    crosses_to_franceconnect: bool
    identity: str
    has_email: bool
    sheet_due_at: datetime | None
    single_use_spent: bool

    @property
    def is_suspended(self) -> bool:
        """Somebody stopped it, or the signed sheet did not come in its days: nobody has to write that (DOMAIN §3.5)."""
        return self.suspended_at is not None or (self.sheet_due_at is not None and self.now >= self.sheet_due_at)


def _actor_is_aidant(facts: UseFacts) -> Decision:
    """Only an aidant of the structure uses its mandats (DOMAIN §3.4)."""
    return GRANTED if facts.actor_is_aidant else Denied(NOT_AN_AIDANT)


def _structure_habilitee(facts: UseFacts) -> Decision:
    """Loss of habilitation ends the structure's mandats (DOMAIN §3.4)."""
    return GRANTED if facts.structure_habilitee else Denied(STRUCTURE_NOT_HABILITEE)


def _aidant_habilite(facts: UseFacts) -> Decision:
    """The aidant's own right stands (DOMAIN §5)."""
    return GRANTED if facts.aidant_habilite else Denied(AIDANT_NOT_HABILITE)


def _not_ended(facts: UseFacts) -> Decision:
    """A mandat revoked, replaced or otherwise ended gives nothing more (C. civ. 2003)."""
    ended = facts.mandat_ended_at or facts.autorisation_ended_at
    return Denied(errors.AUTORISATION_ENDED) if ended else GRANTED


def _not_expired(facts: UseFacts) -> Decision:
    """``expires_at`` is exclusive: at that very second the mandat has ended (DOMAIN §3.3)."""
    return GRANTED if facts.now < facts.expires_at else Denied(errors.MANDAT_EXPIRED)


def _not_suspended(facts: UseFacts) -> Decision:
    """A suspension stops every use until the usager resumes it (DOMAIN §3.4)."""
    return Denied(errors.MANDAT_SUSPENDED) if facts.is_suspended else GRANTED


def _demarche_offered(facts: UseFacts) -> Decision:
    """A structure that narrows its themes stops uses of older mandats too (DOMAIN §3.2)."""
    return GRANTED if facts.demarche_offered else Denied(errors.DEMARCHE_NARROWED)


def _identity_crosses(facts: UseFacts) -> Decision:
    """Only an identity from FranceConnect goes back to FranceConnect (DOMAIN §3.5)."""
    if facts.crosses_to_franceconnect and facts.identity != "franceconnect":
        return Denied(errors.IDENTITY_DOES_NOT_CROSS)
    return GRANTED


def _has_email(facts: UseFacts) -> Decision:
    """FranceConnect requires the usager's own address (PROTOCOLS §1)."""
    if facts.crosses_to_franceconnect and not facts.has_email:
        return Denied(errors.EMAIL_MISSING)
    return GRANTED


def _single_use_left(facts: UseFacts) -> Decision:
    """A mandat for one single use serves once (DOMAIN §3.2)."""
    return Denied(errors.SINGLE_USE_DONE) if facts.single_use_spent else GRANTED


_MAY_USE = (
    _actor_is_aidant,
    _structure_habilitee,
    _aidant_habilite,
    _not_ended,
    _not_expired,
    _not_suspended,
    _demarche_offered,
    _identity_crosses,
    _has_email,
    _single_use_left,
)


def may_use(facts: UseFacts) -> Decision:
    """Return whether the autorisation may be used at ``facts.now``."""
    return decide(_MAY_USE, facts)


@dataclass(frozen=True, slots=True)
class SignFacts:
    """What must be known of a brouillon at the moment of acceptation.

    ``duree_problem`` is that of the duration if the structure accepted now; ``text_current``: the frozen text still
    says what is true today; ``renewal``: the brouillon renews a mandat.
    """

    already_signed: bool
    has_demarche: bool
    identified: bool
    is_adult: bool
    consented: bool
    demarches_offered: bool
    duree_problem: BoundsProblem | None
    host: bool
    text_current: bool
    renewal: bool
    sheet_stands: bool
    same_person_answered: bool


def _still_there(facts: SignFacts) -> Decision:
    """A brouillon is signed once."""
    return Denied(errors.BROUILLON_GONE) if facts.already_signed else GRANTED


def _has_demarche(facts: SignFacts) -> Decision:
    """A mandat names what may be done (C. civ. 1987-1989)."""
    return GRANTED if facts.has_demarche else Denied(errors.NO_DEMARCHE)


def _identified(facts: SignFacts) -> Decision:
    """Somebody gives the mandat (DOMAIN §3.5)."""
    return GRANTED if facts.identified else Denied(errors.NO_IDENTITY)


def _is_adult(facts: SignFacts) -> Decision:
    """Adults only, computed to the day (DOMAIN §3.1)."""
    return GRANTED if facts.is_adult else Denied(errors.MINOR)


def _demarches_offered(facts: SignFacts) -> Decision:
    """The structure still offers every theme chosen (DOMAIN §3.2)."""
    return GRANTED if facts.demarches_offered else Denied(errors.DEMARCHE_NARROWED)


def _duree_possible(facts: SignFacts) -> Decision:
    """The last day can still be had today (DOMAIN §3.3)."""
    return duree_verdict(facts.duree_problem, facts.host)


def _renewed_by_usager(facts: SignFacts) -> Decision:
    """Renewal needs the usager's act again: an aidant alone renews nothing (DOMAIN §3.4)."""
    return Denied(perimetre_errors.RENEWAL_NEEDS_USAGER) if facts.renewal and not facts.consented else GRANTED


def _consented(facts: SignFacts) -> Decision:
    """Formed by consentement, then acceptation (C. civ. 1984)."""
    return GRANTED if facts.consented else Denied(errors.NOT_CONSENTED)


def _text_current(facts: SignFacts) -> Decision:
    """What the usager read is still true: a structure renamed since is another text (PROTOCOLS §4)."""
    return GRANTED if facts.text_current else Denied(errors.TEXT_CHANGED)


def _sheet_stands(facts: SignFacts) -> Decision:
    """« Exemplaire signé conservé » stands for 7 days; then the sheet itself is needed (DOMAIN §3.5)."""
    return GRANTED if facts.sheet_stands else Denied(errors.SCAN_OVERDUE)


def _same_person_answered(facts: SignFacts) -> Decision:
    """Whoever looks like somebody known by a document was asked whether they are (DOMAIN §3.5)."""
    return GRANTED if facts.same_person_answered else Denied(errors.SAME_PERSON_UNANSWERED)


_MAY_SIGN = (
    _still_there,
    _has_demarche,
    _renewed_by_usager,
    _identified,
    _is_adult,
    _demarches_offered,
    _duree_possible,
    _consented,
    _text_current,
    _sheet_stands,
    _same_person_answered,
)


def duree_verdict(problem: BoundsProblem | None, host: bool) -> Decision:
    """Return the refusal of a duration, in words for the person; ``host`` has 31 days at most."""
    if problem is None:
        return GRANTED
    reasons = {
        "past": perimetre_errors.DUREE_PAST,
        "too_close": perimetre_errors.DUREE_TOO_CLOSE,
        "too_far": perimetre_errors.DUREE_TOO_FAR,
    }
    return Denied(perimetre_errors.DUREE_HOST if host and problem == "too_far" else reasons[problem])


def may_sign(facts: SignFacts) -> Decision:
    """Return whether the structure may accept this brouillon."""
    return decide(_MAY_SIGN, facts)
