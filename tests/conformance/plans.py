"""The modules of the plans of the OpenID conformance suite that this provider can run, by the suite's own names.

Read in its public source (`openid-certification/conformance-suite`, the classes `OIDCCBasicTestPlan`,
`OIDCCConfigTestPlan`, `OIDCCFormPostBasicTestPlan`, `OIDCCRpInitiatedLogoutTestPlan`,
`OIDCCBackchannelRpInitiatedLogoutTestPlan`, `FAPI2SPFinalTestPlan`).  `tests/architecture/test_matrix.py` holds the
tests to these lists, and each list to the tests.

Compared name by name with that source as it was published in November 2026: the FAPI plan at its commit 0aa99304, the
list that it takes its modules from at 00989679, the logout plan with the two modules that it gained since.  What the
suite prints for a module that is not « passed », and what of a plan is not run, stands in :data:`REMARKS`.
"""

from collections.abc import Mapping

BASIC = (
    "oidcc-server", "oidcc-response-type-missing", "oidcc-idtoken-signature", "oidcc-idtoken-unsigned",
    "oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body",
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "oidcc-scope-profile", "oidcc-scope-email",
    "oidcc-scope-address", "oidcc-scope-phone", "oidcc-scope-all", "oidcc-ensure-other-scope-order-succeeds",
    "oidcc-display-page", "oidcc-display-popup", "oidcc-prompt-login", "oidcc-prompt-none-not-logged-in",
    "oidcc-prompt-none-logged-in", "oidcc-max-age-1", "oidcc-max-age-10000",
    "oidcc-ensure-request-with-unknown-parameter-succeeds", "oidcc-id-token-hint", "oidcc-login-hint",
    "oidcc-ui-locales", "oidcc-claims-locales", "oidcc-ensure-request-with-acr-values-succeeds", "oidcc-codereuse",
    "oidcc-codereuse-30seconds", "oidcc-ensure-registered-redirect-uri", "oidcc-ensure-post-request-succeeds",
    "oidcc-server-client-secret-post",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "oidcc-claims-essential",
    "oidcc-ensure-request-object-with-redirect-uri", "oidcc-refresh-token",
    "oidcc-ensure-request-with-valid-pkce-succeeds", "oidcc-alternate-happy-flow",
)  # fmt: skip
RP_INITIATED_LOGOUT = (
    "oidcc-rp-initiated-logout-discovery-endpoint-verification", "oidcc-rp-initiated-logout",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint", "oidcc-rp-initiated-logout-no-params",
    "oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "oidcc-rp-initiated-logout-no-state",
    "oidcc-rp-initiated-logout-only-state",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
)  # fmt: skip
FAPI2 = (
    "discovery-end-point-verification", "happy-flow", "user-rejects-authentication",
    "ensure-authorization-request-without-state-success", "ensure-authorization-request-without-nonce-success",
    "ensure-authorization-request-with-64-char-nonce-success", "ensure-other-scope-order-succeeds",
    "test-claims-parameter-identity-claims", "access-token-type-header-case-sensitivity", "check-dpop-proof-nbf-exp",
    "ensure-dpopproof-with-iat-10seconds-before-succeeds", "ensure-dpopproof-with-iat-10seconds-after-succeeds",
    "ensure-mismatched-dpop-jkt-fails", "ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
    "ensure-token-endpoint-fails-with-mismatched-dpop-jkt", "ensure-dpopproof-at-par-endpoint-binding-success",
    "ensure-dpop-auth-code-binding-success", "ensure-different-nonce-inside-and-outside-request-object",
    "ensure-different-state-inside-and-outside-request-object", "ensure-authorization-request-with-long-nonce",
    "ensure-authorization-request-with-long-state", "state-only-outside-request-object-not-used",
    "ensure-request-object-without-redirect-uri-fails", "ensure-registered-redirect-uri",
    "plain-fapi-tolerate-unregistered-redirect-uri",
    "ensure-unsigned-authorization-request-without-using-par-fails", "ensure-redirect-uri-in-authorization-request",
    "ensure-response-type-code-idtoken-fails", "ensure-response-type-token-fails",
    "ensure-client-id-in-token-endpoint", "ensure-holder-of-key-required",
    "ensure-authorization-code-is-bound-to-client", "attempt-reuse-authorization-code-after-one-second",
    "ensure-token-endpoint-fails-with-expired-auth-code", "ensure-signed-client-assertion-with-RS256-fails",
    "ensure-client-assertion-in-token-endpoint", "ensure-client-assertion-with-exp-is-5-minutes-in-past-fails",
    "ensure-client-assertion-with-wrong-aud-fails", "ensure-client-assertion-with-no-sub-fails",
    "ensure-invalid-client-assertions-fail",
    "dpop-negative-tests", "refresh-token", "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
    "par-attempt-reuse-request_uri", "par-attempt-to-use-expired-request_uri",
    "par-ensure-jwt-client-assertions-iat-and-nbf-8-seconds-in-the-future-is-accepted",
    "par-ensure-jwt-client-assertions-iat-and-nbf-over-60-seconds-in-the-future-fails",
    "par-attempt-to-use-request_uri-for-different-client",
    "par-authorization-request-containing-request_uri-form-param", "par-attempt-invalid-http-method",
    "par-ensure-pkce-required", "ensure-pkce-code-verifier-required", "incorrect-pkce-code-verifier-rejected",
    "par-plain-pkce-rejected", "par-without-duplicate-parameters", "par-test-array-as-audience-fails",
    "par-test-par-endpoint-url-as-audience-fails", "par-test-token-endpoint-url-as-audience-fails",
)  # fmt: skip
"""Each is called `fapi2-security-profile-final-…` there, and runs with the variant private_key_jwt, DPoP, plain FAPI,
OpenID Connect, simple requests, no grant management; the plan itself leaves out the modules for signed requests."""

PLANS: Mapping[str, tuple[str, ...]] = {
    "OIDC Basic OP": BASIC,
    "OIDC Form Post OP": BASIC,
    "OIDC Config OP": ("oidcc-discovery-endpoint-verification",),
    "OIDC RP-Initiated Logout OP": RP_INITIATED_LOGOUT,
    "OIDC Back-Channel Logout OP": (
        "oidcc-backchannel-logout-discovery-endpoint-verification",
        "oidcc-backchannel-rp-initiated-logout",
    ),
    "FAPI 2.0 Security Profile OP": FAPI2,
}

_SKIPPED = "the suite skips it: "
_WARNS = "the suite warns, and passes: "
_BASIC_REMARKS = {
    "oidcc-idtoken-unsigned": _SKIPPED + "`none` is not offered",
    "oidcc-refresh-token": _SKIPPED + "no refresh token is issued",
    "oidcc-scope-address": _SKIPPED + "the scope is not offered",
    "oidcc-scope-phone": _SKIPPED + "the scope is not offered",
    "oidcc-scope-all": _SKIPPED + "two of its scopes are not offered",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported": _SKIPPED + "request_uri is refused",
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported": _SKIPPED + "request is refused",
    "oidcc-ensure-request-object-with-redirect-uri": _SKIPPED + "request is refused",
    "oidcc-userinfo-post-body": _WARNS + "a token in a form is refused (RFC 6750 §2.2 lets us)",
    "oidcc-claims-essential": _WARNS + "`name` is not among our claims, its parts are",
    "oidcc-ensure-request-with-acr-values-succeeds": _WARNS + "`acr` is the one that took place",
}
REMARKS: Mapping[str, Mapping[str, str]] = {
    "OIDC Basic OP": _BASIC_REMARKS,
    "OIDC Form Post OP": _BASIC_REMARKS,
    "FAPI 2.0 Security Profile OP": {
        "refresh-token": _SKIPPED + "no refresh token is issued",
        "ensure-registered-redirect-uri": "for other profiles than plain FAPI; it holds here too",
        "plain-fapi-tolerate-unregistered-redirect-uri": "the suite takes either; unless registered it is refused",
        "cdr-… (5)": "not run: Australia's Consumer Data Right, another profile",
        "australia-connectid-… (2)": "not run: Australia's ConnectID, another profile",
        "brazil-ensure-bad-payment-signature-fails": "not run: Brazil's Open Finance, another profile",
        "grant-management-… (8)": "not run: an option that is not offered; the usager manages their mandat",
    },
}
"""By plan and module, what a run says besides « passed », or why the module is no part of ours."""


def module_of(section: str) -> str:
    """Return the module that a row of a plan names: FAPI's rows say the clause, then the module between brackets."""
    return section.rpartition("(")[2].rstrip(")")
