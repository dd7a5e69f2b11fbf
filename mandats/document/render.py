"""From data to PDF/A-3a and PDF/UA-1, by Typst, in milliseconds and always the same bytes.

Data reaches the templates as one JSON input and is laid out as text: nothing of it is ever read as
markup.  Never fills a text, never signs: the seal and its time-stamp are put on these bytes afterwards.
"""

import re
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pikepdf

from aidants.papiers.typesetting import day_parts, typeset
from mandats.document.explications import Explained, explanation, head
from mandats.document.given import (
    Certificate,
    EndCertificate,
    ExemplaireDocument,
    Letter,
    MandatDocument,
    ReceiptDocument,
    VoletDocument,
)
from mandats.document.qr import qr_svg
from mandats.document.textes import Block, ServiceContact, blank_text, blocks
from mandats.document.textes.filling import bare_address, one_line, sha256_hex
from mandats.domain.codes import grouped
from mandats.domain.durees import french_date, french_moment, local_date, zone_label

_FOLDER: Final = Path(__file__).parent

_DIGITS_APART: Final = re.compile(r"(?<=\d) (?=\d)")
"""The blanks of a telephone number, where a line in large print would break."""

_SIZES: Final = (10.4, 10.0, 9.6)
"""Of the body of the mandat, in points; 9.6 in Noto Sans is as tall as 10.5 in Times."""
_PAGES: Final = 3
"""Two of text, one of summary (DOMAIN §3.6)."""
_VOLET: Final = (16.0, 15.0, 14.0)
_VOLET_LARGE: Final = (22.0, 21.0, 20.0)
_AIR: Final = (1.0, 0.9, 0.8)
"""Between the lines of a leaflet, so that it holds one page: its letters are never smaller."""

_CONSENT: Final = {
    ("ecran", "dessin"): "en signant à l’écran",
    ("ecran", "code"): "avec le code reçu sur son téléphone",
    ("ecran", "temoin"): "devant un témoin",
    ("papier", "scan"): "en signant l’exemplaire papier",
    ("papier", "declaration"): "en signant l’exemplaire papier, que la structure conserve",
    ("sms", "reponse"): "en répondant par SMS",
}
_CONSENT_BY_KIND: Final = {
    "ecran": "à l’écran",
    "papier": "en signant l’exemplaire papier",
    "sms": "par SMS",
}


def _compiled(template: str, data: dict[str, Any], at: datetime) -> bytes:
    """Return the PDF of one of our templates.  Raises :class:`PaperNotMade`."""
    return typeset(_FOLDER / "modeles" / f"{template}.typ", data, at)


def _fitted(
    template: str, data: dict[str, Any], at: datetime, pages: int, sizes: tuple[float, ...], *, fits: str = "size"
) -> bytes:
    """Return the PDF at the first of ``sizes`` that holds in ``pages``, or at the first one when none does.

    ``fits``  what of the template they are: ``size`` of the letters in points, or ``air`` between the lines, a share.

    Long names and many formalities would otherwise leave the signatures alone on a page of their own.
    """
    first = b""
    for size in sizes:
        pdf = _compiled(template, data | {fits: size}, at)
        first = first or pdf
        with pikepdf.open(BytesIO(pdf)) as read:
            if len(read.pages) <= pages:
                return pdf
    return first


def render_mandat(given: MandatDocument) -> bytes:
    """Return the mandat's PDF: text, dates, signatures, summary, QR; acte and texts attached.

    Raises ``QrTooDense``, and ValueError for a zone outside French territory.
    """
    zone = zone_label(given.time_zone)
    last_second = given.expires_at - timedelta(seconds=1)
    data = _paper(given) | {
        "mandant": one_line(given.mandant),
        "structure": one_line(given.structure),
        "aidant": one_line(given.aidant),
        "place": one_line(given.place),
        "zone": zone,
        "from": _tied(french_moment(given.accepted_at, given.time_zone)),
        "until": _tied(french_moment(last_second, given.time_zone)),
        "consented": _tied(french_moment(given.consented_at, given.time_zone)),
        "consent": _CONSENT.get(
            (given.consentement, given.consent_method), _CONSENT_BY_KIND.get(given.consentement, "")
        ),
        "signature": list(given.signature_png) if given.signature_png else None,
        "qr": qr_svg(given.qr),
        "verify": bare_address(given.qr.partition("#")[0]),
        "acte": given.acte,
    }
    return _fitted("mandat", data, given.accepted_at, _PAGES, _SIZES)


def render_exemplaire(given: ExemplaireDocument) -> bytes:
    """Return the sheet to print and sign: text, duration, empty boxes, summary; no date, no QR."""
    data = _paper(given) | {
        "mandant": one_line(given.mandant),
        "structure": one_line(given.structure),
        "aidant": one_line(given.aidant),
        "place": one_line(given.place),
        "duree": one_line(given.duree),
        "zone": zone_label(given.time_zone),
    }
    return _fitted("exemplaire", data, given.prepared_at, _PAGES, _SIZES)


def render_volet(given: VoletDocument) -> bytes:
    """Return the usager's sheet of codes: one page at 16 points (14 when names are long), or two pages at 22 (20).

    Never keep these bytes.
    """
    data = {
        "reference": one_line(given.reference),
        "mandant": one_line(given.mandant),
        "structure": one_line(given.structure),
        "last_day": french_date(given.last_day),
        "verification_code": grouped(given.verification_code),
        "revocation_code": grouped(given.revocation_code),
        "verification_until": french_date(given.verification_until),
        "printed": french_date(given.printed_at.astimezone(ZoneInfo(given.time_zone)).date()),
        "service": one_line(given.service.name),
        "telephone": one_line(given.service.telephone),
        "hours": one_line(given.service.hours),
        "url": bare_address(given.service.usager_url),
        "plain": given.plain,
        "date": day_parts(given.printed_at.astimezone(ZoneInfo(given.time_zone)).date()),
    }
    pages, sizes = (2, _VOLET_LARGE) if given.large else (1, _VOLET)
    return _fitted("volet", data, given.printed_at, pages, sizes)


def render_end_certificate(given: EndCertificate) -> bytes:
    """Return the certificate that a mandat, or part of it, has ended; to be sealed like the mandat."""
    data = {
        "reference": one_line(given.reference),
        "usager": one_line(given.usager),
        "structure": one_line(given.structure),
        "at": _tied(french_moment(given.ended_at, given.time_zone)),
        "zone": zone_label(given.time_zone),
        "whole": not given.standing,
        "ended": [one_line(one) for one in given.ended],
        "standing": [one_line(one) for one in given.standing],
        "made": french_date(local_date(given.made_at, given.time_zone)),
        "verify": bare_address(given.verify),
        "service": one_line(given.service.name),
        "telephone": _tied_number(given.service.telephone),
        "date": day_parts(local_date(given.made_at, given.time_zone)),
    }
    return _compiled("attestation_fin", data, given.made_at)


def render_receipt(given: ReceiptDocument) -> bytes:
    """Return the receipt of a verification, for the verifier's file."""
    data = {
        "id": one_line(given.id),
        "answer": one_line(given.answer),
        "at": _tied(french_moment(given.answered_at, given.time_zone)),
        "facts": [[one_line(label), one_line(words)] for label, words in given.facts],
        "compact": given.compact,
        "keys": bare_address(given.keys),
        "service": one_line(given.service.name),
        "date": day_parts(local_date(given.answered_at, given.time_zone)),
    }
    return _compiled("recu", data, given.answered_at)


def render_letter(given: Letter) -> bytes:
    """Return a letter whose address shows through the window of an ordinary envelope."""
    service, day = given.service, local_date(given.written_at, given.time_zone)
    table = given.table
    data = {
        "sender": [one_line(line) for line in (service.name, *_post_lines(service.post, service.name))]
        + [_tied_number(service.telephone)],
        "recipient": [one_line(line) for line in given.recipient],
        "place_and_date": f"{one_line(given.place)}, le {french_date(day)}",
        "object": one_line(given.object),
        "reference": one_line(given.reference),
        "paragraphs": [one_line(one) for one in given.paragraphs],
        "table": {"columns": [one_line(one) for one in table.columns], "rows": _one_lines(table.rows)}
        if table
        else None,
        "closing": [one_line(one) for one in given.closing],
        "signatory": one_line(given.signatory),
        "foot": " · ".join(filter(None, (one_line(service.name), one_line(given.reference)))),
        "large": given.large,
        "date": day_parts(day),
    }
    return _compiled("courrier", data, given.written_at)


def render_stop_form(
    service: ServiceContact, at: datetime, reference: str = "", usager: str = "", structure: str = ""
) -> bytes:
    """Return the form that stops a mandat on paper, empty or with what is known already."""
    data = {
        "reference": one_line(reference),
        "usager": one_line(usager),
        "structure": one_line(structure),
        "service": one_line(service.name),
        "post": one_line(service.post),
        "telephone": _tied_number(service.telephone),
        "hours": one_line(service.hours),
        "date": day_parts(local_date(at, "Europe/Paris")),
    }
    return _compiled("formulaire_arret", data, at)


def render_explanation(code: str, given: Explained, at: datetime, time_zone: str) -> bytes:
    """Return an explanation of a mandat, in plain words or in another language.  Raises ``NoSuchForm``."""
    top = head(code)
    found = {"lang": top.lang, "direction": top.direction, "title": top.title, "page": top.page}
    return _explained(found, top.notices, explanation(code, given), given.reference, given.service, at, time_zone)


def render_large_summary(reference: str, summary: str, at: datetime, time_zone: str, service: ServiceContact) -> bytes:
    """Return the summary that was shown and consented to, in large print (20 points)."""
    found = {"lang": "fr", "direction": "ltr", "title": "L’essentiel de votre mandat", "large": True}
    notices = ("Ce résumé aide à comprendre. Seul le texte du mandat engage.",)
    page = {"page": "Page {page} sur {total}"}
    text = _DIGITS_APART.sub("\u00a0", summary)
    return _explained(found | page, notices, blocks(text), reference, service, at, time_zone)


def _explained(
    found: dict[str, Any],
    notices: tuple[str, ...],
    text: tuple[Block, ...],
    reference: str,
    service: ServiceContact,
    at: datetime,
    time_zone: str,
) -> bytes:
    data = {"large": False} | found
    data |= {"notices": list(notices), "blocks": [{"kind": one.kind, "text": one.text} for one in text]}
    data |= {"reference": one_line(reference), "service": one_line(service.name)}
    return _fitted("explication", data | {"date": day_parts(local_date(at, time_zone))}, at, 1, _AIR, fits="air")


def render_blank(service: ServiceContact, at: datetime, time_zone: str) -> bytes:
    """Return the type mandat, blank."""
    text = [{"kind": one.kind, "text": one.text} for one in blocks(blank_text(service))]
    data = {"blocks": text, "service": one_line(service.name), "date": day_parts(local_date(at, time_zone))}
    return _compiled("modele", data, at)


def _post_lines(post: str, name: str) -> list[str]:
    """Cut a postal address into lines; its first part is left out when it repeats the sender's name."""
    parts = [part.strip() for part in post.split(",")]
    return parts[1:] if parts[0] == name else parts


def _one_lines(rows: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    return [[one_line(cell) for cell in row] for row in rows]


def _tied_number(number: str) -> str:
    return one_line(number).replace(" ", "\u00a0")


def _paper(given: MandatDocument | ExemplaireDocument) -> dict[str, Any]:
    """Return what the two papers share: the frozen words, cut into what a page lays out."""
    at = given.accepted_at if isinstance(given, MandatDocument) else given.prepared_at
    return {
        "reference": given.reference,
        "text": given.text,
        "summary": given.summary,
        "text_sha256": sha256_hex(given.text),
        "blocks": [{"kind": block.kind, "text": block.text} for block in blocks(given.text)],
        "summary_lines": [block.text for block in blocks(given.summary)],
        "service": one_line(given.service.name),
        "telephone": one_line(given.service.telephone),
        "url": bare_address(given.service.usager_url),
        "date": day_parts(at.astimezone(ZoneInfo(given.time_zone)).date()),
    }


def _tied(moment: str) -> str:
    """Keep the hour of a moment in French words on one line."""
    day, at, hour = moment.partition(" à ")
    return f"{day}{at}" + hour.replace(" ", "\u00a0")


def render_certificate(given: Certificate) -> bytes:
    """Return the certificate of somebody who did the training and obtained the certification."""
    data = {
        "person": one_line(given.person),
        "hours": given.hours,
        "completed": _tied(french_date(given.completed_on)),
        "obtained": _tied(french_date(given.obtained_on)),
        "body": one_line(given.body),
        "skills": list(given.skills),
        "made": french_date(given.made_at.date()),
        "service": one_line(given.service),
        "date": day_parts(given.made_at.date()),
    }
    return _compiled("certificat", data, given.made_at)
