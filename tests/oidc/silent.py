"""A request that asks for no page."""

from tests.oidc import flow


def silently(at, asked, **changes):
    """Ask with ``prompt=none``; return what comes back."""
    return flow.parameters_of(flow.authorize(at.browser, asked, prompt="none", **changes)["Location"])
