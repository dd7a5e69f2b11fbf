"""Calls to addresses that clients registered prove the name that they call, by a certificate that is vouched for."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from oidc.provider import fetching
from oidc.provider.fetching import Unreachable, call

NAME = "site.example"


@dataclass(frozen=True)
class Certificate:
    """A certificate with its key, in one file; ``authority`` vouches for it."""

    chain: Path
    authority: Path


def certificate(folder: Path, name: str) -> Certificate:
    """Make an authority, and have it certify a name."""
    now = datetime.now(UTC)

    def signed(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey) -> bytes:
        names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one)]) for one in (subject, issuer)]
        made = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        made = made.not_valid_after(now + timedelta(days=1))
        is_authority = x509.BasicConstraints(ca=subject == issuer, path_length=None)
        made = made.add_extension(is_authority, critical=True)
        held: list[x509.GeneralName] = [x509.DNSName(subject), x509.IPAddress(ipaddress.ip_address("192.0.2.7"))]
        if subject != issuer:
            made = made.add_extension(x509.SubjectAlternativeName(held), critical=False)
        return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    vouching, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    private = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made = Certificate(folder / f"{name}.pem", folder / f"{name}-authority.pem")
    made.authority.write_bytes(signed("authority", "authority", vouching, vouching))
    made.chain.write_bytes(private + signed(name, "authority", own, vouching))
    return made


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class Site(HTTPServer):
    """A server by TLS; ``shows`` chooses its certificate, ``latest`` the newest version that it speaks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.shows: Certificate | None = None
        self.latest = ssl.TLSVersion.TLSv1_3

    def get_request(self) -> tuple[socket.socket, object]:
        """Take a call by TLS; one that breaks off is no failure of the server's."""
        link, whence = super().get_request()
        assert self.shows is not None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = self.latest
        context.load_cert_chain(self.shows.chain)
        return context.wrap_socket(link, server_side=True), whence


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Run a site that stands, for the service, at an address of the network."""
    server = Site()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    connect = socket.create_connection
    where = ("127.0.0.1", server.server_port)
    monkeypatch.setattr(fetching.socket, "create_connection", lambda _, timeout: connect(where, timeout))
    yield server
    server.shutdown()
    server.server_close()


def told() -> int | str:
    """Post to the site; return its status, or why it was not told."""
    try:
        return call(
            f"https://{NAME}/evenements", method="POST", body=b"x", resolving=lambda host, port: ["93.184.216.34"]
        ).status
    except Unreachable as error:
        return str(error)


@pytest.mark.spec("RFC 8935", "3")
@pytest.mark.spec("RFC 8935", "5.3")
def test_only_the_name_that_was_registered_is_told(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right, elsewhere = certificate(tmp_path, NAME), certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(right.authority))
    site.shows = right
    assert told() == 202
    monkeypatch.setenv("SSL_CERT_FILE", str(elsewhere.authority))
    assert told() == f"{NAME}: SSLCertVerificationError", "nobody that we trust vouches for it"
    site.shows = elsewhere
    assert told() == f"{NAME}: SSLCertVerificationError", "the certificate of another name"
    monkeypatch.setenv("SSL_CERT_FILE", str(right.authority))
    site.shows, site.latest = right, ssl.TLSVersion.TLSv1_2
    assert told() == 202
