"""The one list of routes that answer without a verified second factor; of those that servers call; that take a file.

Every other route is refused by default.  Names are Django's view names; a test
walks the URLconf and compares.
"""

PUBLIC_ROUTES = frozenset(
    {
        "sante",
        "aidants:home",
        "aidants:sign_in",
        "aidants:sign_out",
        # A passkey alone signs in; its options are a random challenge.
        "aidants:sign_in_passkey",
        "aidants:passkey_options",
        # A code received by e-mail or post opens these, in this browser alone; nobody is signed in there.
        "aidants:invitation",
        "aidants:invitation_identity",
        "aidants:invitation_code",
        "aidants:lost_device",
        "aidants:enrol",
        "aidants:enrol_passkey",
        "aidants:enrol_options",
        "aidants:enrol_application",
        # An agent's return from ProConnect, bound to the browser that left; a code of the second factor follows.
        "oidc:proconnect_start",
        "oidc:proconnect_callback",
        "oidc:proconnect_code",
        "oidc:proconnect_end",
        # Who forgot their password: a link by e-mail, then a code of the second factor.
        "aidants:password_forgotten",
        "aidants:password_new",
        # A structure applies, a person enters the pool, without an account: each page but the first asks for what
        # a link received by e-mail opened in this browser.
        "aidants:candidature",
        "aidants:candidature_link",
        "aidants:candidature_dossier",
        "aidants:candidature_step",
        "aidants:candidature_place_remove",
        "aidants:candidature_submit",
        "aidants:candidature_abandon",
        "aidants:candidature_write",
        "aidants:candidature_leave",
        "aidants:vivier",
        "aidants:vivier_link",
        "aidants:vivier_profile",
        "aidants:vivier_own_cv",
        "aidants:vivier_publish",
        "aidants:vivier_withdraw",
        "aidants:vivier_leave",
        # The journal is read by auditors and witnesses: digests and signatures, nothing about anybody.
        "aidants:journal",
        "aidants:journal_checkpoint",
        "aidants:journal_entries",
        "aidants:journal_tile",
        # A structure outside the scheme asks to be habilitated: an address, a link that serves once, its own dossier.
        "aidants:dossier_start",
        "aidants:dossier_resume",
        "aidants:dossier",
        "aidants:dossier_message",
        "aidants:dossier_leave",
        # OpenID Connect: callers prove who they are by client credentials or a token.
        "oidc:authorize",
        # The way back to a site, for who cannot sign in: bound to the browser that came from it.
        "oidc:go_back",
        "oidc:token",
        "oidc:userinfo",
        "oidc:introspect",
        "oidc:revoke",
        "oidc:push",
        "oidc:end_session",
        "oidc:jwks",
        "oidc:discovery",
        "oidc:server_metadata",
        # The usager's own pages ask for the usager's own session; the return from FranceConnect for its state.
        "mandats:usager_enter",
        "mandats:contact_undo",
        "mandats:usager_contacts",
        "mandats:usager_contact_shared",
        "mandats:usager_close",
        "mandats:usager_page",
        "mandats:usager_mandat",
        "mandats:usager_stop",
        "mandats:usager_stop_part",
        "mandats:usager_new_code",
        "mandats:usager_new_codes",
        "mandats:usager_cancel_code",
        "mandats:usager_document",
        "mandats:usager_suspend",
        "mandats:usager_resume",
        "mandats:usager_certificate",
        "mandats:usager_titre",
        "mandats:usager_objection",
        "mandats:usager_stop_all",
        "mandats:usager_releve",
        "mandats:usager_releve_pdf",
        "mandats:usager_releve_email",
        "mandats:usager_copy",
        # The empty form that stops a mandat on paper holds nothing about anybody.
        "mandats:stop_form",
        "mandats:usager_form",
        "mandats:usager_proof",
        "mandats:usager_journal",
        # Whom to ask when a mandat is not possible: words only, the same for everybody.
        "mandats:orientation",
        # What is done with people's data is told before anything is asked (RGPD 13).
        "mandats:notice",
        # An agent without an account; the API asks for client credentials.
        "mandats:verify_form",
        "mandats:verify_receipt",
        "mandats:verify_suite",
        "mandats:verify_call",
        "mandats:verify_qr",
        # The same form for an agent whom ProConnect knows: each page asks for the agent's own session.
        "oidc:agent_verify",
        "oidc:agent_start",
        "oidc:agent_service",
        "oidc:agent_suite",
        "oidc:agent_leave",
        # Public keys and certificates: what verifies our papers without us.
        "mandats:verify_trust",
        "mandats:vct",
        "mandats:vc_issuer",
        # What everybody may read: words, figures, open data; a form that writes to the service's own mailbox.
        "mandats:public:for_usagers",
        "mandats:public:for_aidants",
        "mandats:public:for_administrations",
        "mandats:public:terms",
        "mandats:public:legal",
        "mandats:public:accessibility",
        "mandats:public:site_map",
        "mandats:public:help",
        "mandats:public:help_article",
        "mandats:public:contact",
        "mandats:public:contact_sent",
        "mandats:public:statistics",
        "mandats:public:open_data",
        "mandats:public:structures_json",
        "mandats:public:structures_csv",
        "mandats:public:security_txt",
        "mandats:public:robots_txt",
        # The type mandat, blank: anybody may read it before deciding anything.
        "mandats:blank",
        "mandats:status_list",
        "oidc:api_verifications",
        "oidc:api_batches",
        "oidc:api_suites",
        "oidc:api_schema",
        # Trusted systems keep structures and aidants up to date: client credentials, of their own profile.
        "oidc:api_structures",
        "oidc:api_structures_file",
        "oidc:api_structure",
        "oidc:api_structure_end",
        "oidc:api_aidants",
        "oidc:api_aidants_file",
        "oidc:api_aidant",
        "oidc:api_aidant_end",
        # The provider of text messages: each call carries its signature.
        "mandats:sms_callback",
        "oidc:fc_start_usager",
        # The usager's own telephone: each page asks for the code of the desk's screen, or for its own session.
        "oidc:fc_phone_enter",
        "oidc:fc_phone_number",
        "oidc:fc_callback",
        "oidc:fc_logout_return",
    }
)

# Those that other servers call, by credentials or a token of their own or for what is public: no cookie of ours is read
# there, and `deploy/servers.py` answers them by a short chain.
SERVER_ROUTES = frozenset(
    {
        "sante",
        "oidc:token",
        "oidc:userinfo",
        "oidc:introspect",
        "oidc:revoke",
        "oidc:push",
        "oidc:jwks",
        "oidc:discovery",
        "oidc:server_metadata",
        "oidc:api_verifications",
        "oidc:api_batches",
        "oidc:api_suites",
    }
)

# Those whose form sends a file: elsewhere none is read, and a body is short (`deploy/bodies.py`).
FILE_ROUTES = frozenset(
    {
        "aidants:vivier_profile",
        "aidants:cards_import",
        "aidants:imports",
        "aidants:organisme_import",
        "mandats:brouillon_consent_paper",
        "mandats:add_sheet",
        "mandats:revoke_paper",
        "mandats:accueil_paper",
    }
)
