"""Write ``docs/coverage.md`` from the codebooks of the package."""

from __future__ import annotations

from pathlib import Path

from eenzaam_stats.loaders.coverage_page import coverage_page

if __name__ == "__main__":
    Path(__file__).with_name("coverage.md").write_text(coverage_page(), encoding="utf-8")
