"""Public pages of words, the help and its search, the figures, the plan of the site."""

from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from aidants.domain.demarches import DEMARCHES
from mandats.pages.public.carte import departments, tiles
from mandats.pages.public.kept import page
from mandats.pages.public.prose import search, textes
from mandats.pages.public.series import rows_of
from mandats.pilotage.publiques import last_figures

_QUERY = 100


@require_safe
@page
def prose(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one page of words."""
    return render(request, "public/prose.html", {"texte": textes("pages")[slug]})


@require_safe
@page
def help_index(request: HttpRequest) -> HttpResponse:
    """List the articles of the help, or those that answer a search; the search needs no script."""
    query = request.GET.get("q", "")[:_QUERY].strip()
    articles = textes("aide").values()
    rubriques = [(name, list(found)) for name, found in groupby(articles, key=lambda one: one.rubrique)]
    context = {"query": query, "found": search("aide", query), "rubriques": rubriques}
    return render(request, "public/help.html", context)


@require_safe
@page
def help_article(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one article of the help."""
    article = textes("aide").get(slug)
    if article is None:
        raise Http404
    others = [one for one in textes("aide").values() if one.rubrique == article.rubrique and one.slug != slug]
    return render(request, "public/article.html", {"texte": article, "others": others})


@require_safe
@page
def site_map(request: HttpRequest) -> HttpResponse:
    """Show every page that needs no account."""
    return render(request, "public/site_map.html", {"articles": textes("aide").values()})


@require_safe
@page
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the figures as computed last: in words, in tables, on a map of tiles."""
    told = last_figures()
    if told is None:
        return render(request, "public/statistics.html", {"told": None})
    counts = told.figures["par_departement"]
    labels = {code: one.label for code, one in DEMARCHES.items()}
    context = {
        "told": told,
        "figures": told.figures,
        "demarches": rows_of(told.figures["par_demarche"], labels),
        "mois": rows_of(told.figures["par_mois"]),
        "tiles": tiles(counts),
        "departments": departments(counts),
    }
    return render(request, "public/statistics.html", context)
