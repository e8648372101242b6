"""Great Expectations' own pages as `kap validate --data-docs` writes them: nothing is asked for, nothing is logged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from expectations.data_docs import data_docs
from expectations.run import validate_clinic
from tests.browser.shown import shown
from tests.unit.expectations import clinic

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_a_page_of_great_expectations_opens_without_a_network(tmp_path: Path, chromium: Browser) -> None:
    carriers = [patient for fault in clinic.FAULTS[:10] if (patient := clinic.planted(fault)) is not None]
    given = clinic.write([*clinic.clean_patients(3), *carriers], clinic.CLEAN_DELIVERIES, tmp_path / "given")
    found = validate_clinic("north", given, tmp_path, {})
    stored = {"clinic_id": "north", "verdict": "passed", "results": list(found.results)}
    page = tmp_path / "north.html"
    page.write_text(data_docs(stored, "a-run", synthetic=True), encoding="utf-8")
    with shown(chromium, page) as opened:
        assert (opened.logged, opened.requested) == ([], [])
        told = opened.page.locator("main").inner_text()
        failed = {each["meta"]["rule"] for each in found.results if not each["success"]}
        assert failed and all(f"{rule}: " in told for rule in failed)
        assert "Synthetic data" in opened.page.locator("body").inner_text()
        assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
