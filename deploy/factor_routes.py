"""The one table of what a signed-in person's acts ask of their second factor (DOMAIN §4).

Every route that takes a POST from somebody signed in stands in one of the three lists, and a test compares them with
the URLconf.  A route that stands in none is treated as one of :data:`OF_LATE`.
"""

from collections.abc import Mapping
from typing import Final

# The factor is given in the form itself, each time: signatures, ends, money, rights, changes of a factor.
AT_THE_ACT: Final = frozenset(
    {
        # One's own account: the factor is given on the page before, for one change.
        "aidants:account_confirm",
        "aidants:account_password",
        "aidants:account_telephone",
        "aidants:add_application",
        "aidants:add_card",
        "aidants:add_passkey",
        "aidants:add_passkey_options",
        "aidants:recovery_codes",
        "aidants:remove_factor",
        "aidants:unlink_proconnect",
        # Who is in a team, as what, under which name; who comes back in.
        "aidants:adhesion_answer",
        "aidants:correct_identity",
        "aidants:help_member",
        "aidants:help_person",
        "aidants:invite",
        "aidants:invite_again",
        "aidants:place",
        "aidants:reactivate_member",
        "aidants:card_take",
        "aidants:cards_import",
        "aidants:imports",
        # National roles, structures, one person's right.
        "aidants:nomination_answer",
        "aidants:role_withdraw",
        "aidants:roles",
        "aidants:structure_change",
        "aidants:structure_new",
        "aidants:structure_perimeter",
        "aidants:structure_referent",
        "aidants:structure_suspend",
        "aidants:dossier_instruct",
        "aidants:right_withdraw",
        "aidants:certificate_withdraw",
        "aidants:organisme_end",
        "aidants:organisme_import",
        # Money of the scheme: contracts, conventions, instalments (many at once, one factor), what is granted.
        "aidants:relation_contract",
        "aidants:contrat",
        "aidants:poste_back",
        "aidants:convention",
        "aidants:convention_sign",
        "aidants:conventions",
        "aidants:parametres",
        "aidants:parametres_total",
        # Mandats: what is signed, what ends, what is known of an usager.
        "mandats:accueil_paper",
        "mandats:administration:archive",
        "mandats:administration:ask",
        "mandats:administration:demande",
        "mandats:administration:part",
        "mandats:administration:rapprochement",
        "mandats:autorisation_revoke",
        "mandats:brouillon_accept",
        "mandats:closure_confirm",
        "mandats:end_by_proof",
        "mandats:merger",
        "mandats:renounce",
        "mandats:revoke",
        "mandats:revoke_paper",
        # What a site may ask of us.
        "oidc:registry_change",
        "oidc:registry_new",
        "oidc:registry_receiver",
        "oidc:registry_rotate",
        "oidc:registry_suspend",
    }
)

# Done in series, or with words that take time: a factor given in the last fifteen minutes is enough; an older one is
# given again first, and the act waits for it (`aidants/comptes/access.py`).
OF_LATE: Final = frozenset(
    {
        # Attendance and results open a right; bodies and their agents write them.
        "aidants:organisme_session",
        "aidants:organisme_results",
        "aidants:organisme_cancel",
        "aidants:organismes",
        "aidants:organisme_agrement",
        # Posts are money: opinions, decisions, numbers, days of a call, who is recruited.
        "aidants:prefecture_avis",
        "aidants:comite_decide",
        "aidants:comite_close",
        "aidants:quotas",
        "aidants:quota_move",
        "aidants:appel_candidatures",
        "aidants:relation_recruit",
        # Declarations and terms open a structure's right, and one's own.
        "aidants:structure_declare",
        "aidants:terms",
        # What is printed holds somebody's code, what is handed over somebody's data.
        "aidants:print_letter",
        "mandats:accueil_accord",
        "mandats:administration:copy",
    }
)

# No right and no money of anybody changes hands: each with why.
NOT_ASKED: Final[Mapping[str, str]] = {
    "aidants:second_factor": "gives the factor",
    "aidants:structures": "chooses which of one's own structures is acted for",
    # One's own account.
    "aidants:close_other_sessions": "only closes",
    "aidants:close_session": "only closes",
    "aidants:rename_factor": "a name that its owner alone reads",
    "aidants:join": "asks; a referent answers with a factor",
    "aidants:adhesion_take_back": "takes one's own question back",
    "aidants:formation_inscribe": "one's own place in a session",
    "aidants:formation_leave": "one's own place in a session",
    # Looking: each look is journaled.
    "aidants:find_person": "looks",
    "aidants:habilitation_find": "looks",
    "aidants:journal_export": "looks; no identity is in it",
    "aidants:journal_search": "looks; no identity is in it",
    "aidants:vivier_open": "looks at a profile, and its owner sees it",
    "mandats:accueil": "looks; a suspension at most follows",
    "mandats:administration:search": "looks; what is found is asked for with a factor",
    "mandats:closure": "shows what would end; confirmed on the next page",
    "mandats:find": "looks",
    "mandats:list": "looks",
    # Words.
    "aidants:dossier_write": "a message",
    "aidants:instruction_one": "a message",
    "aidants:relation_answer": "says an interest, which binds nobody",
    "mandats:alertes:answer": "a word on an alert, which sanctions nobody",
    "mandats:objection_answer": "words that the usager reads",
    # Undone in the same gesture, or by the next one.
    "aidants:cancel_invitation": "shuts a door that nobody has passed; another is sent with a factor",
    "aidants:comites": "a day in a calendar",
    "aidants:comite_remove": "a day in a calendar, with no agenda",
    "aidants:comite_enlist": "an agenda decides nothing",
    "aidants:comite_delist": "an agenda decides nothing",
    "aidants:organisme_new": "a session, which anybody may ignore",
    "aidants:structure_listing": "undone in the same gesture",
    "mandats:administration:withdraw": "takes one's own question back; nothing was done yet",
    # Equipment, calls, reports: figures and parcels.
    "aidants:call_back": "a call answered",
    "aidants:call_end": "a call answered",
    "aidants:call_receive": "a call to answer",
    "aidants:call_take": "a call answered",
    "aidants:kit_follow": "a parcel",
    "aidants:kit_send": "a parcel",
    "aidants:kits": "a parcel of free material",
    "aidants:report": "a figure, without a name",
    "aidants:report_cancel": "a figure, without a name",
    "mandats:use_report": "a figure, without a name",
    # To stop wrongly is cheap (DOMAIN §3.4), and stops within 5 s.
    "mandats:accueil_hand": "says that a letter was posted",
    "mandats:accueil_suspend": "only suspends; the usager alone lifts it",
    # The bridge asks a factor of less than fifteen minutes by a rule of its own (`oidc/protocol/choice.py`).
    "oidc:choice": "its own rule",
    # At the desk: nothing of a brouillon stands before it is accepted, with a factor.
    **dict.fromkeys(
        (
            "mandats:new",
            "mandats:renew",
            "mandats:brouillon_abandon",
            "mandats:brouillon_aloud",
            "mandats:brouillon_card",
            "mandats:brouillon_change",
            "mandats:brouillon_citation",
            "mandats:brouillon_consent_code",
            "mandats:brouillon_consent_declaration",
            "mandats:brouillon_consent_drawing",
            "mandats:brouillon_consent_exemplaire",
            "mandats:brouillon_consent_paper",
            "mandats:brouillon_consent_send_code",
            "mandats:brouillon_consent_sms",
            "mandats:brouillon_consent_sms_cancel",
            "mandats:brouillon_consent_witness",
            "mandats:brouillon_contact_shared",
            "mandats:brouillon_contacts",
            "mandats:brouillon_elsewhere",
            "mandats:brouillon_forget_citation",
            "mandats:brouillon_not_me",
            "mandats:brouillon_piece",
            "mandats:brouillon_same_person",
            "mandats:brouillon_still_me",
            "oidc:fc_phone_cancel",
            "oidc:fc_phone_open",
            "oidc:fc_start_brouillon",
        ),
        "a brouillon has no value before it is accepted, with a factor",
    ),
    # At the desk, of a mandat that stands: each is journaled and stands on the usager's own page.
    "mandats:add_sheet": "keeps the paper that was signed",
    "mandats:call_code": "a word for the telephone, ten minutes",
    "mandats:contact_shared": "the usager's own code or paper agrees to it",
    "mandats:contacts": "told to the old contact, which undoes it for 14 days",
    "mandats:correct_use": "a counter-entry, told to the usager",
    "mandats:declare_use": "within a mandat that stands, told to the usager",
    "mandats:letters_hand": "says that a letter was handed over",
    "mandats:releve_email": "goes to the usager's own contact",
    "mandats:releve_paper": "a paper for the usager",
    "mandats:send_copy": "goes to the usager's own contact",
    "mandats:usager_address": "where the usager's letters go",
    "mandats:use_manner": "a figure",
    "mandats:volet": "the usager's own codes, told to them when they are made again (DOMAIN §3.6)",
    "mandats:volet_show": "the usager's own codes, told to them when they are made again (DOMAIN §3.6)",
}
