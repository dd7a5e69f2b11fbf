"""What the usager is told, and in which words: one catalogue, three lengths.

An avis names the structure and the reference, never the usager: it may be read by whoever opens the letter or sees
the telephone.  Words are plain; a text message fits two segments of 153 characters with ordinary names.
"""

from dataclasses import dataclass

CATALOGUE: dict[str, "Modele"] = {}


@dataclass(frozen=True, slots=True)
class Modele:
    """One kind of avis: ``objet`` and ``texte`` for an e-mail or a letter, ``sms`` for a telephone.

    All three are formats over the facts given to :meth:`words`; ``reference`` and ``structure`` are always there.
    """

    code: str
    objet: str
    texte: str
    sms: str

    def words(self, **facts: str) -> tuple[str, str, str]:
        """Return (objet, texte, sms) filled in.  Raises ``KeyError`` for a fact that is missing."""
        return self.objet.format(**facts), self.texte.format(**facts), self.sms.format(**facts)


def declare(code: str, *, objet: str, texte: str, sms: str) -> Modele:
    """Add one kind to the catalogue.  Raises ``ValueError`` when it exists already."""
    if code in CATALOGUE:
        raise ValueError(f"avis declared twice: {code}")
    CATALOGUE[code] = Modele(code, objet, texte, sms)
    return CATALOGUE[code]


REUNION = declare(
    "reunion",
    objet="Votre mandat {reference} : deux dossiers réunis",
    texte=(
        "FranceConnect vous a donné un nouvel identifiant. Nous avons réuni les mandats que vous aviez donnés avant et "
        "après : vous les voyez tous sur votre page. Votre mandat {reference}, confié à {structure}, en fait partie. "
        "Un de ces mandats n’est pas le vôtre ? Téléphonez au {accueil} : vos dossiers peuvent être séparés."
    ),
    sms=(
        "Mandat {reference} ({structure}) : vos dossiers d’avant et d’après votre nouvel identifiant FranceConnect "
        "sont réunis. Ce n’est pas vous ? Appelez le {accueil}."
    ),
)

VOLET = declare(
    "volet",
    objet="Votre mandat {reference} : de nouveaux codes ont été faits",
    texte=(
        "De nouveaux codes ont été faits pour votre mandat {reference}, confié à {structure}. "
        "Les anciens codes ne marchent plus. Si vous n’étiez pas là, téléphonez au {accueil} : "
        "nous suspendons le mandat tout de suite."
    ),
    sms=(
        "Mandat {reference} ({structure}) : de nouveaux codes ont été faits, les anciens ne marchent plus. "
        "Ce n’était pas vous ? Appelez le {accueil}."
    ),
)
