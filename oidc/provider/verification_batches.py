"""``POST /api/v1/verifications/lots``, up to 500 questions at once, and ``/suites``, what was then decided.

Each question of a batch is asked as if it came alone: its own limits, its own entry of the journal, its own receipt.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from aidants.domain.decisions import Denied
from aidants.journal.limits import Throttled
from mandats.domain.errors import RECEIPT_UNKNOWN, TOO_MANY_LOOKUPS
from mandats.domain.suites import MOTIFS_DE_REFUS, Suite
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question, Verdict
from mandats.verification.suites import tell_suite
from oidc.provider.verification_wire import REQUEST_SCHEMA, Text, VerdictTold, question_of, told
from oidc.provider.verifications import IDEMPOTENCY, PROBLEM, Caller, ForClients, asker_of, problem

MOST = 500
_BATCH_SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["questions"],
    "properties": {"questions": {"type": "array", "minItems": 1, "maxItems": MOST, "items": REQUEST_SCHEMA}},
}
_RECEIPT: dict[str, Any] = {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,8000}$"}
_SUITE_SCHEMA: dict[str, Any] = {
    "oneOf": [
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["receipt", "suite"],
            "properties": {"receipt": _RECEIPT, "suite": {"type": "string", "enum": [Suite.ACCEPTEE.value]}},
        },
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["receipt", "suite", "motif"],
            "properties": {
                "receipt": _RECEIPT,
                "suite": {"type": "string", "enum": [Suite.REFUSEE.value]},
                "motif": {"type": "string", "enum": list(MOTIFS_DE_REFUS)},
            },
        },
    ]
}


class ThrottledTold(serializers.Serializer[Any]):
    """One question of a batch that was not asked: the limit of its reference is reached."""

    code = serializers.CharField()
    detail = serializers.CharField()
    retry_after = serializers.IntegerField(help_text="Secondes à attendre avant de reposer cette question.")


class LineTold(serializers.Serializer[Any]):
    """One answer, in the place of its question: ``verdict``, or ``refused`` when it was not looked up."""

    verdict = VerdictTold(allow_null=True)
    refused = ThrottledTold(allow_null=True)


class BatchTold(serializers.Serializer[Any]):
    """As many answers as questions, in their order."""

    answers = LineTold(many=True)


def _responses(answer: Any, *codes: int) -> dict[Any, Any]:
    words = {
        400: "Corps illisible.",
        401: "Preuve du client (secret ou assertion) absente ou fausse.",
        404: "Ce reçu n’est pas de ce client, ou il a plus d’un jour.",
        406: "Représentation demandée indisponible.",
        409: "Clé d’idempotence déjà employée pour d’autres demandes.",
        413: "Corps de plus d’un mébioctet.",
        415: "Le corps n’est pas du JSON.",
        422: "Champs absents, inconnus ou mal formés.",
        429: "Trop de demandes ; Retry-After dit combien de secondes attendre.",
    }
    return ({200: answer} if answer else {}) | {(code, PROBLEM): problem(words[code]) for code in codes}


class Lots(ForClients):
    """Do these mandats cover these demarches, now?"""

    @extend_schema(
        operation_id="verify_batch",
        summary="Vérifier jusqu’à 500 mandats",
        request={"application/json": _BATCH_SCHEMA},
        responses=_responses(BatchTold, 400, 401, 406, 409, 413, 415, 422, 429),
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Vérifie chaque ligne comme si elle venait seule ; une ligne refusée n’arrête pas les autres."""
        questions = _questions(request.data)
        asker, now = asker_of(request), timezone.now()
        answers = [_line(question, _numbered(asker, rank), now) for rank, question in enumerate(questions)]
        return Response({"answers": answers}, headers={"Cache-Control": "no-store"})


def _questions(data: Any) -> list[Question]:
    """Read every question before any is asked: a batch that is malformed anywhere asks nothing."""
    if not isinstance(data, dict) or data.keys() != {"questions"} or not isinstance(data["questions"], list):
        raise ValidationError({"questions": ["Une liste de 1 à 500 demandes, et rien d’autre."]})
    given = data["questions"]
    if not 1 <= len(given) <= MOST:
        raise ValidationError({"questions": ["Une liste de 1 à 500 demandes, et rien d’autre."]})
    read, wrong = [], {}
    for rank, one in enumerate(given):
        try:
            read.append(question_of(one))
        except ValidationError as error:
            wrong[f"questions[{rank}]"] = [f"{name} : {text}" for name, text in _words(error.detail)]
    if wrong:
        raise ValidationError(wrong)
    return read


def _words(detail: Any) -> list[tuple[str, str]]:
    members = detail if isinstance(detail, dict) else {"body": detail}
    return [(str(name), str(text)) for name, texts in members.items() for text in texts]


def _numbered(asker: Asker, rank: int) -> Asker:
    """Give each line of a named batch a name of its own: sent again, it has the same answers."""
    key = f"{asker.idempotency_key}#{rank}" if asker.idempotency_key else ""
    return replace(asker, idempotency_key=key)


def _line(question: Question, asker: Asker, now: datetime) -> dict[str, Any]:
    outcome = verify(question, asker, now)
    if isinstance(outcome, Verdict):
        return {"verdict": told(outcome), "refused": None}
    reason = TOO_MANY_LOOKUPS if isinstance(outcome, Throttled) else outcome.reason
    wait = outcome.seconds if isinstance(outcome, Throttled) else 0
    return {"verdict": None, "refused": {"code": reason.code, "detail": reason.message, "retry_after": wait}}


class SuiteGiven(serializers.Serializer[Any]):
    """What was decided."""

    receipt = Text(r"\A[A-Za-z0-9_.-]{1,8000}\Z", trim_whitespace=False)
    suite = serializers.ChoiceField(choices=[one.value for one in Suite])
    motif = serializers.ChoiceField(choices=list(MOTIFS_DE_REFUS), required=False, default="")

    def validate(self, attrs: Any) -> Any:
        """Refuse unknown members, a refusal without its motif, an acceptance with one."""
        unknown = set(self.initial_data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["Champ inconnu."] for name in sorted(unknown)})
        if bool(attrs["motif"]) is not (attrs["suite"] == Suite.REFUSEE):
            raise serializers.ValidationError({"motif": ["Obligatoire pour un refus, interdit sinon."]})
        return attrs


class Suites(ForClients):
    """What was decided after a verification."""

    @extend_schema(
        operation_id="tell_suite",
        summary="Dire ce qui a été décidé après une vérification",
        request={"application/json": _SUITE_SCHEMA},
        responses=_responses(None, 400, 401, 404, 406, 413, 415, 422, 429) | {204: None},
    )
    def post(self, request: Request) -> Response:
        """Note si la démarche est acceptée ou refusée, et pourquoi ; l’usager le voit. Modifiable pendant 24 heures."""
        given = SuiteGiven(data=request.data)
        given.is_valid(raise_exception=True)
        data, client = given.validated_data, cast("Caller", request.user).client
        outcome = tell_suite(data["receipt"], data["suite"], data["motif"], timezone.now(), client_id=client.id)
        if isinstance(outcome, Denied):
            raise NotFound(RECEIPT_UNKNOWN.message, RECEIPT_UNKNOWN.code)
        return Response(status=204, headers={"Cache-Control": "no-store"})
