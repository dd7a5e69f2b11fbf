"""Other ways to consent, each on a page of its own: before a witness, by a declaration, by text message.

« Je veux réfléchir » stands on each, as large as « Je signe ».
"""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aidants.domain.acteur import Acteur
from aidants.domain.decisions import Decision, Denied
from aidants.domain.telephone import in_french
from aidants.pages.posted import posted
from aidants.pages.refusals import warn
from mandats.consentement import sms
from mandats.domain import errors
from mandats.domain.accord_sms import ASKED_AGAIN
from mandats.domain.durees import local_date
from mandats.pages.conseiller.access import with_brouillon
from mandats.pages.conseiller.forms_ways import DeclarationForm, RemoteForm, WitnessForm
from mandats.pages.conseiller.present import hour, moment, paragraphs
from mandats.registre.coffre import FrozenTexts, identity_of
from mandats.registre.models import Brouillon, DemandeSms, Document
from mandats.registre.services.brouillons import freeze
from mandats.registre.services.demandes import cancel_request, last_request, sent_messages
from mandats.registre.services.exemplaires import consent_by_declaration
from mandats.registre.services.temoin import Temoin, consent_before_witness, note_read_aloud


def _texts(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> FrozenTexts | HttpResponse:
    """Return the frozen texts, or the way back for a brouillon that has no identity."""
    texts = freeze(brouillon.id, acteur, timezone.now())
    if isinstance(texts, Denied):
        messages.info(request, texts.reason.message)
        return redirect("mandats:brouillon_identity", brouillon.id)
    return texts


def _page(request: HttpRequest, name: str, brouillon: Brouillon, form: Form, **more: Any) -> HttpResponse:
    context = {"brouillon": brouillon, "step": 3, "identite": identity_of(brouillon), "form": form} | more
    return render(request, f"mandats/conseiller/{name}.html", context, status=422 if form.errors else 200)


def after_consent(
    request: HttpRequest, brouillon: Brouillon, form: Form, done: Decision, field: str | None = None
) -> HttpResponse | None:
    """Return where to go after a service answered; ``None`` to show the form again with what is wrong at ``field``."""
    if not isinstance(done, Denied):
        return redirect("mandats:brouillon_accept", brouillon.id)
    if done.reason in (errors.TEXT_CHANGED, errors.BROUILLON_GONE):
        warn(request, done, level=messages.ERROR)
        return redirect("mandats:brouillon_recap", brouillon.id)
    form.add_error(field, done.reason.message)
    return None


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def aloud(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Read the text aloud part by part; at its end, note that it was read."""
    texts = _texts(request, acteur, brouillon)
    if isinstance(texts, HttpResponse):
        return texts
    parts = reading_parts(texts)
    number = request.POST.get("part") or request.GET.get("partie") or "1"
    at = min(max(int(number), 1), len(parts)) if number.isascii() and number.isdigit() else 1
    if request.method == "POST":
        done = note_read_aloud(brouillon.id, request.POST.get("text_sha256", ""), acteur, timezone.now())
        if isinstance(done, Denied):
            warn(request, done, level=messages.ERROR)
            return redirect("mandats:brouillon_aloud", brouillon.id)
        messages.success(request, "La lecture à voix haute est inscrite au journal.")
        return redirect("mandats:brouillon_consent_witness", brouillon.id)
    context = {
        "brouillon": brouillon,
        "step": 3,
        "part": parts[at - 1],
        "at": at,
        "total": len(parts),
        "following": at + 1 if at < len(parts) else 0,
        "previous": at - 1,
        "text_sha256": texts.text_sha256,
    }
    return render(request, "mandats/conseiller/aloud.html", context)


def reading_parts(texts: FrozenTexts) -> list[list[str]]:
    """Cut what is read aloud: the summary first, then each numbered part of the text, whole."""
    parts = [[line for line in texts.summary.strip().split("\n") if line]]
    for kind, lines in paragraphs(texts.text):
        if kind in ("title", "heading"):
            parts.append([])
        parts[-1].extend(line.text for line in lines)
    return [part for part in parts if part]


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def witness(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """The usager agrees aloud before a named witness; neither a cross nor a drawing is asked."""
    texts = _texts(request, acteur, brouillon)
    if isinstance(texts, HttpResponse):
        return texts
    brouillon.refresh_from_db(fields=("read_aloud_at",))
    form = WitnessForm(posted(request), initial={"text_sha256": texts.text_sha256})
    if form.is_valid():
        given = form.cleaned_data
        who = Temoin(given["name"], given["quality"])
        done = consent_before_witness(brouillon.id, who, given["text_sha256"], acteur, timezone.now())
        answer = after_consent(request, brouillon, form, done)
        if answer is not None:
            return answer
    read = brouillon.read_aloud_at
    read_at = hour(read, brouillon.structure.time_zone) if read else ""
    return _page(request, "witness", brouillon, form, read_at=read_at)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def declaration(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """« Exemplaire signé conservé »: it stands for seven days."""
    texts = _texts(request, acteur, brouillon)
    if isinstance(texts, HttpResponse):
        return texts
    today = local_date(timezone.now(), brouillon.structure.time_zone)
    form = DeclarationForm(posted(request), initial={"text_sha256": texts.text_sha256, "signed_on": today})
    if form.is_valid():
        given = form.cleaned_data
        done = consent_by_declaration(
            brouillon.id, given["text_sha256"], acteur, timezone.now(), signed_on=given["signed_on"]
        )
        answer = after_consent(request, brouillon, form, done)
        if answer is not None:
            return answer
    printed = Document.objects.filter(brouillon=brouillon, kind="exemplaire").exists()
    return _page(request, "declaration", brouillon, form, printed=printed)


@require_http_methods(["GET", "HEAD", "POST"])
@with_brouillon
def remote(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Ask for consent by text message, then show what is awaited and what came."""
    texts = _texts(request, acteur, brouillon)
    if isinstance(texts, HttpResponse):
        return texts
    waiting = last_request(brouillon)
    if waiting is not None and waiting.closed_at is None and request.method != "POST":
        return _waiting(request, brouillon, waiting)
    if request.method != "POST" and waiting is not None and _has_agreed(brouillon, waiting):
        messages.success(request, "La personne a répondu : elle est d’accord.")
        return redirect("mandats:brouillon_accept", brouillon.id)
    identite = identity_of(brouillon)
    known = {"text_sha256": texts.text_sha256, "telephone": in_french(identite.sms_number) if identite else ""}
    form = RemoteForm(posted(request), initial=known)
    if form.is_valid():
        given = form.cleaned_data
        asked = sms.ask(
            brouillon.id, given["telephone"], given["verified"], given["text_sha256"], acteur, timezone.now()
        )
        if not isinstance(asked, Denied):
            return redirect("mandats:brouillon_consent_sms", brouillon.id)
        answer = after_consent(request, brouillon, form, asked)
        if answer is not None:
            return answer
    outcome = waiting.outcome if waiting else ""
    return _page(request, "remote", brouillon, form, outcome=outcome)


def _has_agreed(brouillon: Brouillon, demande: DemandeSms) -> bool:
    """Tell whether this request brought the consent; the answer may have come after the brouillon was read."""
    if demande.outcome != "accord":
        return False
    brouillon.refresh_from_db(fields=["consented_at"])
    return brouillon.consented_at is not None


def _word_of(waiting: DemandeSms, sent: list[tuple[str, str]]) -> str:
    """Return how a request that waits stands: answers not understood, and where both messages are."""
    return " ".join(("attente", str(waiting.unknown_answers), *(state for _, state in sent)))


def _waiting(request: HttpRequest, brouillon: Brouillon, waiting: DemandeSms) -> HttpResponse:
    zone, sent = brouillon.structure.time_zone, sent_messages(waiting)
    context = {
        "brouillon": brouillon,
        "step": 3,
        "identite": identity_of(brouillon),
        "asked_at": moment(waiting.created_at, zone),
        "until": moment(waiting.expires_at, zone),
        "messages_sent": sent,
        "word": _word_of(waiting, sent),
        "unknown": waiting.unknown_answers,
        "left": max(0, ASKED_AGAIN + 1 - waiting.unknown_answers),
        "demande": waiting,
    }
    return render(request, "mandats/conseiller/remote_wait.html", context)


@require_safe
@with_brouillon
def remote_state(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Tell in one word how the request stands; a page that waits asks it."""
    waiting = last_request(brouillon)
    word = "" if waiting is None else waiting.outcome or _word_of(waiting, sent_messages(waiting))
    return HttpResponse(word, content_type="text/plain; charset=utf-8")


@require_POST
@with_brouillon
def cancel_remote(request: HttpRequest, acteur: Acteur, brouillon: Brouillon) -> HttpResponse:
    """Withdraw a request that nobody answered."""
    waiting = last_request(brouillon)
    if waiting is not None and cancel_request(waiting.id, brouillon.id, acteur, timezone.now()):
        messages.success(request, "La demande est annulée. Une réponse qui arriverait encore ne serait pas prise.")
    return redirect("mandats:brouillon_recap", brouillon.id)
