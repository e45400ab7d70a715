"""The rows of one landed batch as the rules see them: exact repeats left out, and the columns that only rules need added.

Everything is a view or a small table in the workshop's database; the Parquet files are only read. The names are fixed, since one
batch is judged at a time: `typed`, `repeats`, `rows` (what GX judges), `refusals`, `accepted` (what would enter).
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kuulo.landing.landing_path import BatchPlace
from kuulo.settings import Settings
from kuulo.sources.source import Stream
from kuulo.sql_text import quoted, text

if TYPE_CHECKING:
    import duckdb

_NO_SCALES = "select null::varchar as scale_id, null::double as scale_min, null::double as scale_max, null::double as scale_step limit 0"
_NO_QUESTIONS = "select null::varchar as source, null::varchar as survey_id, null::varchar as question_id, null::varchar as scale limit 0"
_BY_QUESTION = "select question_id, min(scale) as scale from questions group by question_id having count(distinct scale) = 1"
_QUESTION_COLUMNS = frozenset({"question_id", "score"})


@dataclass(frozen=True)
class BatchRows:
    """What was found before any rule was asked.

    Attributes:
        typed: rows in typed.parquet.
        repeats: those of them that equal an earlier row in every declared column and in `_extra`.
        untyped: rows in untyped.parquet.
        filled: typed rows that hold a value, by declared column.
    """

    typed: int
    repeats: int
    untyped: int
    filled: dict[str, int] = field(default_factory=dict)


def load_scales(connection: "duckdb.DuckDBPyConnection", settings: Settings, source: str) -> None:
    """Make the tables `scales` and `questions` from the seeds; empty where a seed does not exist."""
    scales, questions = (settings.dbt_project / "seeds" / f"{name}.csv" for name in ("survey_scales", "survey_questions"))
    seed = "select * from read_csv({}, header = true, all_varchar = true)"
    connection.execute(f"""
        create or replace table scales as
        select scale_id, any_value(scale_min)::double as scale_min, any_value(scale_max)::double as scale_max,
            any_value(scale_step)::double as scale_step
        from ({seed.format(text(scales)) if scales.exists() else _NO_SCALES}) group by scale_id
    """)  # noqa: S608  paths of ours
    connection.execute(f"""
        create or replace table questions as
        select survey_id, question_id, any_value(scale) as scale
        from ({seed.format(text(questions)) if questions.exists() else _NO_QUESTIONS}) where source = {text(source)} group by all
    """)  # noqa: S608  as above


def _derived(stream: Stream, columns: set[str]) -> tuple[str, str]:
    """SQL of the columns that rules may need beyond the batch's own, and the joins they come from."""
    latest = "typed._landed_at + interval 24 hours"
    by_row = stream.scale_from == "row" and {"scale", "score"} <= columns
    by_question = stream.scale_from == "survey_questions" and columns >= _QUESTION_COLUMNS
    if not (by_row or by_question):
        return f"{latest} as _latest_at, null::varchar as _known_scale, null::double as _scale_nearest", ""
    joins = "left join scales on scales.scale_id = typed.scale"
    if by_question:
        # an answer that does not name its survey finds its question by that one's id alone, where the id has one scale
        named = "questions.survey_id = typed.survey_id and" if "survey_id" in columns else ""
        asked = "questions" if named else f"({_BY_QUESTION})"
        joins = f"""
            left join {asked} as questions on {named} questions.question_id = typed.question_id::varchar
            left join scales on scales.scale_id = questions.scale
        """
    return (
        f"""{latest} as _latest_at, scales.scale_id as _known_scale,
            case when typed.score is not null then scale_min + coalesce(
                round((least(greatest(typed.score, scale_min), scale_max) - scale_min) / scale_step) * scale_step,
                least(greatest(typed.score, scale_min), scale_max) - scale_min
            ) end as _scale_nearest""",
        joins,
    )


def _find_repeats(connection: "duckdb.DuckDBPyConnection", stream: Stream, columns: set[str]) -> int:
    """Make the table `repeats`: positions of rows that equal an earlier one. Only rows that share a key are compared in full."""
    key = ", ".join(quoted(name) for name in stream.primary_key if name in columns) or "0"
    whole = ", ".join(quoted(name) for name in [c.name for c in stream.columns if c.name in columns] + ["_extra"])
    connection.execute(f"""
        create or replace temp table shared_keys as
        select hash({key}) as key_hash from typed group by 1 having count(*) > 1
    """)  # noqa: S608  names are of the declaration
    connection.execute(f"""
        create or replace table repeats as
        select _position from (
            select _position, row_number() over (partition by {whole} order by _position) as nth
            from typed where hash({key}) in (select key_hash from shared_keys)
        ) where nth > 1
    """)  # noqa: S608  names are of the declaration
    return _count(connection, "repeats")


def _count(connection: "duckdb.DuckDBPyConnection", relation: str) -> int:
    row = connection.execute(f"select count(*) from {relation}").fetchone()  # noqa: S608  one of this module's own names
    return int(row[0]) if row else 0


def _filled(connection: "duckdb.DuckDBPyConnection", stream: Stream, columns: set[str]) -> dict[str, int]:
    names = [column.name for column in stream.columns if column.name in columns]
    counts = connection.execute(f"select {', '.join(f'count({quoted(name)})' for name in names)} from typed").fetchone()  # noqa: S608  as above
    return dict(zip(names, counts or (), strict=True))


def open_batch(connection: "duckdb.DuckDBPyConnection", place: BatchPlace, stream: Stream) -> BatchRows:
    """Make the views of the batch in the workshop and count what they hold."""
    connection.execute(f"create or replace view typed as select * from read_parquet({text(place.typed)})")  # noqa: S608  a path of ours
    columns = {str(row[0]) for row in connection.execute("describe typed").fetchall()}
    untyped = f"read_parquet({text(place.untyped)})" if place.untyped.exists() else "(select 0 limit 0)"
    repeats = _find_repeats(connection, stream, columns)
    derived, joins = _derived(stream, columns)
    once = "where typed._position not in (select _position from repeats)" if repeats else ""
    connection.execute(f"create or replace view rows as select typed.*, {derived} from typed {joins} {once}")  # noqa: S608  as above
    connection.execute("create or replace table refusals (_position bigint, rule integer)")
    connection.execute("create or replace view accepted as select * from rows where _position not in (select _position from refusals)")
    filled = _filled(connection, stream, columns)
    return BatchRows(typed=_count(connection, "typed"), repeats=repeats, untyped=_count(connection, untyped), filled=filled)
