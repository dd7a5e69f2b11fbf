"""What the legal text is filled with: plain data, copied from the tables on the day.  No Django."""

from dataclasses import dataclass

from mandats.domain.actes import AidantActing, Mandant, StructureParty
from mandats.domain.durees import Duree


@dataclass(frozen=True, slots=True)
class ServiceContact:
    """How the usager reaches the service.

    ``usager_url`` is the address that they type, ``telephone`` as it is printed, ``post`` where a
    letter goes, ``privacy`` whom to ask about personal data; ``sms_number`` empty: no SMS channel;
    ``hours`` the days and hours when ``telephone`` is answered, as a sentence goes on with them.
    """

    name: str
    usager_url: str
    telephone: str
    post: str
    privacy: str
    sms_number: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class DemarcheAsked:
    """A demarche by its code, and the precise formalities named; none: the whole theme."""

    code: str
    formalites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextInput:
    """Everything that fills the blanks of the mandat's text.

    ``birthplace_label`` names the place of birth when we know it (otherwise its COG code is printed);
    ``identity`` is ``franceconnect`` or ``piece_vue``; ``time_zone`` the IANA name of the structure's
    zone; ``host``: the structure houses, employs, lends to or bills the usager.  ``cited`` is the reference
    of the mandat that this one takes over, ``replaces_elsewhere`` the usager's choice about all others.
    """

    reference: str
    mandant: Mandant
    structure: StructureParty
    aidant: AidantActing
    demarches: tuple[DemarcheAsked, ...]
    duree: Duree
    time_zone: str
    identity: str
    service: ServiceContact
    single_use: bool = False
    reserved_acts: tuple[str, ...] = ()
    birthplace_label: str = ""
    host: bool = False
    cited: str = ""
    replaces_elsewhere: bool = False
