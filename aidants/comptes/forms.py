"""What is typed to sign in.  Well-formedness only."""

from typing import Any

from django import forms


class CodeInput(forms.TextInput):
    """A field that comes back empty: a code that was refused never serves."""

    def format_value(self, value: Any) -> None:
        """Show nothing of what was typed."""


def code_field(label: str = "Code à 6 chiffres", help_text: str = "") -> forms.CharField:
    """Return the field of a one-time code, as telephones and password managers recognise it."""
    widget = CodeInput(
        attrs={
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "maxlength": 12,
            "spellcheck": "false",
        }
    )
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=12,
        widget=widget,
        error_messages={"required": "Saisissez le code affiché par votre application."},
    )


class SignInForm(forms.Form):
    """E-mail, password and code on one page: one form, one answer."""

    email = forms.CharField(
        label="Adresse électronique",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
        error_messages={"required": "Saisissez votre adresse électronique."},
    )
    password = forms.CharField(
        label="Mot de passe",
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Saisissez votre mot de passe."},
    )
    code = code_field(help_text="Celui de votre application d’authentification, sur votre téléphone.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor where the next thing is typed."""
        super().__init__(*args, **kwargs)
        first = "password" if self.is_bound and self.data.get("email") else "email"
        self.fields[first].widget.attrs["autofocus"] = True


class CodeForm(forms.Form):
    """The second factor alone."""

    code = code_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor in the only field."""
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True
