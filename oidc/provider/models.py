"""The provider's tables: clients, requests waiting for a choice, connexions, access tokens, pairwise subjects.

Codes, tokens and secrets are 256-bit random and kept as one keyed digest, never in the clear: a password hash would
cost 300 ms of CPU a call and protect nothing more.
"""

import uuid

from django.db import models
from django.db.models import F, Q

from aidants.comptes.models import Compte
from aidants.structures.models import Structure
from mandats.registre.models import Autorisation, Utilisation
from oidc.protocol.client import Profile


class Client(models.Model):
    """A relying party: FranceConnect, or an administration connected directly.

    ``secret_sealed`` stands instead of ``secret_digest`` when HS256 must key tokens with the secret.
    ``demarches``     the demarches that may be used with it; empty means all
    ``needs_pkce``    false is the written exception of one record, whose nonce is then mandatory
    ``accepts_weak_identity``  takes usagers whose identity document was only seen at the desk
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=256)
    profile = models.CharField(max_length=16)
    secret_digest = models.CharField(max_length=64, blank=True)
    secret_sealed = models.BinaryField(null=True)
    redirect_uris = models.JSONField(default=list)
    post_logout_redirect_uris = models.JSONField(default=list)
    auth_method = models.CharField(max_length=32)
    id_token_alg = models.CharField(max_length=8)
    userinfo_alg = models.CharField(max_length=8, blank=True)
    jwks = models.JSONField(null=True)
    sector = models.CharField(max_length=256)
    demarches = models.JSONField(default=list)
    needs_pkce = models.BooleanField(default=True)
    accepts_weak_identity = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oidc_client"
        constraints = (
            models.CheckConstraint(
                condition=Q(profile__in=("franceconnect", "administration")), name="client_profile_known"
            ),
            models.CheckConstraint(
                condition=Q(auth_method__in=("client_secret_basic", "client_secret_post")),
                name="client_auth_method_known",
            ),
            models.CheckConstraint(
                condition=Q(id_token_alg__in=("ES256", "RS256"))
                | Q(profile="franceconnect", secret_sealed__isnull=False) & Q(("id_token_alg", "HS256")),
                name="client_id_token_alg_known",
            ),
            models.CheckConstraint(
                condition=Q(userinfo_alg__in=("", "ES256", "RS256"))
                | Q(userinfo_alg="HS256", profile="franceconnect", secret_sealed__isnull=False),
                name="client_userinfo_alg_known",
            ),
            models.CheckConstraint(
                condition=Q(needs_pkce=True) | Q(profile="franceconnect"), name="client_pkce_exception"
            ),
            models.CheckConstraint(
                condition=~Q(secret_digest="") | Q(secret_sealed__isnull=False), name="client_has_secret"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_franceconnect(self) -> bool:
        """True for FranceConnect's record, whose peculiarities PROTOCOLS §1 lists."""
        return self.profile == Profile.FRANCECONNECT

    @property
    def is_suspended(self) -> bool:
        """True when an administrator has closed the client's access."""
        return self.suspended_at is not None


class Interaction(models.Model):
    """An authorization request that waits for sign-in and choice, in the browser session that made it.

    ``browser``   the session's own random value: another aidant's session does not know it
    ``asked``     values of rep_scope and sub, claims of the ID token and of userinfo by name
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=64)
    redirect_uri = models.CharField(max_length=2048)
    state = models.CharField(max_length=2048, blank=True)
    nonce = models.CharField(max_length=512, blank=True)
    scope = models.CharField(max_length=128)
    code_challenge = models.CharField(max_length=43, blank=True)
    asked = models.JSONField(default=dict)
    signed_in_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_interaction"

    def __str__(self) -> str:
        return str(self.id)


class Connexion(models.Model):
    """One choice of an aidant: the code, then what it gave.  An autorisation is used through it once.

    ``subject``, ``actor_subject``  the usager and the aidant as this client's sector knows them
    ``rep_scope``                   FranceConnect's names of the demarche, in the spelling asked
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    interaction = models.OneToOneField(Interaction, null=True, on_delete=models.SET_NULL, related_name="+")
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    autorisation = models.ForeignKey(Autorisation, on_delete=models.PROTECT, related_name="+")
    aidant = models.ForeignKey(Compte, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="+")
    utilisation = models.ForeignKey(Utilisation, on_delete=models.PROTECT, related_name="+")
    code_digest = models.CharField(max_length=64, unique=True)
    subject = models.CharField(max_length=64)
    actor_subject = models.CharField(max_length=64)
    redirect_uri = models.CharField(max_length=2048)
    nonce = models.CharField(max_length=512, blank=True)
    scope = models.CharField(max_length=128)
    code_challenge = models.CharField(max_length=43, blank=True)
    rep_scope = models.JSONField(default=list)
    asked = models.JSONField(default=dict)
    auth_time = models.DateTimeField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    redeemed_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_connexion"
        constraints = (
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="connexion_expires_later"),
        )

    def __str__(self) -> str:
        return str(self.id)


class AccessToken(models.Model):
    """What a code gave: five minutes at most, never past the mandat.  The key is the token's digest."""

    digest = models.CharField(max_length=64, primary_key=True)
    connexion = models.ForeignKey(Connexion, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    identity_released_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_access_token"

    def __str__(self) -> str:
        return f"jeton de {self.connexion_id}"


class PairwiseSubject(models.Model):
    """The name of an usager or an aidant in one sector: given once, never changed (OIDC Core §8.1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8)
    subject_id = models.UUIDField()
    sector = models.CharField(max_length=256)
    value = models.CharField(max_length=64, unique=True)
    key_version = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "oidc_pairwise_subject"
        constraints = (
            models.UniqueConstraint(fields=("kind", "subject_id", "sector"), name="pairwise_once"),
            models.CheckConstraint(condition=Q(kind__in=("usager", "aidant")), name="pairwise_kind_known"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.sector}"
