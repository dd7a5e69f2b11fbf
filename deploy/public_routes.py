"""The one list of routes that answer without a verified second factor.

Every other route is refused by default.  Names are Django's view names; a test
walks the URLconf and compares.
"""

PUBLIC_ROUTES = frozenset(
    {
        "sante",
        "aidants:home",
        "aidants:sign_in",
        "aidants:sign_out",
    }
)
