"""The field of a form that takes an e-mail address: one that a message can be sent to."""

from django import forms
from django.utils.encoding import punycode


class AdresseField(forms.EmailField):
    """An e-mail address whose domain has a form on the wire.

    Django's own validator takes domains that no message could be addressed to (RFC 5890 §2.3.2.1: a label of more than
    63 octets once encoded, or an empty one): the error would come when the message leaves, to nobody who can mend it.
    """

    def clean(self, value: object) -> str:
        """Return the address as typed.  Raises ``ValidationError`` with the field's own message for ``invalid``."""
        cleaned: str = super().clean(value)
        try:
            punycode(cleaned.rpartition("@")[2])
        except UnicodeError as unsendable:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from unsendable
        return cleaned
