"""The results as the README's Markdown, between its two marks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging import EVALUATING, JUDGING
from benchmarks.violations import COUNTING

# The line of pandas_way.py.
VALIDATING = "validating with Great Expectations"
BEGIN, END = "<!-- made by make bench: begin -->", "<!-- made by make bench: end -->"
# What is asked for, at ten million scores; at fewer the start-up alone is most of a run.
ASKED_AT = 10_000_000
FLOOR_TIMES, FLOOR_PLUS_SECONDS, PEAK_MB, PANDAS_TIMES = 4, 15, 3000, 5
# Of all rules beside one query by hand that counts the same violations.
RULES_TIMES, RULES_PEAK_MB = 4, 2000


def markdown(found: Mapping[str, Any]) -> str:
    """A table of the whole runs, one of the steps at the largest size, and whether what is asked for is met."""
    sizes = found["sizes"]
    lines = [
        _machine(found["machine"]),
        "",
        *_table(
            ("scores (clinics)", "`kap run`", "peak", "DuckDB alone", "peak", "pandas, GX on pandas", "peak"),
            (
                (
                    f"{size['scores']:,} ({size['clinics']})",
                    *_pair(size.get("kap")),
                    *_pair(size.get("floor")),
                    *_pair(size.get("pandas")),
                )
                for size in sizes
            ),
        ),
        "",
        *_table(
            ("step", *(f"{size['scores']:,}" for size in sizes)),
            (
                (step["text"], *(_step(size, step["text"]) for size in sizes))
                for step in (sizes[-1].get("kap") or {}).get("steps", ())
            ),
        ),
        "",
        *_judging(sizes),
        "",
        f"Imports alone, CPU: {_listed(found['imports'])}. {_asked(sizes)}",
    ]
    return "\n".join(lines) + "\n"


# (words, which measurement, which of its lines) of the judging by itself.
_RULES = ("every rule, Great Expectations in DuckDB", "judging", (EVALUATING, JUDGING))
_BY_HAND = ("the same violations counted by hand in DuckDB", "violations", (COUNTING,))
_ON_PANDAS = ("Great Expectations on pandas (SUMMARY), for about a third of them", "pandas", (VALIDATING,))


def _judging(sizes: Sequence[Mapping[str, Any]]) -> list[str]:
    """The judging by itself, imports apart: the product, a query for the same counts, GX on pandas."""
    heads = ("judging alone, imports apart", *(f"{size['scores']:,}" for size in sizes))
    rows = (
        (words, *(_parts(size.get(way), parts) for size in sizes))
        for words, way, parts in (_RULES, _BY_HAND, _ON_PANDAS)
    )
    return _table(heads, rows)


def _parts(used: Mapping[str, Any] | None, wanted: tuple[str, ...]) -> str:
    """Seconds of some lines of a measurement together, and the largest memory in any of them, in words."""
    found = _together(used, wanted)
    if found is None:
        return "not run"
    return f"{_seconds(found['wall_seconds'])} ({_seconds(found['cpu_seconds'])}), {_memory(found['peak_mb'])}"


def _together(used: Mapping[str, Any] | None, wanted: tuple[str, ...]) -> dict[str, float] | None:
    """Wall and CPU seconds of some lines together, and their largest memory; None when any is missing."""
    found = [step for step in (used or {}).get("steps", ()) if step["text"] in wanted]
    if len(found) != len(wanted):
        return None
    seconds = {name: sum(step[name] for step in found) for name in ("wall_seconds", "cpu_seconds")}
    return seconds | {"peak_mb": max(step["peak_mb"] for step in found)}


def put_into(readme: Path, text: str) -> None:
    """Replace what stands between the two marks.

    Raises:
        ValueError: the file has not both marks.
    """
    whole = readme.read_text(encoding="utf-8")
    before, begin, rest = whole.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme.name} has not both marks of make bench")
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"{machine['cores']} cores, {machine['memory_mb'] / 1000:.0f} GB, Python {machine['python']}, "
        f"DuckDB {machine['duckdb']}, Great Expectations {machine['great-expectations']}, pandas {machine['pandas']}. "
        "Each cell: seconds by the clock (of CPU), then the largest resident memory."
    )


def _pair(used: Mapping[str, Any] | None) -> tuple[str, str]:
    if used is None:
        return "not run", ""
    if used.get("stopped_at_mb"):
        return "did not fit", f"over {used['stopped_at_mb'] / 1000:.1f} GB"
    if used["exit_code"]:
        return f"ended with {used['exit_code']}", ""
    return f"{_seconds(used['wall_seconds'])} ({_seconds(used['cpu_seconds'])})", _memory(used["peak_mb"])


def _step(size: Mapping[str, Any], words: str) -> str:
    steps = {step["text"]: step for step in (size.get("kap") or {}).get("steps", ())}
    step = steps.get(words)
    if step is None:
        return ""
    return f"{_seconds(step['wall_seconds'])} ({_seconds(step['cpu_seconds'])}), {_memory(step['peak_mb'])}"


def _asked(sizes: Sequence[Mapping[str, Any]]) -> str:
    """What is asked for at the largest size, and whether it is met; beside pandas at the largest size it ran on."""
    size = sizes[-1]
    kap, floor = size.get("kap"), size.get("floor")
    told: list[str] = []
    if size["scores"] < ASKED_AT:
        return f"What is asked for is asked for at {ASKED_AT:,} scores, which this run did not measure."
    if kap and floor:
        limit = FLOOR_TIMES * floor["wall_seconds"] + FLOOR_PLUS_SECONDS
        words = f"{FLOOR_TIMES} times DuckDB alone plus {FLOOR_PLUS_SECONDS} s is {_seconds(limit)} s"
        told.append(f"{words}: {_verdict(kap['wall_seconds'] <= limit)}")
    if kap:
        told.append(f"under {PEAK_MB / 1000:.0f} GB: {_verdict(kap['peak_mb'] < PEAK_MB)}")
    told += _rules_asked(size)
    told += [_beside_pandas(each) for each in sizes if each.get("kap") and each.get("pandas")][-1:]
    return f"At {size['scores']:,} scores: {'; '.join(told)}."


def _rules_asked(size: Mapping[str, Any]) -> list[str]:
    """All rules beside the query for the same counts: by CPU, which a busy machine stretches least."""
    rules, by_hand = (_together(size.get(way), parts) for _, way, parts in (_RULES, _BY_HAND))
    if rules is None or by_hand is None:
        return []
    times = rules["cpu_seconds"] / by_hand["cpu_seconds"]
    return [
        f"all rules within {RULES_TIMES} times the same counts by hand: {_verdict(times <= RULES_TIMES)}, "
        f"{times:.1f} times by CPU",
        f"under {RULES_PEAK_MB / 1000:.0f} GB: {_verdict(rules['peak_mb'] < RULES_PEAK_MB)}",
    ]


def _beside_pandas(size: Mapping[str, Any]) -> str:
    kap, pandas, at = size["kap"], size["pandas"], f"(at {size['scores']:,})"
    if pandas.get("stopped_at_mb"):
        return f"pandas needs more memory than there is, so there is no ratio {at}"
    if pandas["exit_code"]:
        return f"pandas ended with {pandas['exit_code']} {at}"
    times = pandas["wall_seconds"] / kap["wall_seconds"]
    return f"{PANDAS_TIMES} times faster than pandas: {_verdict(times >= PANDAS_TIMES)}, {times:.1f} times {at}"


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def _listed(seconds: Mapping[str, float]) -> str:
    return ", ".join(f"{words} {value:.1f} s" for words, value in seconds.items())


def _seconds(value: float) -> str:
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"


def _memory(value_mb: float) -> str:
    return f"{value_mb:,.0f} MB" if value_mb < 1000 else f"{value_mb / 1000:.1f} GB"


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    listed = [heads, ("---", *["---:"] * (len(heads) - 1)), *rows]
    return [f"| {' | '.join(row)} |" for row in listed]
