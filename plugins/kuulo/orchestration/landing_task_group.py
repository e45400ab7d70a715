"""The task group that lands a source: read every stream, judge what was read, say what is wrong."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from airflow.sdk import TriggerRule, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from kuulo.errors import KuuloError
from kuulo.landing.coverage import covered_until
from kuulo.landing.cursors import cursor_for, moved_on
from kuulo.landing.receipt import RunReceipt, forget_failure, read_run_receipts, write_run_receipt
from kuulo.orchestration.assets import VALIDATED
from kuulo.orchestration.connections import UnknownConnection, credentials_of
from kuulo.orchestration.dag_defaults import source_pool
from kuulo.orchestration.sandbox_process import STANDS_IN_FOR
from kuulo.orchestration.sources_in_use import has_landed, sandbox_marker
from kuulo.orchestration.told_errors import told_without_values
from kuulo.sandbox.history import HISTORY_START
from kuulo.settings import load_settings
from kuulo.sources.catalog import SOURCES
from kuulo.sources.source import Credentials, Source, Window


class StreamsStopped(KuuloError):
    """Some streams of a source did not enter; the others did."""


def _now() -> datetime:
    return datetime.now(UTC)


def _instant(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise KuuloError(f"{name}={text!r} is not a time: write it as 2026-01-31T00:00:00Z") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def window_of(params: Any, interval_start: datetime | None, interval_end: datetime | None) -> Window:
    """The window of a run: of its params, else of its schedule.

    Raises:
        KuuloError: only one end is given, the ends are not times, or there is no schedule to take them from.
    """
    start, end = params.get("window_start"), params.get("window_end")
    if bool(start) != bool(end):
        raise KuuloError("window_start and window_end go together: give both, or neither for the schedule's interval")
    try:
        if start:
            return Window(_instant("window_start", start), _instant("window_end", end))
        if interval_start is None or interval_end is None:
            raise KuuloError("this run has no interval of a schedule: give window_start and window_end")
        return Window(interval_start.astimezone(UTC), interval_end.astimezone(UTC))
    except ValueError as error:
        raise KuuloError(str(error)) from None


def note_failed(source: str, stream: str, run: str, error: KuuloError) -> None:
    """Keep the receipt of a stream that failed before it was judged."""
    write_run_receipt(
        load_settings(), RunReceipt(run=run, source=source, stream=stream, finished_at=_now(), status="failed", message=str(error))
    )


def _credentials(source: Source, context: Any) -> Credentials:
    """The source's credentials. A schedule passes over a source that nobody has connected; a person who asks is told."""
    try:
        return credentials_of(source)
    except UnknownConnection as error:
        stood_in_for = load_settings().sandbox and source.name in STANDS_IN_FOR
        if context["dag_run"].run_type == "scheduled" and not stood_in_for:
            raise AirflowSkipException(str(error)) from None
        raise


def without_hole(window: Window, covered: datetime | None, history_start: datetime | None) -> Window:
    """A scheduled window, begun earlier where the reading before it stopped short: a pause of the schedule leaves no hole.

    `history_start` is where a first reading begins, if it is known (the sandbox company's is).
    """
    start = covered if covered is not None else history_start
    return Window(start, window.end) if start is not None and start < window.start else window


def _window(source: Source, stream: str, context: Any) -> Window:
    window = window_of(context["params"], context.get("data_interval_start"), context.get("data_interval_end"))
    if context["dag_run"].run_type != "scheduled":
        return window
    settings = load_settings()
    history_start = HISTORY_START if sandbox_marker(settings, source.name).exists() else None
    return without_hole(window, covered_until(settings, source.name, stream), history_start)


def _land(source: Source, stream: str, context: Any) -> dict[str, Any]:
    from kuulo.landing.land_stream import land_stream

    window, key = _window(source, stream, context), f"cursor/{stream}"
    store = context["asset_state_store"][VALIDATED[source.name]]
    kept = store.get(key)
    receipts = land_stream(
        settings=load_settings(),
        source=source,
        stream=source.stream(stream),
        window=window,
        credentials=_credentials(source, context),
        run=context["run_id"],
        clock=_now,
        cursor=cursor_for(window, kept),
        refresh=context["params"]["refresh"],
    )
    if moved := moved_on(receipts[-1], kept):
        store.set(key, moved)
    return {receipt.stream: receipt.received for receipt in receipts}


def _validate(source: Source, run: str) -> dict[str, int]:
    from kuulo.validation.landing_gate import validate_source

    receipts = validate_source(settings=load_settings(), source=source, run=run, clock=_now)
    entered = {receipt.stream: receipt.validated for receipt in receipts if receipt.status == "validated"}
    if not entered:
        raise AirflowSkipException(f"{source.name}: nothing new")
    return entered


def _crashed(context: Any) -> list[str]:
    """Tasks of this run before the last one that failed, whether or not they lived to write a receipt."""
    instance = context["ti"]
    states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[context["run_id"]]).get(context["run_id"], {})
    return sorted(name for name, state in states.items() if state in ("failed", "upstream_failed") and name != instance.task_id)


def _tell(source: Source, context: Any) -> None:
    run = context["run_id"]
    bad = [r for r in read_run_receipts(load_settings()) if r.run == run and r.source == source.name and r.status != "validated"]
    streams_by_message: dict[tuple[str, str], list[str]] = {}
    for receipt in bad:
        streams_by_message.setdefault((receipt.status, receipt.message), []).append(receipt.stream)
    if bad:
        raise StreamsStopped(
            "; ".join(f"{source.name}/{','.join(streams)} {status}: {text}" for (status, text), streams in streams_by_message.items())
        )
    if crashed := _crashed(context):
        raise StreamsStopped(f"{source.name}: {', '.join(crashed)} failed: the log of that task says where")


def _run_id() -> str:
    return str(get_current_context()["run_id"])


def _check(source: Source, context: Any) -> list[str]:
    """One line a stream of a source that nothing has landed of yet; AirflowSkipException where something has."""
    from kuulo.sources.connection_check import check_connection

    if has_landed(load_settings(), source.name):
        raise AirflowSkipException(f"{source.name} has been read before")
    window = window_of(context["params"], context.get("data_interval_start"), context.get("data_interval_end"))
    check = check_connection(source, _credentials(source, context), until=min(window.end, _now()))
    lacking = [f"{source.name}/{stream.line}" for stream in check.streams if stream.missing]
    if lacking and check.is_reachable:
        raise StreamsStopped("; ".join(lacking))
    return [stream.line for stream in check.streams]


def _check_first(source: Source) -> Any:
    # Before the first extraction only: what is missing is known in seconds, not when the last stream's turn has come. The
    # streams that may be read are read whatever it finds; a vendor that does not answer is left to their own retries.
    @task(task_id="check_connection")
    @told_without_values
    def check() -> list[str]:
        return _check(source, get_current_context())

    return check()


def _read_api(source: Source) -> Any:
    # An inlet of its own: whose state store keeps the vendor's cursors.
    @task(
        pool=source_pool(source.name),
        map_index_template="{{ stream_name }}",
        inlets=[VALIDATED[source.name]],
        trigger_rule=TriggerRule.ALL_DONE,
    )
    @told_without_values
    def extract_to_landing(stream: str) -> dict[str, Any]:
        context: Any = get_current_context()
        context["stream_name"] = stream
        try:
            landed = _land(source, stream, context)
        except KuuloError as error:
            note_failed(source.name, stream, context["run_id"], error)
            raise
        forget_failure(load_settings(), context["run_id"], source.name, stream)
        return landed

    read = extract_to_landing.expand(stream=[stream.name for stream in source.streams if stream.pages_of is None])
    _check_first(source) >> read
    return read


def _read_inbox() -> Any:
    @task
    @told_without_values
    def take_in_files() -> list[str]:
        from kuulo.landing.land_inbox import land_inbox

        outcome = land_inbox(settings=load_settings(), run=_run_id(), clock=_now)
        for stream, message in outcome.refused.items():
            note_failed("files", stream, _run_id(), KuuloError(message))
        return outcome.lines

    return take_in_files()


def land_source(name: str, reading: Callable[[], Any] | None = None) -> None:
    """Tasks of one source: read its streams, then `validate_landing`, then `tell_what_stopped`.

    A stream that fails leaves the others alone: what was read is judged and announced (asset `validated_<source>`),
    and the last task fails with one line a stream that did not enter. Reading a window twice asks the vendor once.
    `reading` makes the tasks that read a source which is neither an API nor the inbox.
    """
    source = SOURCES[name]

    @task(outlets=[VALIDATED[name]], trigger_rule=TriggerRule.ALL_DONE)
    @told_without_values
    def validate_landing() -> dict[str, int]:
        return _validate(source, _run_id())

    @task(trigger_rule=TriggerRule.ALL_DONE)
    @told_without_values
    def tell_what_stopped() -> None:
        _tell(source, get_current_context())

    read = reading or (partial(_read_api, source) if source.base_url else _read_inbox)
    read() >> validate_landing() >> tell_what_stopped()
