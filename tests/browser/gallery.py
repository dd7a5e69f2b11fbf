"""The pictures of `deploy/roles.md`, chosen from those that the journeys leave, and made small.

`MANDATS_PICTURES=FOLDER` with the journeys named below, then `python -m tests.browser.gallery FOLDER`.
"""

import sys
from pathlib import Path

from PIL import Image

from tests.database import ROOT

PICTURES = ROOT / "deploy" / "roles"
WIDTHS = (1280, 360)
# How much of a page is kept, in CSS pixels of its height, and how small it is made.
_HEIGHT = {1280: 1000, 360: 1100}
_SCALE = {1280: 0.5, 360: 0.5}
_QUALITY = 55

# Role: the story whose pictures are taken, then the pages shown, by their titles.
CHOSEN: dict[str, tuple[str, tuple[str, ...]]] = {
    "usager": ("usager_enters_by_franceconnect-window2", ("voir-ou-arreter-mon-mandat", "mes-mandats")),
    "aidant": (
        "on_screen_with_a_drawn_signature-window1",
        ("demarches-et-duree", "lecture-et-accord", "volet-de-la-personne"),
    ),
    "referent": (
        "referent-window1",
        (
            "equipe",
            "inviter-quelqu-un",
            "accueillir-dans-l-equipe",
            "nom-et-roles-dans-l-equipe",
            "rouvrir-un-compte",
            "aider-a-revenir",
            "journal-de-la-structure",
        ),
    ),
    "instructeur": (
        "instructeur-window1",
        ("accueil", "structures", "dossiers-d-habilitation", "rechercher-dans-le-journal"),
    ),
    "administrateur": (
        "administrateur-window1",
        ("fonctions-nationales", "corriger-un-nom", "fusionner", "sites", "cartes"),
    ),
    "accueil": ("accueil-window1", ("lettres-a-imprimer", "accueil-telephonique")),
    "prefecture": ("prefecture-window1", ("avis-de-la-prefecture", "avis-sur-une-candidature")),
    "operateur": ("operateur-window1", ("conventions-et-versements", "convention", "budget")),
    "organisme": ("organisme-window1", ("sessions-de-formation", "presences-embrun", "resultats-de-la-certification")),
    "soi-meme": ("a_card_paired_and_a_password_forgotten-window1", ("mon-compte", "mot-de-passe-oublie")),
    "public": ("a_stranger_reads_searches_and_writes-window1", ("accueil", "statistiques", "donnees-ouvertes")),
}


def names() -> list[str]:
    """Return the names of the pictures, in the order of the page."""
    return [f"{role}-{page}-{width}.webp" for role, (_, pages) in CHOSEN.items() for page in pages for width in WIDTHS]


def make(folder: Path) -> list[str]:
    """Write every picture that ``folder`` has; return the names of those that it lacks."""
    PICTURES.mkdir(exist_ok=True)
    missing = []
    for role, (story, pages) in CHOSEN.items():
        for page in pages:
            for width in WIDTHS:
                found = sorted(folder.glob(f"{story}-*/[0-9][0-9]-{page}-{width}.png"))
                name = f"{role}-{page}-{width}.webp"
                if found:
                    _shrink(found[0], PICTURES / name, width)
                else:
                    missing.append(name)
    return missing


def _shrink(source: Path, target: Path, width: int) -> None:
    with Image.open(source) as picture:
        kept = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, _HEIGHT[width])))
        size = (round(kept.width * _SCALE[width]), round(kept.height * _SCALE[width]))
        kept.resize(size, Image.Resampling.LANCZOS).save(target, "WEBP", quality=_QUALITY, method=6)


if __name__ == "__main__":
    lacking = make(Path(sys.argv[1]))
    sys.exit("\n".join(lacking) or 0)
