"""What the journal tells of activity reports, kits and calls."""

from aidants.domain.events import declare

CRA_WRITE = declare("activite:write", "Compte rendu d’activité enregistré", "compte_rendu")
CRA_REFUSED = declare("activite:write_refused", "Compte rendu d’activité refusé")
CRA_CANCEL = declare("activite:cancel", "Compte rendu d’activité annulé", "compte_rendu")
CRA_EXPORT = declare("activite:export", "Comptes rendus exportés", "count", "form")
