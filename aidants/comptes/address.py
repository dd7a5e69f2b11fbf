"""The address a request comes from, behind one trusted proxy or none; what limits count it as."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

_HOUSEHOLD = 64
"""One subscriber's IPv6 is a /64 (RFC 6177), hence 2^64 addresses that one machine may take in turn."""


def client_address(request: HttpRequest) -> str:
    """Return the peer's address; the last hop of X-Forwarded-For when a proxy of ours is in front."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if settings.SECURE_PROXY_SSL_HEADER and forwarded:
        return str(forwarded.rsplit(",", 1)[-1].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


def client_network(request: HttpRequest) -> str:
    """Return what tries are counted under: the address, or the first one of its /64 for IPv6."""
    address = client_address(request)
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv4Address):
        return address
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ipaddress.ip_network((int(known), _HOUSEHOLD), strict=False).network_address)
