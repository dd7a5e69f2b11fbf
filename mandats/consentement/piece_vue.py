"""Identity by a document seen at the desk: what the aidant types and declares; never its number, never a copy."""

from datetime import datetime
from uuid import UUID

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision
from mandats.domain import errors, events
from mandats.domain.durees import local_date
from mandats.domain.identite import Identite, PreuveIdentite
from mandats.domain.pieces import DECLARATION, GENDERS, LEVEL, Piece, is_birthdate, looks_like_a_name, typed_name
from mandats.registre.coffre import sha256_hex
from mandats.registre.selectors import brouillon_of
from mandats.registre.services.brouillons import identify, refuse


def identify_by_document(brouillon_id: UUID, piece: str, identite: Identite, acteur: Acteur, now: datetime) -> Decision:
    """Keep an identity as typed from a document that the aidant saw; the level is weak, whatever the document."""
    brouillon = brouillon_of(acteur.structure_id, brouillon_id) if acteur.structure_id else None
    if brouillon is None:
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.BROUILLON_GONE, acteur, now, brouillon_id)
    if piece not in set(Piece) or not _is_well_typed(identite, now, brouillon.structure.time_zone):
        return refuse(events.BROUILLON_IDENTIFY_REFUSED, errors.IDENTITY_MISTYPED, acteur, now, brouillon_id)
    declared = f"{DECLARATION} {piece} {brouillon.reference} {acteur.known_id} {int(now.timestamp())}"
    preuve = PreuveIdentite(
        kind="piece_vue",
        level=LEVEL,
        sub_digest="",
        piece=piece,
        declaration_digest=sha256_hex(declared.encode()),
    )
    return identify(brouillon_id, identite, preuve, acteur, now)


def typed_identity(**typed: str) -> Identite:
    """Return the identity that was typed, its names on one line."""
    return Identite(
        sub_digest="",
        given_name=typed_name(typed["given_name"]),
        family_name=typed_name(typed["family_name"]),
        preferred_username=typed_name(typed["preferred_username"]),
        birthdate=typed["birthdate"],
        gender=typed["gender"],
        birthplace="",
        birthcountry="",
        birthplace_label=typed_name(typed["birthplace_label"]),
    )


def _is_well_typed(identite: Identite, now: datetime, time_zone: str) -> bool:
    names = (identite.family_name, identite.given_name)
    return (
        not identite.sub_digest
        and all(looks_like_a_name(name) for name in names)
        and (not identite.preferred_username or looks_like_a_name(identite.preferred_username))
        and identite.gender in GENDERS
        and bool(identite.birthplace_label)
        and is_birthdate(identite.birthdate, local_date(now, time_zone))
    )
