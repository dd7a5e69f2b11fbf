"""The receipt that a page of verification gives."""

import re


def receipt_in(page: str) -> str:
    found = re.search(r'name="receipt" value="([^"]+)"', page)
    assert found
    return found[1]
