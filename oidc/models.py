"""Hands on the tables of the rooms, where Django looks for them."""

from oidc.franceconnect.models import FranceConnectLogin
from oidc.provider.models import AccessToken, Client, Connexion, Interaction, PairwiseSubject

__all__ = ["AccessToken", "Client", "Connexion", "FranceConnectLogin", "Interaction", "PairwiseSubject"]
