"""Whether the dbt marts and the tables of by_hand.sql tell the same figures."""

from pathlib import Path

import duckdb

_SURVEY_KEY = ["day", "survey", "touchpoint", "journey_stage", "channel", "segment", "country", "scale"]
_SUPPORT_KEY = ["day", "channel", "topic", "segment", "team"]
# table: what a row is of, and figures of it as {dbt's column: by hand}
COMPARED: dict[str, tuple[list[str], dict[str, str]]] = {
    "dim_customers": (["customer_key", "segment", "country"], {}),
    "nps_by_day": (
        _SURVEY_KEY,
        {
            **{name: name for name in ("responses", "promoters", "passives", "detractors", "score_sum", "nps", "weighted_responses")},
            **{name: f"coalesce({name}, 0)" for name in ("weighted_promoters", "weighted_detractors")},
        },
    ),
    "csat_by_day": (_SURVEY_KEY, {name: name for name in ("responses", "satisfied", "score_sum", "csat")}),
    "ces_by_day": (_SURVEY_KEY, {name: name for name in ("responses", "easy", "score_sum", "ces_mean")}),
    "cli_by_day": (_SURVEY_KEY, {name: name for name in ("responses", "score_sum", "cli")}),
    "fcr_by_day": (
        _SUPPORT_KEY,
        {name: name for name in ("contacts", "first_contacts", "resolved_first", "repeats", "pending", "excluded", "fcr_gross")},
    ),
    "service_levels_by_day": (
        _SUPPORT_KEY,
        {
            **{name: name for name in ("contacts", "answered", "abandoned", "bot_sessions", "escalated_from_bot", "handle_seconds_sum")},
            **{name: name for name in ("waited", "wait_seconds_sum", "answered_within", "first_replies", "reopened", "reopen_known")},
            **{"handle_seconds_p50": "handle_seconds[1]", "wait_seconds_p90": "wait_seconds[2]"},
            "first_reply_minutes_p90": "first_reply_minutes[2]",
        },
    ),
    "churn_by_month": (
        ["month", "segment", "plan", "country"],
        {
            **{f"{kind}_customers": f"{kind}_customers" for kind in ("opening", "new", "reactivated", "churned")},
            **{f"{kind}_mrr": f"{kind}_mrr" for kind in ("opening", "new", "expansion", "reactivation", "contraction", "churned")},
        },
    ),
    "scorecard_by_period": (["metric", "period_grain", "period_start", "dimension", "dimension_value"], {"n": "n", "value": "value"}),
    "fct_survey_answers": (["response_key", "metric", "survey", "day"], {"score": "score", "score_100": "score_100", "weight": "weight"}),
    "fct_contacts": (["contact_key", "fcr_status", "day"], {"handle_seconds": "handle_seconds", "wait_seconds": "wait_seconds"}),
}
# by hand, a period of which nothing can be judged yet has no row
ONLY = {"scorecard_by_period": "n > 0"}
_TOO_MANY_TO_COMPARE_EACH = ("fct_survey_answers", "fct_contacts")


def _differing(connection: duckdb.DuckDBPyConnection, table: str, key: list[str], figures: dict[str, str]) -> tuple[int, int]:
    """(rows, rows that only one side has or that tell another figure) by a full join."""
    ours = ", ".join([*key, *figures])
    theirs = ", ".join([*key, *(f"{expression} as {name}" for name, expression in figures.items())])
    unlike = " or ".join(
        f"(ours.{name} is null) <> (theirs.{name} is null) or abs(ours.{name} - theirs.{name}) > 1e-9 * greatest(1, abs(ours.{name}))"
        for name in figures
    )
    query = f"""
        select count(*), count_if(ours.{key[0]} is null or theirs.{key[0]} is null or ({unlike or "false"}))
        from (select {ours} from ours.marts.{table} where {ONLY.get(table, "true")}) as ours
        full join (select {theirs} from theirs.{table}) as theirs on {" and ".join(f"ours.{name} = theirs.{name}" for name in key)}
    """  # noqa: S608  names of ours
    rows, differing = connection.execute(query).fetchall()[0]
    return int(rows), int(differing)


def _sums_differ(connection: duckdb.DuckDBPyConnection, table: str, key: list[str], figures: dict[str, str]) -> tuple[int, int]:
    """(rows, 0 or 1 for whether rows or their hashes add up to something else): of large tables, as they stand."""
    row = ", ".join([*key, *(f"round({name}, 6)" for name in figures)])
    sides = [
        connection.execute(f"select count(*), sum(hash({row})::hugeint) from {place}.{table}").fetchall()[0]  # noqa: S608
        for place in ("ours.marts", "theirs")
    ]
    return int(sides[0][0]), int(sides[0] != sides[1])


def differences(marts: Path, by_hand: Path) -> dict[str, tuple[int, int]]:
    """{table: (rows compared, rows that differ)}, of the figures that both make."""
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        connection.execute(f"attach '{marts}' as ours (read_only)")
        connection.execute(f"attach '{by_hand}' as theirs (read_only)")
        return {
            table: (_sums_differ if table in _TOO_MANY_TO_COMPARE_EACH else _differing)(connection, table, key, figures)
            for table, (key, figures) in COMPARED.items()
        }
