"""The verification API's JSON: what may be asked, what is answered, how a refusal is told (RFC 9457).

Owns shapes only; three forms of question, never mixed, no unknown member.
"""

from typing import Any

from rest_framework import serializers

from aidants.domain.demarches import DEMARCHES
from mandats.verification.answers import Answer
from mandats.verification.questions import Question, Verdict

_NO_NUL = "^[^\\u0000]"
FIELDS: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["reference", "code", "family_name", "birthdate", "demarche"],
    "properties": {
        "reference": {"type": "string", "pattern": f"{_NO_NUL}{{1,40}}$", "examples": ["GAP7-K3XW-9B"]},
        "code": {"type": "string", "pattern": f"{_NO_NUL}{{1,60}}$", "examples": ["1234 5678 9012 3456"]},
        "family_name": {
            "type": "string",
            "pattern": f"{_NO_NUL}{{1,256}}$",
            "description": "Nom de naissance, tel qu’il figure dans votre propre dossier.",
            "examples": ["DUBOIS"],
        },
        "birthdate": {
            "type": "string",
            "pattern": "^[0-9]{4}-(0[0-9]|1[0-2])-([0-2][0-9]|3[01])$",
            "description": "AAAA-MM-JJ, 00 pour un jour ou un mois inconnu.",
            "examples": ["1962-08-24"],
        },
        "demarche": {"type": "string", "enum": list(DEMARCHES)},
    },
}
ACTE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["acte", "demarche"],
    "properties": {
        "acte": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_-]{1,199}\\.[A-Za-z0-9_-]{1,190000}\\.[A-Za-z0-9_-]{1,200}$",
            "description": "L’acte signé (JWS compact, typ mandat+jws) joint au document.",
        },
        "demarche": {"type": "string", "enum": list(DEMARCHES)},
    },
}
CREDENTIAL: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["credential", "demarche"],
    "properties": {
        "credential": {
            "type": "string",
            "pattern": "^[A-Za-z0-9_.-]{1,20000}~[A-Za-z0-9_.~-]{0,39000}$",
            "description": "Ce que le portefeuille de l’usager montre du mandat (SD-JWT VC, typ dc+sd-jwt).",
        },
        "demarche": {"type": "string", "enum": list(DEMARCHES)},
    },
}
REQUEST_SCHEMA: dict[str, Any] = {"oneOf": [FIELDS, ACTE, CREDENTIAL]}
PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
}


class Text(serializers.RegexField):
    """Text of a pattern; a number is none, although JSON readers make one of it."""

    def to_internal_value(self, data: Any) -> str:
        """Take a JSON string alone."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


def _text(schema: dict[str, Any], name: str) -> Text:
    pattern = str(schema["properties"][name]["pattern"])
    # RegexField searches; « $ » would let a last line feed pass.
    return Text(pattern.removesuffix("$") + r"\Z", trim_whitespace=False)


class Strict(serializers.Serializer[Any]):
    """Refuses a member that it does not know."""

    demarche = serializers.ChoiceField(choices=list(DEMARCHES))

    def to_internal_value(self, data: Any) -> Any:
        """Read the members; an unknown one is an error of its own."""
        read = super().to_internal_value(data)
        unknown = set(data) - set(self.fields)
        if unknown:
            raise serializers.ValidationError({name: ["Champ inconnu."] for name in sorted(unknown)})
        return read


class ByFields(Strict):
    """Reference and code from the usager, name and birth date from the verifier's own file."""

    reference = _text(FIELDS, "reference")
    code = _text(FIELDS, "code")
    family_name = _text(FIELDS, "family_name")
    birthdate = _text(FIELDS, "birthdate")


class ByActe(Strict):
    """The signed acte that the document carries."""

    acte = _text(ACTE, "acte")


class ByCredential(Strict):
    """What the usager's wallet shows."""

    credential = _text(CREDENTIAL, "credential")


class StructureTold(serializers.Serializer[Any]):
    """The structure that holds the mandat."""

    siret = serializers.CharField()
    name = serializers.CharField()


class JournalTold(serializers.Serializer[Any]):
    """Where the mandat's conclusion stands in the public journal."""

    index = serializers.IntegerField(help_text="Numéro de l’inscription, à partir de 0.")
    size = serializers.IntegerField(help_text="Taille de l’arbre signé dans lequel elle a été vérifiée.")


class VerdictTold(serializers.Serializer[Any]):
    """The answer; ``structure`` and dates are null for ``inconnu``."""

    answer = serializers.ChoiceField(choices=[answer.value for answer in Answer])
    demarche = serializers.ChoiceField(choices=list(DEMARCHES))
    structure = StructureTold(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Exclu : à cet instant, le mandat a pris fin.")
    revoked_at = serializers.DateTimeField(allow_null=True)
    journal = JournalTold(allow_null=True, help_text="Null tant que l’inscription au journal est en cours.")
    receipt = serializers.CharField(help_text="JWS compact, typ recu+jws, à vérifier avec /jwks.")
    mistyped = serializers.ListField(
        child=serializers.ChoiceField(choices=["reference", "code"]),
        help_text="Champs dont le caractère de contrôle est faux : l’essai n’est pas compté.",
    )


def question_of(data: Any) -> Question:
    """Return the question that a body asks.  Raises DRF's ``ValidationError``."""
    given = data if isinstance(data, dict) else {}
    kind = ByActe if "acte" in given else ByCredential if "credential" in given else ByFields
    asked = kind(data=data)
    asked.is_valid(raise_exception=True)
    return Question(**asked.validated_data)


def told(verdict: Verdict) -> dict[str, Any]:
    """Return the members of the answer, moments in UTC (RFC 3339)."""
    structure = {"siret": verdict.siret, "name": verdict.structure} if verdict.siret else None
    moments = {name: getattr(verdict, name) for name in ("signed_at", "expires_at", "revoked_at")}
    return {
        "answer": verdict.answer.value,
        "demarche": verdict.demarche,
        "structure": structure,
        **{name: f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else None for name, moment in moments.items()},
        "journal": verdict.inscription.told() if verdict.inscription else None,
        "receipt": verdict.receipt,
        "mistyped": list(verdict.mistyped),
    }
