"""Whatever an export holds: the draft is a mapping the product reads, and no open cell is in it or in what is told."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract.mapping import parse_mapping
from pipelines.drafting.draft import Draft, draft
from pipelines.drafting.exports import Export, read_export
from pipelines.drafting.words import OTHER_NAMES
from pipelines.drafting.written import yaml_text
from pipelines.instruments.catalogue import load_catalogue
from pipelines.problems import KapError, Problem

# Every open cell carries it, and no name of a column does.
MARK = "zqx"
KNOWN = [*OTHER_NAMES, "record_id", "redcap_event_name", "phq9_1", "phq9_total", "gad7_bl", "pcl5_week4", "first_name"]
KNOWN += ["Dose (mg)", "Weight lbs", "Treatment Date", "x___1", "note: #1", "'", '"', "- a", "{b", "yes", "null", "é ü"]
names = st.one_of(
    st.sampled_from(KNOWN),
    st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=60),
).filter(lambda name: MARK not in name.casefold() and name.strip())
open_cells = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12).map(lambda text: f"{MARK}{text}")
closed_cells = st.sampled_from(
    ["", "iv", "IV infusion", "Troche", "PTSD", "yes", "0", "1", "3", "40", "99", "2.0", "N/A", "PHQ-9", "baseline",
     "week_4_arm_1", "Not at all", "p01", "p02"]
)  # fmt: skip
cells = st.one_of(closed_cells, closed_cells, open_cells)


people, days = st.sampled_from(["p01", "p02"]), st.sampled_from(["0", "7", "28"])
totals, doses = st.sampled_from(["0", "7", "20", "99", "N/A"]), st.sampled_from(["40", "45.5"])
routes = st.sampled_from(["iv", "IM", "Troche", "IV infusion", f"{MARK} way"])
scales = st.sampled_from(["PHQ-9", "phq9", "GAD-7 (GAD)", f"{MARK}9"])
events = st.sampled_from(["baseline_arm_1", "week_4_arm_1", "Month 3", f"{MARK} day"])
SESSIONS = {"patient_id": people, "session_day": days, "route": routes, "dose": doses, "note": open_cells}
SCORES = {"record_id": people, "event": events, "phq9_total": totals, "gad7_1": cells, "gad7_total": totals}
LONG_SCORES = {"patient": people, "study day": days, "instrument": scales, "score": totals, "email": open_cells}


@st.composite
def exports(draw: st.DrawFn) -> bytes:
    # Most exports begin as one of a clinic, so that there is something to draft.
    base = draw(st.sampled_from([SESSIONS, SCORES, LONG_SCORES, {}]))
    more = draw(st.lists(names, min_size=1, max_size=8, unique_by=lambda name: name.strip().casefold()))
    header = [*base, *(name for name in more if name.strip().casefold() not in base)]
    others = st.sampled_from([cells, closed_cells, open_cells])
    kinds = [base[name] if name in base else draw(others) for name in header]
    rows = draw(
        st.integers(0 if not base else 1, 8).flatmap(lambda n: st.lists(st.tuples(*kinds), min_size=n, max_size=n))
    )
    text = io.StringIO()
    csv.writer(text, delimiter=draw(st.sampled_from(",;\t|")), lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode(draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"])))


def told_of(made: Draft) -> str:
    """All that the command prints, as text and as JSON."""
    from assets.cli.map import _lines, _report

    lines = _lines(made, [], Path("draft.yaml"), None, True, 80)
    return "\n".join(line.text for line in lines) + str([_report(file) for file in made.files])


@given(contents=st.lists(exports(), min_size=1, max_size=2))
def test_every_draft_is_a_sound_mapping_and_holds_no_open_cell(contents: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read: list[Export] = []
        refused: list[Problem] = []
        for number, content in enumerate(contents):
            path = Path(folder) / f"export{number}.csv"
            path.write_bytes(content)
            try:
                read.append(read_export(path))
            except KapError as error:
                refused += error.problems
        made = draft(read)
    assert MARK not in " ".join(problem.sentence() for problem in refused).casefold()
    text = yaml_text(made)
    parse_mapping(text.encode(), "draft.yaml", load_catalogue().delivered_ids)
    assert MARK not in text.casefold()
    assert MARK not in told_of(made).casefold()
    for file in made.read:
        assert not file.mapped & {each.column.position for each in file.take_out}
