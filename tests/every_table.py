"""Deliveries of every validated table for the same patients, and which patients the store then holds."""

from __future__ import annotations

from pipelines.home import Home
from tests.home_tools import Row, courses, deliver, phq9, rows_stored, sessions

TABLES = ("sessions", "scores", "courses", "contacts", "adverse_events")


def contacts(of: list[str], **cells: object) -> list[Row]:
    return [
        {"patient_id": patient, "contact_day": -3, "kind": "consultation", "minutes": 50, **cells} for patient in of
    ]


def adverse_events(of: list[str], **cells: object) -> list[Row]:
    return [{"patient_id": patient, "session_day": 4, "event": "nausea", "serious": "no", **cells} for patient in of]


def every_table(of: list[str]) -> dict[str, list[Row]]:
    """One delivery of each validated table, each with every patient."""
    return {
        "sessions": sessions(of),
        "scores": phq9(of, {-1: 18, 26: 8}),
        "courses": courses(of),
        "contacts": contacts(of),
        "adverse_events": adverse_events(of),
    }


def deliver_all(home: Home, of: list[str], name: str = "first", clinic_id: str = "alder") -> None:
    for table, rows in every_table(of).items():
        deliver(home, clinic_id, f"{name}-{table}.csv", rows)


def stored(home: Home, clinic_id: str = "alder") -> dict[str, set[str]]:
    """Patients of each table of the store that is there."""
    held = [table for table in TABLES if (home.lake / table / f"clinic_id={clinic_id}" / "part-0.parquet").exists()]
    return {table: set(rows_stored(home, table, clinic_id)["patient_id"]) for table in held}
