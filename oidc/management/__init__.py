"""The operator's commands of ``oidc``."""
