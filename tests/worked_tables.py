"""Tables of worked examples as a clinician writes them: a line an example, cells between bars, `#` for remarks."""

from __future__ import annotations

from tests.score_rows import answers


def table(text: str) -> list[list[str]]:
    """The cells of every line that is no remark."""
    lines = (line.strip() for line in text.splitlines())
    return [[cell.strip() for cell in line.split("|")] for line in lines if line and not line.startswith("#")]


def answered(cell: str) -> dict[str, float | None]:
    """Answers to items 1, 2, ... written in one cell; `-` = not answered."""
    return answers(*(None if word == "-" else float(word) for word in cell.split()))
