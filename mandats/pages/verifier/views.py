"""Verifying a mandat at the counter or by telephone, without an account (PROTOCOLS §3)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.comptes.address import client_network
from aidants.domain.decisions import Denied
from aidants.domain.demarches import DEMARCHES
from aidants.journal.limits import Throttled
from mandats.domain.errors import RECEIPT_UNKNOWN, TOO_MANY_LOOKUPS
from mandats.domain.suites import MOTIFS_DE_REFUS, Suite
from mandats.pages.verifier.forms import VerifyForm, kept_of, typed_in
from mandats.verification.answers import LABELS, Answer
from mandats.verification.lookups import verify
from mandats.verification.questions import Asker, Question, Verdict
from mandats.verification.receipt import read_receipt
from mandats.verification.receipt_paper import receipt_pdf
from mandats.verification.suites import tell_suite

LABELS_OF_SUITE = {Suite.ACCEPTEE: "démarche acceptée", Suite.REFUSEE: "démarche refusée"}
_TONES = {Answer.COUVRE: "success", Answer.INCONNU: "error", Answer.SUSPENDU: "warning"}


@dataclass(frozen=True, slots=True)
class Counter:
    """From where an agent asks: the routes of their form, and the organisation that is known to stand behind them."""

    form_route: str = "mandats:verify_form"
    suite_route: str = "mandats:verify_suite"
    organisation: str = ""


ANYBODY = Counter()


@never_cache
@sensitive_post_parameters("code", "family_name", "day", "month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest) -> HttpResponse:
    """Ask the fields; show the answer with its receipt."""
    asked = typed_in(VerifyForm, request.POST)
    if not asked.is_valid():
        return ask(request, asked, ANYBODY)
    asker = Asker(asked.cleaned_data["organisation"], "page", client_network(request))
    return answered(request, asked, asker, ANYBODY)


def ask(request: HttpRequest, asked: VerifyForm, counter: Counter) -> HttpResponse:
    """Show the form, with what is wrong with it."""
    context = {"form": asked, "counter": counter, "proconnect": bool(settings.PROCONNECT_CLIENT_ID)}
    return render(request, "verifier/form.html", context, status=422 if asked.is_bound else 200)


def answered(request: HttpRequest, asked: VerifyForm, asker: Asker, counter: Counter) -> HttpResponse:
    """Look up what a valid form asks; show the answer, or how long to wait."""
    given, now = asked.cleaned_data, timezone.now()
    verdict = verify(_question(given), asker, now)
    if not isinstance(verdict, Verdict):
        return _too_many(request, asked, verdict if isinstance(verdict, Throttled) else Throttled(60), counter)
    context = _answer_context(verdict, given["reference"], asker) | {"counter": counter, "asked_at": now}
    if verdict.answer is Answer.INCONNU:
        context["kept"] = kept_of(asked).items()
    return render(request, "verifier/answer.html", context)


def _question(given: dict[str, Any]) -> Question:
    return Question(
        demarche=given["demarche"],
        reference=given["reference"],
        code=given["code"],
        family_name=given["family_name"],
        birthdate=given["birthdate"],
    )


def _answer_context(verdict: Verdict, reference: str, asker: Asker) -> dict[str, Any]:
    return {
        "verdict": verdict,
        "last_second": verdict.expires_at - timedelta(seconds=1) if verdict.expires_at else None,
        "label": LABELS[verdict.answer],
        "tone": _TONES.get(verdict.answer, "error"),
        "demarche": DEMARCHES[verdict.demarche],
        "reference": reference,
        "organisation": asker.organisation,
        "authenticated": asker.authenticated,
        "motifs": MOTIFS_DE_REFUS,
    }


def _too_many(request: HttpRequest, asked: VerifyForm, wait: Throttled, counter: Counter) -> HttpResponse:
    """Say how long to wait, on a page that costs little and keeps what was typed."""
    kept, code = kept_of(asked), asked.data.get("code", "")
    context = {"wait": wait, "counter": counter, "kept": kept.items(), "code": code, "reference": kept["reference"]}
    response = render(request, "verifier/wait.html", context, status=TOO_MANY_LOOKUPS.http)
    response["Retry-After"] = str(wait.seconds)
    return response


@never_cache
@require_POST
def receipt(request: HttpRequest) -> HttpResponse:
    """Hand a receipt back as a file: only one that we signed, so that nothing else is ever served from here.

    A PDF for the agent's file, or the signed receipt by itself.
    """
    compact, now = request.POST.get("receipt", ""), timezone.now()
    told = read_receipt(compact, now)
    if told is None:
        raise Http404
    paper = receipt_pdf(compact, now) if request.POST.get("form") == "pdf" else None
    kind, suffix = ("application/pdf", "pdf") if paper else ("application/jose", "jws")
    headers = {"Content-Disposition": f'attachment; filename="recu-{told["jti"]}.{suffix}"'}
    return HttpResponse(paper or compact, content_type=kind, headers=headers)


@never_cache
@require_POST
def suite(request: HttpRequest) -> HttpResponse:
    """Take what the agent did with the mandat; the receipt says which verification it was."""
    return take_suite(request, ANYBODY)


def take_suite(request: HttpRequest, counter: Counter, client_id: UUID | None = None) -> HttpResponse:
    """Keep the agent's decision; ``client_id`` when their verification was made in a client's name."""
    receipt, chosen = request.POST.get("receipt", ""), request.POST.get("suite", "")
    motif = request.POST.get("motif", "") if chosen == Suite.REFUSEE else ""
    outcome = tell_suite(receipt, chosen, motif, timezone.now(), client_id=client_id)
    denied = outcome.reason if isinstance(outcome, Denied) else None
    context = {
        "receipt": "" if denied is RECEIPT_UNKNOWN else receipt,
        "motifs": MOTIFS_DE_REFUS,
        "told": "" if denied else LABELS_OF_SUITE[Suite(chosen)],
        "error": denied.message if denied else "",
        "counter": counter,
    }
    return render(request, "verifier/suite_told.html", context, status=denied.http if denied else 200)


@require_safe
def qr(request: HttpRequest) -> HttpResponse:
    """Read the QR's statement in the browser (the fragment never reaches us), or offer the form."""
    letters = {demarche.letter: demarche.label for demarche in DEMARCHES.values()}
    return render(request, "verifier/qr.html", {"form": VerifyForm(), "letters": letters, "counter": ANYBODY})
