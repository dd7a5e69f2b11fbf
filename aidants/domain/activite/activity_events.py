"""What the journal tells of activity reports, kits and calls."""

from aidants.domain.events import declare

CRA_WRITE = declare("activite:write", "Compte rendu d’activité enregistré", "compte_rendu")
CRA_REFUSED = declare("activite:write_refused", "Compte rendu d’activité refusé")
CRA_CANCEL = declare("activite:cancel", "Compte rendu d’activité annulé", "compte_rendu")
CRA_EXPORT = declare("activite:export", "Comptes rendus exportés", "count", "form")
KIT_ORDER = declare("kit:order", "Kit commandé", "articles")
KIT_ORDER_REFUSED = declare("kit:order_refused", "Commande de kit refusée")
KIT_MOVE = declare("kit:move", "Commande de kit suivie", "etat")
KIT_MOVE_REFUSED = declare("kit:move_refused", "Suivi d’une commande refusé", "etat")
CALL_QUEUE = declare("appel_solidarite:queue", "Appel de la ligne nationale reçu", "departement")
CALL_TAKE = declare("appel_solidarite:take", "Appel de la ligne nationale pris", "departement")
CALL_TAKE_REFUSED = declare("appel_solidarite:take_refused", "Prise d’un appel refusée")
CALL_BACK = declare("appel_solidarite:call_back", "Personne rappelée")
CALL_END = declare("appel_solidarite:end", "Appel de la ligne nationale terminé", "outcome")
CALL_MOVE_REFUSED = declare("appel_solidarite:move_refused", "Suivi d’un appel refusé")
