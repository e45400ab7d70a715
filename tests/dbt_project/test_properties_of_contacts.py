"""What holds of contacts whoever called when."""

from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dbt_project.compiled_models import BOUNDED, CompiledModels, MartsInMemory, figures

pytestmark = pytest.mark.dbt
MARTS = ["fcr_by_day", "service_levels_by_day"]
GIVEN = {
    "int_customer_identities": pa.schema({"node": pa.string(), "customer_key": pa.string()}),
    "int_customer_attributes": pa.schema({"customer_key": pa.string(), "segment": pa.string(), "country": pa.string()}),
}
ANSWERS = {"int_survey_answers_scored": pa.schema({"submitted_at": pa.timestamp("us")})}
MINUTES = {
    "int_first_reply_business_minutes": pa.schema(
        {"source": pa.string(), "contact_id": pa.string(), "first_reply_business_minutes": pa.float64()}
    )
}
ATTRIBUTES = [{"customer_key": "a", "segment": "consumer"}, {"customer_key": "b", "segment": "business"}]
IDENTITIES = [{"node": f"company:{customer}", "customer_key": customer} for customer in ("a", "b", "c")]
# over the change to summer time, which is on the 29th of March in Helsinki
START = datetime(2026, 3, 6, 20)  # noqa: DTZ001 - validated rows hold naive UTC
OPEN = [
    {"weekday": day, "opens": "06:00", "closes": "18:30", "timezone": "UTC", "valid_from": "2000-01-01", "valid_to": None}
    for day in range(1, 6)
]
Rows = list[dict[str, Any]]


@st.composite
def contacts(draw: st.DrawFn) -> Rows:
    """Up to twenty contacts of three customers and of nobody, about two topics, over a month."""
    rows = []
    for number in range(draw(st.integers(1, 20))):
        opened_at = START + timedelta(hours=6 * draw(st.integers(0, 100)), minutes=draw(st.integers(0, 3)))
        replied = draw(st.one_of(st.none(), st.integers(0, 5000)))
        seconds = st.one_of(st.none(), st.integers(0, 600).map(float))
        rows.append({
            "contact_id": f"c{number:02}", "customer_id": draw(st.sampled_from(["a", "b", "c", None])),
            "channel": draw(st.sampled_from(["phone", "chat"])), "topic": draw(st.sampled_from(["billing", "delivery"])),
            "opened_at": opened_at, "first_reply_at": None if replied is None else opened_at + timedelta(minutes=replied),
            "is_resolved": draw(st.sampled_from([None, True, False])), "is_abandoned": draw(st.booleans()), "is_bot": draw(st.booleans()),
            "resolved_at": opened_at + timedelta(hours=draw(st.integers(0, 300))), "wait_seconds": draw(seconds),
            "talk_seconds": draw(seconds), "wrap_seconds": draw(seconds), "agent_replies": draw(st.sampled_from([None, 0, 1, 2])),
            "reopen_count": draw(st.sampled_from([None, 0, 1])), "transfer_count": draw(st.sampled_from([None, 0, 1])),
            "_landed_at": "2026-05-20", "_window_end": "2026-05-20",
        })  # fmt: skip
    return rows


def _with_hours(compiled: CompiledModels) -> MartsInMemory:
    built = MartsInMemory(compiled, ["fct_contacts"], given={**GIVEN, **ANSWERS})
    built.seed("business_hours", OPEN, instead=True)
    return built


@pytest.fixture(scope="module")
def marts(compiled: CompiledModels) -> MartsInMemory:
    return MartsInMemory(compiled, MARTS, given={**GIVEN, **MINUTES})


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> MartsInMemory:
    """The same marts, with days cut in another zone."""
    home = tmp_path_factory.mktemp("zone") / "kuulo"
    return _with_hours(CompiledModels(home, ["fct_contacts"], as_of="2026-06-01T00:00:00", timezone="Europe/Helsinki"))


def _built(marts: MartsInMemory, rows: Rows) -> MartsInMemory:
    given_rows = {"int_customer_identities": IDENTITIES, "int_customer_attributes": ATTRIBUTES}
    return marts.build({("files", "contacts"): rows}, given_rows)


def _all(marts: MartsInMemory, rows: Rows) -> dict[str, Any]:
    _built(marts, rows)
    return {mart: figures(marts.ask(f"from {mart}")) for mart in MARTS}


@BOUNDED
@given(rows=contacts(), data=st.data())
def test_order_and_repetition_of_contacts_are_of_no_account(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    again = [{**row, "_landed_at": "2026-05-25", "_batch": "second"} for row in data.draw(st.lists(st.sampled_from(rows)))]
    assert _all(marts, data.draw(st.permutations([*rows, *again]))) == _all(marts, rows)


@BOUNDED
@given(rows=contacts())
def test_every_contact_is_judged_once_and_every_rate_lies_in_its_bounds(marts: MartsInMemory, rows: Rows) -> None:
    _built(marts, rows)
    parts = ("contacts", "first_contacts", "repeats", "unidentified", "ineligible", "resolved_first", "pending")
    total = marts.one(f"select {', '.join(f'sum({part}) as {part}' for part in parts)} from fcr_by_day")
    assert total["contacts"] == len(rows)
    assert total["first_contacts"] + total["repeats"] + total["unidentified"] + total["ineligible"] == len(rows)
    assert total["resolved_first"] + total["pending"] <= total["first_contacts"]
    rates = {
        "fcr_by_day": ("gross", "net", "lenient", "one_touch", "no_customer_reply", "no_reopen"),
        "service_levels_by_day": ("of_answered", "abandons_ignored", "abandons_negative", "abandons_positive"),
    }
    for (mart, names), prefix in zip(rates.items(), ("fcr", "service_level"), strict=True):
        for row in marts.ask(f"from {mart}"):
            assert all(0 <= row[f"{prefix}_{name}"] <= 1 for name in names if row[f"{prefix}_{name}"] is not None)
    for row in marts.ask("from service_levels_by_day"):
        assert row["answered"] + row["abandoned"] + row["bot_sessions"] == row["contacts"]
        if row["handled"]:
            assert row["aht_seconds"] == pytest.approx(row["handle_seconds_sum"] / row["handled"])


ELAPSED = (
    "contact_key, fcr_status, is_repeat, is_first_contact, handle_seconds, wait_seconds, first_reply_minutes, "
    "first_reply_business_minutes, resolution_minutes"
)


@pytest.fixture(scope="module")
def here(compiled: CompiledModels) -> MartsInMemory:
    return _with_hours(compiled)


@BOUNDED
@given(rows=contacts())
def test_what_has_elapsed_is_the_same_in_every_zone(here: MartsInMemory, elsewhere: MartsInMemory, rows: Rows) -> None:
    """Days are cut elsewhere, over a change to summer time too; what took so long took so long."""
    question = f"select {ELAPSED} from fct_contacts"
    assert figures(_built(elsewhere, rows).ask(question)) == figures(_built(here, rows).ask(question))


@BOUNDED
@given(rows=contacts(), data=st.data())
def test_a_late_contact_restates_as_if_it_had_been_there(marts: MartsInMemory, rows: Rows, data: st.DataObject) -> None:
    is_late = [data.draw(st.booleans()) for _ in rows]
    early = [row for row, late in zip(rows, is_late, strict=True) if not late]
    late = [{**row, "_landed_at": "2026-05-25", "_batch": "second"} for row, late in zip(rows, is_late, strict=True) if late]
    _all(marts, early)
    assert _all(marts, [*early, *late]) == _all(marts, rows)
