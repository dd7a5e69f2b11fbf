"""The third step: the exact text, and the usager's consent by drawing, by code or on paper."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.consentement import ecran, papier
from mandats.domain.durees import french_date, last_day
from mandats.pages.conseiller.access import with_brouillon
from mandats.pages.conseiller.contacts import contact_notes
from mandats.pages.conseiller.forms import ConsentCodeForm, DrawingForm, ScanForm, TelephoneForm
from mandats.pages.conseiller.present import (
    consent_words,
    demarches_of,
    hour,
    lacks_email,
    paragraphs,
    person_in_couple,
    replaced_rows,
    reserved_words,
    zone_of,
)
from mandats.pages.conseiller.previous import asks_if_still_same
from mandats.pages.conseiller.streams import pdf_answer
from mandats.pages.conseiller.ways import after_consent
from mandats.registre.coffre import FrozenTexts, identity_of
from mandats.registre.models import Brouillon, Document
from mandats.registre.selectors import replaced_by_signing
from mandats.registre.services.ailleurs import has_choice
from mandats.registre.services.brouillons import freeze
from mandats.registre.services.personnes import waits_for_answer
from mandats.registre.texts import duree_of

Take = Callable[[Any], Decision]


@require_safe
@with_brouillon
@asks_if_still_same
def recap(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Step 3: summary, exact text, and the ways to consent."""
    return _recap(request, acteur, brouillon)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def by_drawing(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The usager ticks and draws."""

    def take(form: DrawingForm) -> Decision:
        data = form.cleaned_data
        return ecran.consent_by_drawing(brouillon.id, data["drawing"], data["text_sha256"], acteur, timezone.now())

    return _take(request, acteur, brouillon, "drawing", take)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def send_code(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Send a code to the usager's own telephone, then ask for it."""
    form = TelephoneForm(posted(request), auto_id="tel_%s")
    if form.is_valid():
        sent = ecran.send_consent_code(brouillon.id, form.cleaned_data["telephone"], acteur, timezone.now())
        if not isinstance(sent, Denied):
            return redirect(_recap_address(brouillon, "code"))
        form.add_error("telephone", sent.reason.message)
    elif request.method != "POST":
        return redirect("mandats:brouillon_recap", brouillon.id)
    return _recap(request, acteur, brouillon, telephone=form)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def by_code(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The usager ticks and gives the code received."""

    def take(form: ConsentCodeForm) -> Decision:
        data = form.cleaned_data
        return ecran.consent_by_code(brouillon.id, data["code"], data["text_sha256"], acteur, timezone.now())

    return _take(request, acteur, brouillon, "code", take)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def exemplaire(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Print the sheet to sign; its bytes are kept, so it is a POST."""
    if request.method != "POST":
        return redirect("mandats:brouillon_recap", brouillon.id)
    printed = papier.print_exemplaire(brouillon.id, acteur, timezone.now())
    if isinstance(printed, Denied):
        warn(request, printed, level=messages.ERROR)
        return redirect("mandats:brouillon_recap", brouillon.id)
    return pdf_answer(printed, f"exemplaire-a-signer-{brouillon.reference}.pdf")


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def by_paper(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The signed sheet comes back as a scan or a photograph."""

    def take(form: ScanForm) -> Decision:
        data = form.cleaned_data
        content, day = data["scan"].read(), data["signed_on"]
        return papier.consent_on_paper(
            brouillon.id, content, data["text_sha256"], acteur, timezone.now(), signed_on=day
        )

    return _take(request, acteur, brouillon, "paper", take)


_FORMS: dict[str, tuple[type[forms.Form], str, str]] = {
    "drawing": (DrawingForm, "draw_%s", "drawing"),
    "code": (ConsentCodeForm, "code_%s", "code"),
    "paper": (ScanForm, "scan_%s", "scan"),
}


def _take(request: HttpRequest, acteur: Acteur, brouillon: Brouillon, way: str, take: Take) -> HttpResponse:
    """Read the form of one way, give it to its service, then go on to the acceptation or say what is wrong."""
    if request.method != "POST":
        return redirect("mandats:brouillon_recap", brouillon.id)
    kind, auto_id, main_field = _FORMS[way]
    form = kind(request.POST, request.FILES, auto_id=auto_id)
    if form.is_valid():
        answer = after_consent(request, brouillon, form, take(form), main_field)
        if answer is not None:
            return answer
    return _recap(request, acteur, brouillon, **{way: form})


def _recap_address(brouillon: Brouillon, way: str) -> str:
    return f"{reverse('mandats:brouillon_recap', args=(brouillon.id,))}?accord={way}#accord"


def _recap(
    request: HttpRequest, acteur: Acteur, brouillon: Brouillon, telephone: forms.Form | None = None, **bound: forms.Form
) -> HttpResponse:
    """Show the recap; ``bound`` is the one form that was refused, under its way."""
    texts = freeze(brouillon.id, acteur, timezone.now())
    if isinstance(texts, Denied):
        messages.info(request, texts.reason.message)
        return redirect("mandats:brouillon_identity", brouillon.id)
    if waits_for_answer(brouillon):
        return redirect("mandats:brouillon_same_person", brouillon.id)
    way = next(iter(bound), "code" if telephone else request.GET.get("accord", ""))
    failed = any(form.errors for form in (*bound.values(), *filter(None, (telephone,))))
    context = (
        _facts(brouillon, texts)
        | _consent_forms(texts, bound)
        | {
            "telephone": telephone or TelephoneForm(auto_id="tel_%s"),
            "way": way,
            "failed": failed,
        }
    )
    return render(request, "mandats/conseiller/recap.html", context, status=422 if failed else 200)


def _consent_forms(texts: FrozenTexts, bound: dict[str, forms.Form]) -> dict[str, Any]:
    """Return the three forms, each carrying the digest of the text on the screen."""
    fresh = {
        way: kind(initial={"text_sha256": texts.text_sha256}, auto_id=auto_id)
        for way, (kind, auto_id, _) in _FORMS.items()
    }
    return {f"{way}_form": form for way, form in (fresh | bound).items()}


def _facts(brouillon: Brouillon, texts: FrozenTexts) -> dict[str, Any]:
    """Return what the recap says around the text."""
    now, zone, identite = timezone.now(), brouillon.structure.time_zone, identity_of(brouillon)
    return {
        "brouillon": brouillon,
        "step": 3,
        "identite": identite,
        "summary": texts.summary.strip().split("\n"),
        "text": paragraphs(texts.text),
        "demarches": demarches_of(brouillon),
        "reserved": reserved_words(brouillon.reserved_acts),
        "host": brouillon.structure.houses_or_bills,
        "asks_elsewhere": has_choice(brouillon),
        "person": person_in_couple(brouillon),
        "last_day": french_date(last_day(now, duree_of(brouillon.duree), zone)),
        "zone": zone_of(zone),
        "lacks_email": identite is not None and lacks_email(identite, brouillon),
        **(contact_notes(brouillon, identite) if identite else {}),
        "replaced": replaced_rows(replaced_by_signing(brouillon, identite, now), brouillon, now) if identite else [],
        "code_sent_at": hour(brouillon.code_sent_at, zone) if brouillon.code_sent_at else "",
        "consent_way": consent_words(brouillon.consent_method),
        "printed": Document.objects.filter(brouillon=brouillon, kind="exemplaire").exists(),
    }
