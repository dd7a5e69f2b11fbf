"""What a trusted system says of an aidant's names, from one call to the next.

The names are kept by the account; here stands what the system last said, as keyed digests.  What it changes since is
a correction; what it repeats is not, so that what a referent corrected meanwhile stays.
"""

from django.conf import settings

from aidants.domain.fiches import FicheAidant
from aidants.domain.vault import keyed_digest
from aidants.structures.identite import CORRECTED
from aidants.structures.models import ReferencePartenaire


def _digests(fiche: FicheAidant, before: list[str]) -> list[str]:
    """Return the digest of each name that the system says; one that it leaves out is as it was."""
    said = [str(getattr(fiche, name)) for name in CORRECTED]
    new = (keyed_digest(settings.DIGEST_KEY, f"tenu-{name}", text) for name, text in zip(CORRECTED, said, strict=True))
    return [digest if text else old for digest, text, old in zip(new, said, before, strict=True)]


def _before(known: ReferencePartenaire | None) -> list[str]:
    kept = known.identity_told.split(",") if known and known.identity_told else []
    return kept or [""] * len(CORRECTED)


def told_by(fiche: FicheAidant, known: ReferencePartenaire | None) -> str:
    """Return what is to be kept of what the system says now."""
    return ",".join(_digests(fiche, _before(known)))


def corrected_by(fiche: FicheAidant, known: ReferencePartenaire | None) -> dict[str, str]:
    """Return the names that the system changed since it last said them; at its first word, the account's stand."""
    before = _before(known)
    pairs = zip(CORRECTED, before, _digests(fiche, before), strict=True)
    return {name: str(getattr(fiche, name)) for name, old, new in pairs if old and new != old}
