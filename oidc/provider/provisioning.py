"""``/api/v1/partenaire``: a trusted system keeps structures and aidants up to date, under its own names for them.

Each call is journaled by its operation and its answer; nothing here names, counts or reaches an usager.
"""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aidants.domain.acteur import Acteur, Kind
from aidants.domain.decisions import Denied
from aidants.domain.errors import PARTENAIRE_TOO_MANY_ENDS, ErrorCode
from aidants.domain.fiches import FicheAidant, FicheStructure, aidant_of, structure_of
from aidants.journal.export import safe
from aidants.journal.limits import one_at_a_time
from aidants.journal.models import Entree
from aidants.journal.record import record
from aidants.structures import upkeep
from aidants.structures.models import ReferencePartenaire
from mandats.domain.errors import STRUCTURE_ALREADY_ENDED
from mandats.domain.events import STRUCTURE_END
from mandats.domain.motifs import MotifDeFin
from mandats.registre.services.closure import end_structure
from oidc.protocol.client import Profile
from oidc.protocol.events import PARTENAIRE_CALL
from oidc.provider import provisioning_wire as wire
from oidc.provider.verifications import PROBLEM, Caller, ClientCredentials, ClientCredentialsScheme, ForClients, problem

PAGE = 200
ENDS_A_DAY, _A_DAY = 20, timedelta(days=1)


class PartnerCredentials(ClientCredentials):
    """The same credentials, of a client that the administrateur registered as « partenaire »."""

    profile = Profile.PARTENAIRE


class PartnerCredentialsScheme(ClientCredentialsScheme):
    """How the published description names them."""

    target_class = PartnerCredentials


class Refused(APIException):
    """A refusal of our own catalogue, by its status and its words."""

    def __init__(self, reason: ErrorCode) -> None:
        super().__init__(reason.message, reason.code)
        self.status_code = reason.http
        if reason.http == 429:
            self.wait = 3600


def _responses(told: Any, *more: int) -> dict[Any, Any]:
    words = {
        400: "Corps illisible.",
        401: "Identifiant ou secret absent ou faux, ou client qui n’est pas un partenaire.",
        404: "Rien de ce nom chez cet appelant.",
        406: "Représentation demandée indisponible.",
        409: "Contredit ce qui est connu : le code dit quoi.",
        413: "Corps de plus d’un mébioctet.",
        415: "Le corps n’est pas du JSON.",
        422: "Champs absents, inconnus ou mal formés, dits un par un.",
        429: "Trop en un jour ; Retry-After dit combien de secondes attendre.",
    }
    return {200: told} | {(code, PROBLEM): problem(words[code]) for code in (401, 404, 406, *more)}


_WRITING = (400, 409, 413, 415, 422, 429)
_STRUCTURE = OpenApiParameter("structure", OpenApiTypes.STR, OpenApiParameter.PATH, pattern=f"^{wire.NAME.pattern}$")
_AIDANT = OpenApiParameter("aidant", OpenApiTypes.STR, OpenApiParameter.PATH, pattern=f"^{wire.NAME.pattern}$")
_AFTER = OpenApiParameter("apres", OpenApiTypes.STR, required=False, description="Le « suite » de la page d’avant.")


class ForPartners(ForClients):
    """An endpoint of the partenaires: their own credentials, one line of the journal a call."""

    authentication_classes = (PartnerCredentials,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a name that no partenaire may give: an address, a space, anything of a person."""
        super().initial(request, *args, **kwargs)
        if not all(wire.NAME.fullmatch(str(name)) for name in kwargs.values()):
            raise NotFound

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Journal the call, whatever was answered; who is not known is counted by the authentication already."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        caller: object = request.user
        if isinstance(caller, Caller):
            facts = {"operation": f"{request.method} {type(self).__name__}", "status": answer.status_code}
            with transaction.atomic():
                record(PARTENAIRE_CALL, acteur=acteur_of(request), at=timezone.now(), facts=facts)
        return answer


def acteur_of(request: Request) -> Acteur:
    """Return the partenaire as the journal knows it."""
    return Acteur(Kind.CLIENT, cast("Caller", request.user).client.id, None, Profile.PARTENAIRE.value)


def _structure(request: Request, name: str) -> ReferencePartenaire:
    found = upkeep.structure_of_source(acteur_of(request).known_id, name)
    if found is None:
        raise NotFound
    return found


def _aidant(request: Request, structure: str, name: str) -> ReferencePartenaire:
    place = _structure(request, structure)
    found = upkeep.aidant_of_source(place.source, place.structure_id, name)
    if found is None:
        raise NotFound
    return found


def _object(request: Request) -> dict[str, Any]:
    if not isinstance(request.data, dict):
        raise ValidationError({"body": ["Un objet JSON."]})
    return request.data


def _motif(request: Request, schema: dict[str, Any]) -> str:
    given = _object(request)
    if set(given) != {"motif"} or given["motif"] not in schema["properties"]["motif"]["enum"]:
        raise ValidationError({"motif": ["Un motif de la liste, et rien d’autre."]})
    return str(given["motif"])


def _kept(outcome: upkeep.Kept | Denied) -> upkeep.Kept:
    if isinstance(outcome, Denied):
        raise Refused(outcome.reason)
    return outcome


class Structures(ForPartners):
    """The structures that the caller keeps."""

    @extend_schema(
        operation_id="list_structures",
        summary="Lister ses structures",
        parameters=[_AFTER],
        responses=_responses(wire.StructuresTold),
    )
    def get(self, request: Request) -> Response:
        """Liste les structures que l’appelant tient à jour, par identifiant, 200 par page."""
        after = str(request.query_params.get("apres", ""))[:64].replace("\x00", "")
        found = upkeep.structures_of_source(acteur_of(request).known_id, after, PAGE + 1)
        told = [wire.structure_told(one) for one in found[:PAGE]]
        return Response({"structures": told, "suite": found[PAGE - 1].external_id if len(found) > PAGE else None})


class Structure(ForPartners):
    """One structure, by the caller's own name for it."""

    @extend_schema(
        operation_id="read_structure",
        parameters=[_STRUCTURE],
        summary="Lire une structure",
        responses=_responses(wire.StructureTold),
    )
    def get(self, request: Request, structure: str) -> Response:
        """Lit une structure que l’appelant tient à jour."""
        return Response(wire.structure_told(_structure(request, structure)))

    @extend_schema(
        operation_id="keep_structure",
        parameters=[_STRUCTURE],
        summary="Créer une structure, ou la mettre à jour",
        request={"application/json": wire.STRUCTURE_SCHEMA},
        responses={**_responses(wire.StructureTold, *_WRITING), 201: wire.StructureTold},
    )
    def put(self, request: Request, structure: str) -> Response:
        """Crée ou met à jour. Répéter l’appel ne change rien. Le SIRET ne change jamais. N’habilite personne."""
        fiche = structure_of(_object(request))
        if not isinstance(fiche, FicheStructure):
            raise ValidationError({name: [words] for name, words in fiche.items()})
        acteur = acteur_of(request)
        kept = _kept(upkeep.keep_structure(acteur.known_id, structure, fiche, acteur, timezone.now()))
        return Response(wire.structure_told(kept.reference, kept.changed), status=201 if kept.created else 200)


class StructureEnd(ForPartners):
    """The end of a structure's right."""

    @extend_schema(
        operation_id="end_structure",
        parameters=[_STRUCTURE],
        summary="Désactiver une structure : tous ses mandats prennent fin",
        request={"application/json": wire.END_OF_STRUCTURE},
        responses=_responses(wire.StructureTold, *_WRITING),
    )
    def post(self, request: Request, structure: str) -> Response:
        """Met fin à l’habilitation et à tous les mandats ; chaque usager en est prévenu. Vingt par jour au plus."""
        known, now = _structure(request, structure), timezone.now()
        motif = MotifDeFin(_motif(request, wire.END_OF_STRUCTURE))
        acteur = acteur_of(request)
        with transaction.atomic():
            one_at_a_time(f"structure-ends {acteur.id}")  # calls at once are counted one by one
            if _ended_since(acteur, now - _A_DAY) >= ENDS_A_DAY:
                raise Refused(PARTENAIRE_TOO_MANY_ENDS)
            outcome = end_structure(known.structure_id, acteur, motif, now)
        if isinstance(outcome, Denied) and outcome.reason != STRUCTURE_ALREADY_ENDED:
            raise Refused(outcome.reason)
        return Response(wire.structure_told(known, () if isinstance(outcome, Denied) else ("habilitation",)))


def _ended_since(acteur: Acteur, since: datetime) -> int:
    return Entree.objects.filter(event=STRUCTURE_END.code, acteur_id=acteur.id, at__gt=since).count()


class Aidants(ForPartners):
    """The aidants that the caller keeps in one of its structures."""

    @extend_schema(
        operation_id="list_aidants",
        parameters=[_STRUCTURE],
        summary="Lister ses aidants",
        responses=_responses(wire.AidantsTold),
    )
    def get(self, request: Request, structure: str) -> Response:
        """Liste les aidants que l’appelant tient à jour dans une structure : des états, pas de nom."""
        place = _structure(request, structure)
        found = upkeep.aidants_of_source(place.source, place.structure_id)
        return Response({"aidants": [wire.aidant_told(one) for one in found]})


class Aidant(ForPartners):
    """One aidant, by the caller's own name for them."""

    @extend_schema(
        operation_id="read_aidant",
        parameters=[_STRUCTURE, _AIDANT],
        summary="Lire l’état d’un aidant",
        responses=_responses(wire.AidantTold),
    )
    def get(self, request: Request, structure: str, aidant: str) -> Response:
        """Lit l’état d’un aidant : invité, actif, compte fermé, parti."""
        return Response(wire.aidant_told(_aidant(request, structure, aidant)))

    @extend_schema(
        operation_id="keep_aidant",
        parameters=[_STRUCTURE, _AIDANT],
        summary="Inviter un aidant, ou mettre ses rôles à jour",
        request={"application/json": wire.AIDANT_SCHEMA},
        responses={**_responses(wire.AidantTold, *_WRITING), 201: wire.AidantTold},
    )
    def put(self, request: Request, structure: str, aidant: str) -> Response:
        """Invite par courriel, ou met à jour les rôles. Répéter l’appel n’envoie rien. N’habilite personne."""
        place, fiche = _structure(request, structure), aidant_of(_object(request))
        if not isinstance(fiche, FicheAidant):
            raise ValidationError({name: [words] for name, words in fiche.items()})
        outcome = upkeep.keep_aidant(place.source, place.structure, aidant, fiche, acteur_of(request), timezone.now())
        kept = _kept(outcome)
        return Response(wire.aidant_told(kept.reference, kept.changed), status=201 if kept.created else 200)


class AidantEnd(ForPartners):
    """The end of an aidant's place."""

    @extend_schema(
        operation_id="end_aidant",
        parameters=[_STRUCTURE, _AIDANT],
        summary="Mettre fin à la place d’un aidant",
        request={"application/json": wire.END_OF_PLACE},
        responses=_responses(wire.AidantTold, *_WRITING),
    )
    def post(self, request: Request, structure: str, aidant: str) -> Response:
        """Met fin à la place, ou à l’invitation sans réponse ; le compte reste. Répéter l’appel ne change rien."""
        known = _aidant(request, structure, aidant)
        _motif(request, wire.END_OF_PLACE)
        before = wire.aidant_told(known)["etat"]
        outcome = upkeep.end_aidant(known, acteur_of(request), timezone.now())
        if isinstance(outcome, Denied):
            raise Refused(outcome.reason)
        return Response(wire.aidant_told(_aidant(request, structure, aidant), ("place",) if before != "parti" else ()))


class StructuresFile(ForPartners):
    """The caller's structures as a file."""

    @extend_schema(
        operation_id="export_structures",
        summary="Ses structures, en CSV",
        responses={(200, "text/csv"): OpenApiTypes.STR, (401, PROBLEM): problem("Identifiant ou secret faux.")},
    )
    def get(self, request: Request) -> HttpResponse:
        """Toutes les structures que l’appelant tient à jour ; aucune cellule n’est une formule."""
        found = upkeep.structures_of_source(acteur_of(request).known_id, "", 100_000)
        return _csv("structures", ("id", "siret", "nom", "habilitee"), (wire.structure_told(one) for one in found))


class AidantsFile(ForPartners):
    """The caller's aidants as a file."""

    @extend_schema(
        operation_id="export_aidants",
        parameters=[_STRUCTURE],
        summary="Ses aidants d’une structure, en CSV",
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (401, PROBLEM): problem("Identifiant ou secret faux."),
            (404, PROBLEM): problem("Rien de ce nom chez cet appelant."),
        },
    )
    def get(self, request: Request, structure: str) -> HttpResponse:
        """Les aidants que l’appelant tient à jour dans une structure : des états, pas de nom."""
        place = _structure(request, structure)
        found = upkeep.aidants_of_source(place.source, place.structure_id)
        columns = ("id", "etat", "roles", "conseiller", "habilite")
        return _csv("aidants", columns, (wire.aidant_told(one) for one in found))


def _csv(name: str, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(answer)
    writer.writerow(columns)
    writer.writerows([safe(_cell(row[column])) for column in columns] for row in rows)
    return answer


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    return "|".join(value) if isinstance(value, list) else str(value)
