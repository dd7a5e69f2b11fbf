"""Hands on the tables of the rooms, where Django looks for them."""

from oidc.franceconnect.models import FranceConnectLogin, LienTelephone
from oidc.provider.models import (
    AccessToken,
    Client,
    Connexion,
    EventReceiver,
    Interaction,
    LogoutNotice,
    PairwiseSubject,
    PushedRequest,
    SecurityEvent,
    SeenOnce,
)

__all__ = [
    "AccessToken",
    "Client",
    "Connexion",
    "EventReceiver",
    "FranceConnectLogin",
    "Interaction",
    "LienTelephone",
    "LogoutNotice",
    "PairwiseSubject",
    "PushedRequest",
    "SecurityEvent",
    "SeenOnce",
]
