"""X.509 certificates of the seal (RFC 5280): a small authority of our own, and what PEM files hold.  Plain Python.

A structure of the State may bring a certificate bought elsewhere instead; nothing here needs the authority to be ours.
Never keeps a key: private keys leave as PKCS #8 and are sealed by the caller.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier

RSA_BITS: Final = 3072
"""An elliptic key would make pyHanko write PDF 2.0, which PDF/A-3 refuses."""
AUTHORITY_LIVES: Final = timedelta(days=20 * 365)
SEAL_LIVES: Final = timedelta(days=3 * 365)

_EXPONENT: Final = 65537
_DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")  # RFC 9336
_DER: Final = serialization.Encoding.DER


class CertificateRefused(ValueError):
    """These certificates, or this key, cannot seal; the message says why, in French, for an operator."""


@dataclass(frozen=True, slots=True, repr=False)
class Sealer:
    """What seals: a private key (PKCS #8, DER) and its chain (PEM), own certificate first, root last."""

    private: bytes
    chain: str

    @property
    def certificates(self) -> list[x509.Certificate]:
        """The chain, read."""
        return read_pem(self.chain)


def read_pem(text: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM text, in its order.  Raises :class:`CertificateRefused`."""
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise CertificateRefused("aucun certificat lisible (PEM attendu)") from error


def write_pem(certificates: list[x509.Certificate]) -> str:
    """Return certificates as PEM text (RFC 7468)."""
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def new_authority(name: str, at: datetime) -> Sealer:
    """Return a root of our own, which signs the seal's certificates and nothing else."""
    key = _new_key()
    subject = _named(f"{name}, autorité des sceaux")
    certificate = (
        _begun(subject, subject, key, at, AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Sealer(_pkcs8(key), write_pem([certificate]))


def new_seal(authority: Sealer, name: str, at: datetime, lives: timedelta = SEAL_LIVES) -> Sealer:
    """Return a seal that ``authority`` vouches for, from ``at`` and never longer than the authority itself.

    Raises :class:`CertificateRefused` when the authority has too little time left.
    """
    root = authority.certificates[0]
    if at + lives > root.not_valid_after_utc:
        raise CertificateRefused("l’autorité des sceaux expire trop tôt : créez-en une autre (--new-authority)")
    key = _new_key()
    signing = serialization.load_der_private_key(authority.private, None)
    if not isinstance(signing, rsa.RSAPrivateKey):
        raise CertificateRefused("la clé de l’autorité n’est pas RSA")
    certificate = (
        _begun(_named(f"{name}, sceau"), root.subject, key, at, lives)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([_DOCUMENT_SIGNING]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        .sign(signing, hashes.SHA256())
    )
    return Sealer(_pkcs8(key), write_pem([certificate, root]))


def brought(private_pem: str, chain_pem: str) -> Sealer:
    """Return the seal that an operator brings: key and chain, own certificate first, root last.

    Raises :class:`CertificateRefused` for a key that is not RSA of 3072 bits or more, is not the
    certificate's, or for a chain whose links do not hold.
    """
    try:
        key = serialization.load_pem_private_key(private_pem.encode(), None)
    except (ValueError, TypeError) as error:
        raise CertificateRefused("la clé privée est illisible (PEM sans phrase de passe attendu)") from error
    certificates = read_pem(chain_pem)
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < RSA_BITS:
        raise CertificateRefused(f"la clé doit être RSA, de {RSA_BITS} bits au moins")
    if certificates[0].public_key() != key.public_key():
        raise CertificateRefused("le premier certificat n’est pas celui de cette clé")
    for one, issuer in zip(certificates, [*certificates[1:], certificates[-1]], strict=True):
        try:
            one.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise CertificateRefused("la chaîne ne tient pas : chaque certificat doit suivre le sien") from error
    return Sealer(_pkcs8(key), write_pem(certificates))


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate, in hex: its name in our tables."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def _new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(_EXPONENT, RSA_BITS)


def _pkcs8(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(_DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _named(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.COMMON_NAME, text[:64])]
    )


def _begun(
    subject: x509.Name, issuer: x509.Name, key: rsa.RSAPrivateKey, at: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    """Return what every certificate of ours begins with."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at)
        .not_valid_after(at + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
