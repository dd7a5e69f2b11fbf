"""The events that ``mandats`` declares.  Facts are references, kinds and counts, never identities."""

from aidants.domain.events import declare

BROUILLON_OPEN = declare("brouillon:open", "Brouillon ouvert", "demarches", "duree", "reserved_acts", "single_use")
BROUILLON_CHANGE = declare("brouillon:change", "Brouillon modifié", "demarches", "duree", "reserved_acts", "single_use")
BROUILLON_REFUSED = declare("brouillon:refuse", "Préparation refusée")
BROUILLON_PURGE = declare("brouillon:purge", "Brouillon effacé après son délai")
BROUILLON_NOT_ME = declare("brouillon:not_me", "« Ce n’est pas moi » : identité oubliée")
BROUILLON_ABANDON = declare("brouillon:abandon", "Brouillon abandonné")
BROUILLON_CARD = declare("brouillon:card", "Carte lue par la personne : aucune situation particulière")
BROUILLON_PROTECTED = declare("brouillon:protected", "Mandat impossible : âge ou mesure de protection", "count")
BROUILLON_ELSEWHERE = declare("brouillon:elsewhere", "Mandats d’autres structures : choix de la personne", "choice")
BROUILLON_CITE = declare("brouillon:cite", "Ancien mandat cité par la personne")
BROUILLON_CITE_REFUSED = declare("brouillon:cite_refused", "Ancien mandat non reconnu")
BROUILLON_IDENTIFY = declare("brouillon:identify", "Usager identifié", "identity", "level", "piece")
BROUILLON_IDENTIFY_REFUSED = declare("brouillon:identify_refused", "Identification refusée")
BROUILLON_FREEZE = declare("brouillon:freeze", "Texte présenté à l’usager", "text_sha256", "summary_sha256")
CONSENT_CODE_SEND = declare("consentement:send_code", "Code de consentement envoyé", "delivery")
CONSENT_CODE_REFUSED = declare("consentement:code_refused", "Code de consentement refusé")
CONSENT = declare("consentement:give", "Consentement de l’usager", "kind", "method", "text_sha256", "proof_sha256")
CONSENT_READ_ALOUD = declare("consentement:read_aloud", "Texte lu à voix haute à l’usager", "text_sha256")
CONSENT_SMS_ASK = declare(
    "consentement:ask_sms", "Consentement demandé par SMS", "recap_sha256", "request_sha256", "verified"
)
CONSENT_SMS_CLOSE = declare("consentement:close_sms", "Demande par SMS close sans accord", "outcome")
SAME_PERSON = declare("brouillon:same_person", "« Même personne ? » : réponse de l’aidant", "answer", "usager")
CONTACT_GIVE = declare("contact:give", "Contacts de l’usager notés", "email", "telephone")
CONTACT_REFUSED = declare("contact:refuse", "Contact refusé", "kind", "count")
CONTACT_ASK = declare("contact:ask", "Accord demandé pour un contact partagé", "kind", "way")
CONTACT_PRINT = declare("contact:print", "Lettre imprimée : partager un numéro ?", "kind")
CONTACT_SHARE = declare("contact:share", "Contact partagé, avec l’accord des deux", "kind", "way")
CONTACT_AGREE = declare("contact:agree", "Accord donné pour partager un contact", "kind", "way")
CONTACT_CHANGE = declare("contact:change", "Contact changé", "kind", "way", "changement")
CONTACT_UNDO = declare("contact:undo", "Changement de contact annulé par l’ancien contact", "kind", "way", "changement")
CONSENT_REFUSED = declare("consentement:refuse", "Consentement non recevable")
EXEMPLAIRE_PRINT = declare("document:print_exemplaire", "Exemplaire à signer imprimé", "sha256")
SCAN_ADD = declare("document:add_scan", "Exemplaire signé ajouté", "sha256", "version")
SCAN_REFUSED = declare("document:scan_refused", "Exemplaire signé refusé")
MANDAT_SIGN = declare(
    "mandat:sign",
    "Mandat conclu",
    "reference",
    "acte_sha256",
    "text_sha256",
    "demarches",
    "expires_at",
    "consentement",
    "identity",
    "brouillon",
)
DOCUMENT_PRODUCE = declare("document:produce", "Document du mandat établi", "sha256", "acte_sha256")
FORM_PRINT = declare("document:print_form", "Explication du mandat imprimée", "form")
COPY_SEND = declare("document:send_copy", "Copie du mandat envoyée à la personne", "sha256", "version", "bytes")
COPY_REFUSED = declare("document:send_copy_refused", "Copie du mandat non envoyée")
VOLET_SHOW = declare("volet:show", "Codes montrés à la personne, nouveaux codes")
DOCUMENT_STAMP = declare("document:stamp", "Document du mandat horodaté", "sha256", "kind", "version", "stamped_at")
CERTIFICATE_PRODUCE = declare("document:attest_end", "Attestation de fin établie", "sha256", "version")
MANDAT_SIGN_REFUSED = declare("mandat:sign_refused", "Signature refusée", "brouillon")
AUTORISATION_REPLACE = declare("autorisation:replace", "Autorisation remplacée", "by", "demarche", "reference")
MANDAT_REVOKE = declare("mandat:revoke", "Mandat révoqué", "motif", "reason", "way")
MANDAT_REVOKE_REFUSED = declare("mandat:revoke_refused", "Révocation sans effet", "way")
MANDAT_END = declare("mandat:end", "Mandat terminé : terme venu, ou usage unique accompli", "motif")
AUTORISATION_REVOKE = declare("autorisation:revoke", "Autorisation révoquée", "motif", "way", "demarche")
MANDAT_REPLACE_ELSEWHERE = declare("mandat:replace_elsewhere", "Mandat remplacé à la demande de la personne", "way")
MANDAT_AUTONOMY = declare("mandat:autonomy", "Autonomie notée au renouvellement", "seule", "aide", "pas_encore")
MANDAT_RENEW = declare("mandat:renew", "Renouvellement commencé avec la personne", "brouillon")
MANDAT_RENEW_REFUSED = declare("mandat:renew_refused", "Renouvellement refusé")
MANDAT_SUSPEND = declare("mandat:suspend", "Mandat suspendu", "way")
MANDAT_SUSPEND_REFUSED = declare("mandat:suspend_refused", "Suspension sans effet", "way")
MANDAT_RESUME_REFUSED = declare("mandat:resume_refused", "Reprise refusée", "way")
MANDAT_RESUME = declare("mandat:resume", "Mandat repris par l’usager", "way")
STRUCTURE_END = declare(
    "structure:end", "Fin de l’habilitation d’une structure : ses mandats prennent fin", "count", "motif"
)
STRUCTURE_END_REFUSED = declare("structure:end_refused", "Fin de l’habilitation refusée")
ACCUEIL_FIND = declare("accueil:find", "Recherche par l’accueil, au téléphone", "count")
ACCUEIL_FIND_REFUSED = declare("accueil:find_refused", "Recherches par l’accueil sans résultat, trop nombreuses")
REVOCATION_FORM_ADD = declare("document:add_revocation", "Formulaire d’arrêt signé gardé", "sha256", "version")
AVIS_HAND = declare("avis:hand", "Courrier remis ou posté", "count", "how")
ADDRESS_KEEP = declare("usager:keep_address", "Adresse postale notée", "count")
RELEVE_HAND = declare("releve:hand", "Relevé remis à l’usager", "count", "how")
EXPORT_TAKE = declare("usager:take_copy", "Copie de ses données prise par l’usager", "way")
OBJECTION = declare("utilisation:object", "Utilisation contestée par l’usager", "utilisation")
OBJECTION_REFUSED = declare("utilisation:object_refused", "Contestation ou réponse refusée")
OBJECTION_ANSWER = declare("utilisation:answer", "Réponse à une contestation", "utilisation")
VOLET_PRINT = declare("volet:print", "Volet usager imprimé, nouveaux codes")
CODE_REFUSED = declare("code:refuse", "Codes refusés", "kind")
CODE_RENEW = declare("code:renew", "Nouveau code demandé par l’usager", "kind")
CODE_CANCEL = declare("code:cancel", "Code annulé par l’usager", "kind")
ALERTE_RAISE = declare("alerte:raise", "Alerte levée par une règle", "rule", "count", "day")
ALERTE_SEE = declare("alerte:see", "Alerte regardée, avec un mot", "rule")
ALERTE_SEE_REFUSED = declare("alerte:see_refused", "Réponse à une alerte sans effet")
FUITE_DRILL = declare("fuite:drill", "Personnes touchées par une fuite recherchées", "table", "persons", "drill")
MANDAT_ARCHIVE = declare("mandat:archive", "Mandat mis à l’archive")
MANDAT_ERASE = declare("mandat:erase", "Mandat effacé en fin de conservation", "documents")
CONTACTS_ERASE = declare("usager:erase_contacts", "Coordonnées de l’usager effacées")
USAGER_ERASE = declare("usager:erase", "Identité de l’usager effacée")
PERSON_SEARCH = declare("droits:search", "Personne recherchée pour une demande", "found")
PERSON_OPEN = declare("droits:open_person", "Fiche d’une personne ouverte pour une demande")
ARCHIVE_OPEN = declare("archive:open", "Mandat consulté à l’archive", "ground")
ARCHIVE_REFUSED = declare("archive:refuse", "Consultation de l’archive refusée", "ground")
DEMANDE_ASK = declare("droits:ask", "Demande d’une personne enregistrée", "demande", "kind", "origin", "proof")
DEMANDE_ASK_REFUSED = declare("droits:ask_refused", "Demande d’une personne non enregistrée", "kind")
DEMANDE_ANSWER = declare(
    "droits:answer", "Réponse donnée par une seconde personne", "demande", "kind", "answer", "outcome"
)
DEMANDE_ANSWER_REFUSED = declare("droits:answer_refused", "Réponse sans effet", "demande")
DEMANDE_WITHDRAW = declare("droits:withdraw", "Demande retirée", "demande", "kind")
EXPORT_HAND_REFUSED = declare("droits:hand_export_refused", "Copie des données non remise", "demande")
EXPORT_HAND = declare("droits:hand_export", "Copie des données remise", "demande")
IDENTITY_RECTIFY = declare("usager:rectify", "Données de l’usager rectifiées", "fields")
RAPPROCHEMENT_PROPOSE = declare("droits:propose_merge", "Deux dossiers à rapprocher", "rapprochement", "way")
RAPPROCHEMENT_MERGE = declare(
    "droits:merge", "Dossiers d’une même personne réunis", "rapprochement", "mandats", "replaced"
)
RAPPROCHEMENT_DISMISS = declare("droits:dismiss_merge", "Rapprochement écarté", "rapprochement")
RAPPROCHEMENT_UNDO = declare("droits:undo_merge", "Dossiers réunis séparés à nouveau", "rapprochement", "mandats")
RAPPROCHEMENT_REFUSED = declare("droits:merge_refused", "Réunion de dossiers refusée", "rapprochement")
RAPPROCHEMENT_EXPIRE = declare("droits:expire_merge", "Rapprochement sans réponse oublié", "rapprochement")
MANDAT_CONSULT = declare("mandat:consult", "Dossier consulté")
DOCUMENT_CONSULT = declare("document:consult", "Document consulté", "kind", "version")
UTILISATION_DECLARE = declare(
    "utilisation:declare", "Utilisation déclarée", "channel", "demarche", "manner", "utilisation", "reserved_act"
)
UTILISATION_DECLARE_REFUSED = declare("utilisation:declare_refused", "Déclaration d’utilisation refusée")
UTILISATION_BRIDGE = declare(
    "utilisation:bridge", "Utilisation par connexion à un site", "client", "demarche", "manner", "utilisation"
)
UTILISATION_MANNER = declare(
    "utilisation:say_manner", "Utilisation : avec la personne, ou à sa place", "manner", "utilisation"
)
UTILISATION_MANNER_REFUSED = declare("utilisation:manner_refused", "Manière d’une utilisation : réponse refusée")
UTILISATION_CORRECT = declare("utilisation:correct", "Utilisation déclarée par erreur, corrigée", "utilisation")
UTILISATION_CORRECT_REFUSED = declare("utilisation:correct_refused", "Correction refusée", "utilisation")
UTILISATION_REFUSED = declare("utilisation:refuse", "Utilisation refusée", "client", "demarche", "step", "count")
IDENTITY_RELEASE = declare("identite:release", "Identité transmise à un site", "client", "demarche")
USAGER_FIND = declare("usager:find", "Personne cherchée par nom et date de naissance", "count")
USAGER_ENTER = declare("usager:enter", "Espace de l’usager ouvert", "way")
USAGER_ENTER_REFUSED = declare("usager:enter_refused", "Accès à l’espace de l’usager refusé", "count")
VERIFICATION_ANSWER = declare(
    "verification:answer",
    "Mandat vérifié",
    "verification",
    "demarche",
    "answer",
    "way",
    "authenticated",
    "client",
)
VERIFICATION_UNKNOWN = declare(
    "verification:unknown", "Vérification sans résultat", "way", "authenticated", "client", "count"
)
VERIFICATION_REFUSED = declare("verification:refuse", "Vérification refusée", "way", "authenticated", "client", "count")
HISTORY_REFUSED = declare("verification:history_refused", "Listes d’états passés demandées en trop grand nombre")
VERIFICATION_SUITE_REFUSED = declare(
    "verification:suite_refused", "Suite d’une vérification refusée", "client", "count"
)
VERIFICATION_SUITE = declare(
    "verification:suite", "Décision d’une administration après vérification", "verification", "suite", "motif"
)
TITRE_ISSUE = declare("titre:issue", "Attestation électronique du mandat remise à l’usager", "mandat", "place", "bound")
APPEL_CODE_DRAW = declare("appel:draw", "Code d’appel demandé par un aidant")
APPEL_CODE_REFUSED = declare("appel:draw_refused", "Code d’appel refusé")
APPEL_CODE_ANSWER = declare("appel:answer", "Aidant reconnu au téléphone par son code d’appel")
APPEL_CODE_UNKNOWN = declare("appel:unknown", "Code d’appel sans résultat", "count")
KEY_RETIRE = declare("cle:retire", "Fin de publication d’une clé décidée", "kid", "retired_at")
KEY_CREATE = declare("cle:create", "Clé de signature créée", "kid", "purpose", "alg", "activated_at")
SEAL_CREATE = declare("sceau:create", "Sceau créé", "fingerprint", "activated_at", "expires_at")
TIMESTAMPS_TRUST = declare("horodatage:trust", "Autorité d’horodatage reconnue", "fingerprint", "expires_at")
SMS_REFUSED = declare("sms:refuse", "Retour de l’opérateur SMS refusé", "count")
MESSAGE_RECEIVE = declare("message:receive", "Messages du formulaire public, comptés par minute", "subject")
MESSAGE_REFUSED = declare("message:refuse", "Messages du formulaire public en trop grand nombre")
