"""The simulated usager, with other claims."""

from __future__ import annotations

from typing import Any


def changed(**claims: Any) -> Any:
    """Give a change of claims; None removes one."""

    def change(right: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**right, **claims}.items() if value is not None}

    return change
