"""Great Expectations at work: a checkpoint over a view on Parquet in a small DuckDB file; counts return."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from pipelines.engine import quoted

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.data_context import EphemeralDataContext

# BASIC gives every count, and asks for no row numbers; no list of failing values may be kept, so its length is 0.
RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
_COUNTS = (
    "element_count",
    "missing_count",
    "unexpected_count",
    "missing_percent",
    "unexpected_percent",
    "unexpected_percent_total",
    "unexpected_percent_nonmissing",
)
# The sum of a flag is a count too; any other observed value would be a patient's.
_SUM = "expect_column_sum_to_be_between"
_VIEW = "evaluated"


@cache
def context() -> EphemeralDataContext:
    """The one ephemeral context of the process: nothing on disk, no progress bars, no analytics."""
    import great_expectations
    from great_expectations.data_context.types.base import DataContextConfig, InMemoryStoreBackendDefaults

    # Without its own site of documents, which it would put into the system's temporary folder.
    stores = InMemoryStoreBackendDefaults(init_temp_docs_sites=False)
    made = great_expectations.get_context(
        mode="ephemeral", project_config=DataContextConfig(store_backend_defaults=stores)
    )
    made.variables.progress_bars = {"globally": False}  # type: ignore[assignment]
    made.variables.analytics_enabled = False
    return made


class Judge(AbstractContextManager["Judge"]):
    """A small DuckDB file in `folder` with one view of all Parquet files, known to Great Expectations as `name`.

    flags: records counted by their flags; the view has every record, records_n of each row. values: one row each. A
    column that a file does not have is NULL in its records.
    """

    def __init__(self, folder: Path, name: str, flags: Sequence[Path], values: Sequence[Path] = ()) -> None:
        from expectations import dialect

        dialect.register()
        self.name = name
        self._flags, self._values = tuple(flags), tuple(values)
        file = folder / f"{name}.duckdb"
        file.unlink(missing_ok=True)
        self._address = f"{dialect.NAME}:///{os.fspath(file.resolve())}"
        self._source = context().data_sources.add_sql(name=name, connection_string=self._address)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.get_execution_engine().close()
        self._source.get_engine().dispose()
        context().data_sources.delete(self.name)

    def results(self, expected: ExpectationSuite) -> list[dict[str, Any]]:
        """Results of one suite, without values or tracebacks; none at all when it could not be run."""
        import great_expectations

        name = f"{self.name}:{expected.name}"
        expected.name = name
        try:
            self._make_view()
            asset = self._source.add_table_asset(name, table_name=_VIEW)
            batch = asset.add_batch_definition_whole_table("whole")
            held = context().suites.add(expected)
            definition = great_expectations.ValidationDefinition(name=name, data=batch, suite=held)
            context().validation_definitions.add(definition)
            checkpoint = great_expectations.Checkpoint(
                name=name, validation_definitions=[definition], result_format=RESULT_FORMAT
            )
            (result,) = context().checkpoints.add(checkpoint).run().run_results.values()
        except Exception:
            # Whatever broke, its text may quote a row. The rules end in `error`, never in a pass.
            return []
        finally:
            _forget(name)
        return [stripped(each.to_json_dict()) for each in result.results]

    def _make_view(self) -> None:
        import sqlalchemy

        counted = f"SELECT *, unnest(range(records_n)) AS _number FROM {_read(self._flags)}"
        selects = [f"SELECT * EXCLUDE (records_n, _number) FROM ({counted})"] if self._flags else []
        selects += [f"SELECT * FROM {_read(self._values)}"] if self._values else []
        engine = sqlalchemy.create_engine(self._address)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE VIEW {quoted(_VIEW)} AS {' UNION ALL BY NAME '.join(selects)}"
            )
        engine.dispose()


def _read(files: Sequence[Path]) -> str:
    listed = ", ".join("'" + os.fspath(path.resolve()).replace("'", "''") + "'" for path in files)
    return f"read_parquet([{listed}], union_by_name = true)"


def stripped(result: Mapping[str, Any]) -> dict[str, Any]:
    """One GX result without anything that could hold a value: type, rule, arguments, counts, and whether it raised."""
    expectation = result["expectation_config"]
    kept = (*_COUNTS, "observed_value") if expectation["type"] == _SUM else _COUNTS
    arguments = {name: value for name, value in expectation["kwargs"].items() if name != "batch_id"}
    found = result.get("result") or {}
    return {
        "expectation": expectation["type"],
        "kwargs": arguments,
        "meta": {name: expectation["meta"][name] for name in ("rule", "table", "column", "columns")},
        "severity": expectation["severity"],
        "success": bool(result["success"]),
        "raised_exception": raised(result.get("exception_info")),
        "result": {name: found[name] for name in kept if name in found},
    }


def raised(info: Any) -> bool:
    """Whether exception_info tells of an exception, in both of its forms: flat, or one entry per metric."""
    if not isinstance(info, Mapping):
        return False
    if "raised_exception" in info:
        return bool(info["raised_exception"])
    return any(raised(inner) for inner in info.values())


def _forget(name: str) -> None:
    """Drop a checkpoint, its validation definition and suite from the shared context, as far as they got."""
    from great_expectations.exceptions import DataContextError

    for store in (context().checkpoints, context().validation_definitions, context().suites):
        try:
            store.delete(name)
        except DataContextError:
            continue
