"""The seal of a paper: PAdES B-B by pyHanko, then B-T by a time-stamp put into the same signature.  Plain Python.

Two steps, so that sealing needs nobody and only the time-stamp needs an authority: a paper whose
authority was down is the same signature without the token, and the token is added later without a
byte of what was signed changing.  PDF/A-3a and PDF/UA-1 stay: RSA (an elliptic key makes PDF 2.0),
an invisible field out of bounds, a name for it that can be read aloud.  Never asks for a time-stamp.
"""

import io
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from asn1crypto import algos, cms, keys, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from mandats.attestation.certificates import Sealer

FIELD: Final = "Sceau"
_READABLE: Final = "Sceau du service des mandats"
_DIGEST: Final = "sha256"
_ROOM: Final = 16_384
"""Bytes kept for the signature: ours with its chain takes 4 000, a time-stamp with its chain 3 000 to 8 000."""


class NotSealed(ValueError):
    """This is no PDF that we sealed, or its signature has no room for what is asked."""


def seal_pdf(pdf: bytes, sealer: Sealer, at: datetime, *, name: str, reason: str) -> bytes:
    """Return ``pdf`` sealed (PAdES B-B, ETSI EN 319 142-1) by ``sealer``, which claims to do so at ``at``.

    ``name`` is who seals and ``reason`` why, as readers show them.
    """
    own, *others = [x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in sealer.certificates]
    store: Any = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    # The root is what a verifier must hold already; what is between goes along.
    store.register_multiple(others[:-1])
    signing = _KnownKey(signing_cert=own, signing_key=keys.PrivateKeyInfo.load(sealer.private), cert_registry=store)
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm=_DIGEST, subfilter=fields.SigSeedSubFilter.PADES, name=name, reason=reason
    )
    where = fields.SigFieldSpec(
        FIELD, readable_field_name=_READABLE, invis_sig_settings=fields.InvisSigSettings(box_out_of_bounds=True)
    )
    sealed = io.BytesIO()
    _Signer(about, signer=signing, new_field_spec=where, at=at).sign_pdf(
        _AsTypeset(io.BytesIO(pdf)), bytes_reserved=_ROOM, output=sealed
    )
    return _placed(sealed.getvalue(), None)


@lru_cache(maxsize=8)
def _opened(private: bytes) -> rsa.RSAPrivateKey:
    """Return the private key, checked once a process: reading one takes longer than signing with it."""
    key = serialization.load_der_private_key(private, None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("a seal is made with an RSA key")
    return key


class _KnownKey(signers.SimpleSigner):
    """Signs with a key that was read before (RSASSA-PKCS1-v1_5, which every reader knows)."""

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        if digest_algorithm != _DIGEST:
            raise ValueError(f"a seal is made over {_DIGEST}, not {digest_algorithm}")
        return _opened(self.signing_key.dump()).sign(data, padding.PKCS1v15(), hashes.SHA256())


class _AsTypeset(IncrementalPdfFileWriter):
    """Leaves title, dates and conformance as typeset: their two copies must agree (ISO 19005-3 §6.6.3)."""

    def _update_meta(self) -> None:
        return


class _Signer(signers.PdfSigner):
    """Claims the moment that it is given, instead of reading a clock."""

    def __init__(self, *arguments: Any, at: datetime, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._at = at

    def init_signing_session(self, *arguments: Any, **named: Any) -> Any:
        session = super().init_signing_session(*arguments, **named)
        session.system_time = self._at
        return session


def seal_in(pdf: bytes) -> Any:
    """Return the one signature of ``pdf`` (pyHanko's ``EmbeddedPdfSignature``).  Raises :class:`NotSealed`."""
    try:
        found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    except (PdfError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotSealed("the signatures cannot be read") from error
    if len(found) != 1 or found[0].field_name != FIELD:
        raise NotSealed(f"{len(found)} signatures")
    return found[0]


def signature_value(pdf: bytes) -> bytes:
    """Return the bytes that a time-stamp of the seal dates: the signature itself (ETSI EN 319 122-1 §5.3)."""
    return bytes(seal_in(pdf).signer_info["signature"].native)


def with_timestamp(pdf: bytes, token: bytes) -> bytes:
    """Return ``pdf`` with the RFC 3161 ``token`` (DER) as the seal's time-stamp: PAdES B-T.

    Only the room kept for the signature changes.  Raises :class:`NotSealed`.
    """
    seal = seal_in(pdf)
    if token_in_seal(seal) is not None:
        raise NotSealed("the seal has its time-stamp already")
    return _placed(pdf, token)


def _placed(pdf: bytes, token: bytes | None) -> bytes:
    """Return ``pdf`` with its signature in our one writing, and ``token`` inside.  Raises :class:`NotSealed`."""
    seal = seal_in(pdf)
    start, end = gap_of(seal)
    value = canonical(content_of(seal), token).hex().encode()
    if len(value) > end - start:
        raise NotSealed("the time-stamp is larger than the room kept for it")
    return pdf[:start] + value.ljust(end - start, b"0") + pdf[end:]


def content_of(seal: Any) -> Any:
    """Return the CMS ``SignedData`` of a seal, freshly read: asn1crypto writes a tree again if it was looked at."""
    return cms.ContentInfo.load(bytes(seal.pkcs7_content))["content"]


def token_in_seal(seal: Any) -> bytes | None:
    """Return the seal's time-stamp token (DER), or ``None``.  Raises :class:`NotSealed` for anything more."""
    attributes = content_of(seal)["signer_infos"][0]["unsigned_attrs"]
    if not isinstance(attributes, cms.CMSAttributes):
        return None
    if len(attributes) != 1 or attributes[0]["type"].native != "signature_time_stamp_token":
        raise NotSealed("another attribute than a time-stamp")
    if len(attributes[0]["values"]) != 1:
        raise NotSealed("several time-stamps")
    return bytes(attributes[0]["values"][0].dump())


def canonical(signed: Any, token: bytes | None) -> bytes:
    """Return the one writing (DER) of a seal's CMS, with ``token`` as its only unsigned attribute, if any.

    What the signature does not cover has one value: versions, the list of digests, the algorithms (RFC 5652 §5).
    Assembled from the bytes of its parts: a parsed tree that is written again doubles its work at each level.
    """
    signer = signed["signer_infos"][0]
    parts = [_VERSION_1, signer["sid"].dump(), _SHA256, signer["signed_attrs"].dump(), _RSA, signer["signature"].dump()]
    if token is not None:
        parts.append(_tlv(0xA1, _tlv(_SEQUENCE, _TOKEN, _tlv(_SET, token))))
    certificates = _tlv(0xA0, *(one.dump() for one in signed["certificates"]))
    whole = [_VERSION_1, _tlv(_SET, _SHA256), _tlv(_SEQUENCE, _DATA), certificates]
    whole.append(_tlv(_SET, _tlv(_SEQUENCE, *parts)))
    return _tlv(_SEQUENCE, _SIGNED_DATA, _tlv(0xA0, _tlv(_SEQUENCE, *whole)))


def _tlv(tag: int, *parts: bytes) -> bytes:
    """Return one element of DER (X.690 §8.1.3, §10.1): its tag, its length in the shortest form, its parts."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_VERSION_1: Final = cms.CMSVersion("v1").dump()
_SHA256: Final = algos.DigestAlgorithm({"algorithm": _DIGEST}).dump()
_RSA: Final = algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}).dump()
_DATA: Final = cms.ContentType("data").dump()
_SIGNED_DATA: Final = cms.ContentType("signed_data").dump()
_TOKEN: Final = cms.CMSAttributeType("signature_time_stamp_token").dump()


def gap_of(seal: Any) -> tuple[int, int]:
    """Return where the hexadecimal digits of the signature begin and end in the file (ISO 32000-1 §12.8.1)."""
    _, first, second, _ = (int(number) for number in seal.byte_range)
    return first + 1, second - 1
