"""The page of the roles shows every picture that is chosen, none is missing, and together they stay small."""

from tests.browser.gallery import PICTURES, names
from tests.database import ROOT

MOST_BYTES = 3_000_000


def test_each_role_is_shown_at_both_widths() -> None:
    page = (ROOT / "deploy" / "roles.md").read_text()
    assert sorted(file.name for file in PICTURES.iterdir()) == sorted(names())
    assert all(f"(roles/{name})" in page for name in names())
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < MOST_BYTES
