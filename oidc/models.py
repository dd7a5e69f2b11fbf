"""Hands on the tables of the rooms, where Django looks for them."""

from oidc.franceconnect.models import FranceConnectLogin
from oidc.provider.models import (
    AccessToken,
    Client,
    Connexion,
    Interaction,
    LogoutNotice,
    PairwiseSubject,
    PushedRequest,
    SeenOnce,
)

__all__ = [
    "AccessToken",
    "Client",
    "Connexion",
    "FranceConnectLogin",
    "Interaction",
    "LogoutNotice",
    "PairwiseSubject",
    "PushedRequest",
    "SeenOnce",
]
