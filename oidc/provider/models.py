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
    """A relying party: FranceConnect, or an administration connected directly; or a ``partenaire``, which is neither.

    ``secret_sealed`` stands instead of ``secret_digest`` when HS256 must key tokens with the secret.
    ``previous_…``    the secret before the last rotation, good until ``previous_secret_until``
    ``jwks``          the client's public keys by value; ``jwks_uri`` where to fetch them, ``jwks_fetched`` what came
    ``demarches``, ``scopes``  what may be used with it; empty means all
    ``needs_pkce``    false is a written exception: FranceConnect's record, and that of a certification run
    ``needs_nonce``   whether a request without PKCE owes a nonce: always, but for a certification run
    ``is_fapi2``      held to the FAPI 2.0 Security Profile: PAR, DPoP and signed assertions, no RS256 among them
    ``agent_sirets``, ``agent_domains``  whose agents verify in its name, once ProConnect knows them
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
    jwks_uri = models.CharField(max_length=2048, blank=True, db_default="")
    jwks_fetched = models.JSONField(null=True)
    jwks_fetched_at = models.DateTimeField(null=True)
    jwks_tried_at = models.DateTimeField(null=True)
    previous_secret_digest = models.CharField(max_length=64, blank=True, db_default="")
    previous_secret_sealed = models.BinaryField(null=True)
    previous_secret_until = models.DateTimeField(null=True)
    access_token_format = models.CharField(max_length=8, default="opaque", db_default="opaque")
    backchannel_logout_uri = models.CharField(max_length=2048, blank=True, db_default="")
    contacts = models.JSONField(default=list, db_default=[])
    agent_sirets = models.JSONField(default=list, db_default=[])
    agent_domains = models.JSONField(default=list, db_default=[])
    scopes = models.JSONField(default=list, db_default=[])
    sector = models.CharField(max_length=256)
    demarches = models.JSONField(default=list)
    needs_pkce = models.BooleanField(default=True)
    needs_nonce = models.BooleanField(default=True, db_default=True)
    requires_par = models.BooleanField(default=False, db_default=False)
    requires_dpop = models.BooleanField(default=False, db_default=False)
    is_fapi2 = models.BooleanField(default=False, db_default=False)
    is_certification = models.BooleanField(default=False, db_default=False)
    accepts_weak_identity = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    suspended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oidc_client"
        constraints = (
            models.CheckConstraint(
                condition=Q(profile__in=("franceconnect", "administration", "partenaire")), name="client_profile_known"
            ),
            models.CheckConstraint(
                condition=Q(auth_method__in=("client_secret_basic", "client_secret_post"))
                | Q(auth_method="private_key_jwt") & (Q(jwks__isnull=False) | ~Q(jwks_uri="")),
                name="client_auth_method_keyed",
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
                condition=Q(needs_pkce=True, needs_nonce=True)
                | Q(profile="franceconnect", needs_nonce=True)
                | Q(is_certification=True, profile="administration"),
                name="client_binding_exception",
            ),
            models.CheckConstraint(
                condition=~Q(secret_digest="") | Q(secret_sealed__isnull=False) | Q(auth_method="private_key_jwt"),
                name="client_has_credentials",
            ),
            models.CheckConstraint(
                condition=Q(is_fapi2=False)
                | Q(
                    auth_method="private_key_jwt",
                    requires_par=True,
                    requires_dpop=True,
                    needs_pkce=True,
                    profile="administration",
                )
                & Q(("id_token_alg", "ES256"))
                & Q(userinfo_alg__in=("", "ES256")),
                name="client_fapi2_profile",
            ),
            models.CheckConstraint(
                condition=Q(access_token_format__in=("opaque", "jwt")), name="client_access_token_format_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def keys_unread(self) -> bool:
        """True when the last time that its address was called gave no set of public keys."""
        tried, read = self.jwks_tried_at, self.jwks_fetched_at
        return tried is not None and (read is None or tried > read)

    @property
    def is_franceconnect(self) -> bool:
        """True for FranceConnect's record, whose peculiarities PROTOCOLS §1 lists."""
        return self.profile == Profile.FRANCECONNECT

    @property
    def is_partenaire(self) -> bool:
        """True for a system that keeps structures and aidants up to date, and signs nobody in."""
        return self.profile == Profile.PARTENAIRE

    @property
    def is_suspended(self) -> bool:
        """True when an administrator has closed the client's access."""
        return self.suspended_at is not None


class PushedRequest(models.Model):
    """An authorization request that its client pushed (RFC 9126): the key is the digest of its name.

    Loading it uses nothing; the code that answers it does, so that a page reloaded before the choice still serves.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    parameters = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_pushed_request"

    def __str__(self) -> str:
        return f"demande de {self.client_id}"


class Interaction(models.Model):
    """An authorization request that waits for sign-in and choice, in the browser session that made it.

    ``browser``   the session's own random value: another aidant's session does not know it
    ``asked``     what later steps need of it: ``oidc.protocol.still_asked``
    ``dpop_jkt``  the key that alone may redeem the code (RFC 9449 §10)
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
    response_mode = models.CharField(max_length=16, default="query", db_default="query")
    dpop_jkt = models.CharField(max_length=43, blank=True, db_default="")
    pushed = models.ForeignKey(PushedRequest, null=True, on_delete=models.SET_NULL, related_name="+")
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
    ``asked``                       the interaction's own (``oidc.protocol.still_asked``)
    ``dpop_jkt``                    the key that alone may redeem the code (RFC 9449 §10)
    ``browser``                     the session in which the choice was made
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
    dpop_jkt = models.CharField(max_length=43, blank=True, db_default="")
    browser = models.CharField(max_length=64, blank=True, db_default="")
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
    """What a code gave: five minutes at most, never past the mandat.  The key is the token's digest.

    ``jkt`` is the thumbprint of the key that the token is bound to (RFC 9449 §6); empty for a bearer token.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    connexion = models.ForeignKey(Connexion, on_delete=models.CASCADE, related_name="tokens")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    identity_released_at = models.DateTimeField(null=True)
    jkt = models.CharField(max_length=43, blank=True, db_default="")

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


class SeenOnce(models.Model):
    """The name of an assertion or of a proof that was accepted, kept while it could be accepted again."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "oidc_seen_once"

    def __str__(self) -> str:
        return self.digest[:8]


class LogoutNotice(models.Model):
    """A site to be told that a connexion ended (Back-Channel Logout §2.5), until it was told or given up."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    connexion_id = models.UUIDField(unique=True)
    subject = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_logout_notice"
        indexes = (models.Index(fields=("created_at",), name="logout_notice_created"),)

    def __str__(self) -> str:
        return str(self.id)


class EventReceiver(models.Model):
    """Where a client is told of what ends (RFC 8935), and the ``Authorization`` that its endpoint asks for, sealed."""

    client = models.OneToOneField(Client, on_delete=models.CASCADE, primary_key=True, related_name="event_receiver")
    url = models.CharField(max_length=2048)
    authorization_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "oidc_event_receiver"

    def __str__(self) -> str:
        return self.url


class SecurityEvent(models.Model):
    """One event for one receiver, until it was taken or given up; its identifier is the token's ``jti``."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=16)
    demarches = models.JSONField(default=list)
    at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    abandoned_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "oidc_security_event"
        indexes = (models.Index(fields=("created_at",), name="security_event_created"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
