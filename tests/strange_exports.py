"""Three exports as clinics have them, made up: a registry's wide form, an EHR's ten files, whole questions as names."""

from __future__ import annotations

import csv
import io
from pathlib import Path

PEOPLE = tuple(f"{letter}{number}" for letter in "KQ" for number in range(11, 17))
# What must never be seen again: a cell of a column that no closed list covers.
SECRETS = ("Zebulon", "Quxley", "zq@example.org", "555-867-5309", "1961-07-0", "slept badly", "Harbour Lane")


def table_text(header: list[str], rows: list[list[object]], separator: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def registry(folder: Path) -> Path:
    """A longitudinal REDCap-like export: a row per person and event, a column per item, checkboxes, and a diary."""
    items = [f"phq9_{n}" for n in range(1, 10)]
    header = ["record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance", "first_name"]
    header += ["dob", "email_contact", *items, "phq9_total", "phq9_complete", "gad7_total_score", "pcl5_total"]
    header += ["meds___1", "meds___2", "diary"]
    rows: list[list[object]] = []
    events = (("baseline_arm_1", 2, 15, 40), ("week_4_arm_1", 1, 8, 25), ("month_3_arm_1", 0, 5, 18))
    for number, person in enumerate(PEOPLE):
        for event, answer, gad, pcl in events:
            answers: list[object] = [answer] * 9
            if number == 0 and event == "week_4_arm_1":
                answers[8] = 99
            total = "" if 99 in answers else answer * 9
            row: list[object] = [person, event, "", "", "Zebulon", f"1961-07-0{number % 9 + 1}", "zq@example.org"]
            row += [*answers, total, 2, gad, pcl, 1, 0, "slept badly and woke up early again"]
            rows.append(row)
    path = folder / "registry.csv"
    path.write_text(table_text(header, rows, ";"), encoding="utf-8")
    return path


def ehr(folder: Path) -> list[Path]:
    """Ten files of an EHR: three hold what the contract asks for, the others people, notes, forms and bills."""
    routes = ("IV infusion", "Intramuscular", "Troche")
    treatments = [
        [
            f"T{number}{day}", person, "Quxley, Dr", f"2024-01-{1 + day:02d}", day, routes[number % 3],
            "Ketamine HCl", 40 + number, 165 + number, 0.75, 2.5, "Yes", 120, 80, "tolerated well, slept badly after",
        ]
        for number, person in enumerate(PEOPLE)
        for day in (0, 7, 14, 21)
    ]  # fmt: skip
    results = [
        [f"R{number}{day}{scale}", person, scale, day, score, "2024-02-03T10:00:00"]
        for number, person in enumerate(PEOPLE)
        for scale, day, score in (("PHQ-9", 0, 18), ("GAD-7", 0, 14), ("PHQ-9", 28, 7), ("GAD-7", 28, 6))
    ]
    illness = ("Major Depressive Disorder", "PTSD", "Treatment-Resistant Depression")
    files: dict[str, tuple[list[str], list[list[object]]]] = {
        "treatments.csv": (
            ["Treatment ID", "Patient Key", "Provider Name", "Treatment Date", "Treatment Day",
             "Route of Administration", "Medication", "Dose (mg)",
             "Weight (lbs)", "Infusion Duration (hrs)", "Monitoring Time (hours)",
             "Session Completed", "Systolic BP Pre", "Diastolic BP Pre", "Clinician Notes"],
            treatments,
        ),
        "questionnaire_responses.csv": (
            ["Response ID", "Patient Key", "Questionnaire Name", "Days Since First Treatment", "Total Score",
             "Submitted Timestamp"],
            results,
        ),
        "diagnoses.csv": (
            ["Patient Key", "Primary Diagnosis", "Gender", "Onset Date"],
            [[p, illness[n % 3], "FM"[n % 2], "2015-03-04"] for n, p in enumerate(PEOPLE)],
        ),
        "demographics.csv": (
            ["Patient Key", "First Name", "Last Name", "DOB", "Phone", "Street Address"],
            [[p, "Zebulon", "Quxley", "1961-07-02", "555-867-5309", "12 Harbour Lane"] for p in PEOPLE],
        ),
        "notes.csv": (["Note ID", "Patient Key", "Note Text"], [["N1", p, "slept badly and cried"] for p in PEOPLE]),
        "events.csv": (["Event ID", "Patient Key", "Event Timestamp"], [["E1", p, "2024-01-01 10:00"] for p in PEOPLE]),
        "questionnaire_templates.csv": (["Template ID", "Title", "Questions"], [["1", "PHQ-9", 9], ["2", "GAD-7", 7]]),
        "medications.csv": (["Patient Key", "Drug Text"], [[p, "something for sleep, 5 mg"] for p in PEOPLE]),
        "appointments.csv": (["Patient Key", "Start"], [[p, "2024-01-01 10:00"] for p in PEOPLE]),
        "invoices.csv": (["Invoice", "Patient Key", "Amount"], [[f"I{p}", p, 450.5] for p in PEOPLE]),
    }  # fmt: skip
    for name, (header, rows) in files.items():
        (folder / name).write_text(table_text(header, rows), encoding="utf-8")
    return [folder / name for name in files]


def questions(folder: Path) -> Path:
    """Answers under whole questions (their texts made up): nine of one form, then seven, in words; age 34 in months."""
    heading = "Over the last 2 weeks, how often did the following happen to you?"
    header = ["Participant code", "Full name", "Weeks since first session"]
    header += [f"{heading} {n}. Made-up question number {n} of the first form" for n in range(1, 10)]
    header += [f"{heading} {n}. Made-up question number {n} of the second form" for n in range(1, 8)]
    header += ["Is there anything else you would like us to know about how you are doing today"]
    words = ("Not at all", "Several days", "More than half the days", "Nearly every day")
    rows: list[list[object]] = []
    for number, person in enumerate(PEOPLE):
        for week in (0, 4):
            first = [words[3 - (week + number) % 2] if week == 0 else words[number % 2]] * 9
            second = [words[2 if week == 0 else 1]] * 7
            rows.append([person, "Zebulon Quxley", week, *first, *second, "slept badly, but work is going better"])
    path = folder / "questions.csv"
    path.write_text(table_text(header, rows), encoding="utf-8")
    return path
