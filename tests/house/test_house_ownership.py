"""Who owns a point is asked of GEOS alone."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
INEXACT = re.compile(r"\bST_(Covers|CoveredBy|Contains|Intersects|Within)\s*\(", re.IGNORECASE)
"""PostGIS answers these for a point in a polygon by a test of its own that is not exact on edges."""


def test_no_sql_asks_the_inexact_predicates() -> None:
    sources = [
        path
        for folder in ("gisgov", "api", "layers", "migrations")
        for suffix in ("*.py", "*.sql")
        for path in (ROOT / folder).rglob(suffix)
    ]
    assert len(sources) > 50
    assert [str(path) for path in sources if INEXACT.search(path.read_text("utf-8"))] == []
