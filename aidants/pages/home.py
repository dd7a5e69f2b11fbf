"""The front door: three ways in for who is not signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe
from django_otp.middleware import is_verified


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the three doors, or lead who is signed in to their desk."""
    if is_verified(request.user):
        return redirect("mandats:desk")
    return render(request, "aidants/home.html")
