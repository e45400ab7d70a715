"""Business minutes over a holiday and a change of the clocks, through the contacts' fact."""

import pytest

from tests.dbt_project.compiled_models import CompiledModels, MartsInMemory

pytestmark = pytest.mark.dbt


def test_a_contact_on_the_eve_of_easter_waits_no_holiday(compiled: CompiledModels) -> None:
    """Helsinki, 2024: Good Friday was 29 March, summer time began on 31 March, Easter Monday was 1 April.

    Opened on Thursday at 16:00 (14:00 UTC, winter), replied to on Tuesday at 09:00 (06:00 UTC, summer): an hour on each day. A calendar
    that keeps no Easter adds Friday and Monday, nine hours each.
    """
    minutes = {}
    contact = {
        "contact_id": "eve", "customer_id": "c", "channel": "email", "topic": "billing",
        "opened_at": "2024-03-28T14:00:00", "first_reply_at": "2024-04-02T06:00:00",
    }  # fmt: skip
    marts = MartsInMemory(compiled, ["fct_contacts"])
    holidays = [{"calendar": "FI", "day": day, "valid_from": "2024-01-01", "name": "Easter"} for day in ("2024-03-29", "2024-04-01")]
    marts.seed("holidays", holidays)
    for calendar in ("FI", None):
        hours = [
            {"weekday": day, "opens": "08:00", "closes": "17:00", "timezone": "Europe/Helsinki", "valid_from": "2000-01-01"}
            | {"calendar": calendar}
            for day in range(1, 6)
        ]
        marts.seed("business_hours", hours, instead=True)
        marts.build({("files", "contacts"): [contact]})
        minutes[calendar] = marts.one("select first_reply_minutes as elapsed, first_reply_business_minutes as business from fct_contacts")
    elapsed = 4 * 24 * 60 + 16 * 60  # two clocks: 17 hours and a day more on the wall, one of them never was
    assert minutes == {"FI": {"elapsed": elapsed, "business": 120.0}, None: {"elapsed": elapsed, "business": 120.0 + 2 * 540}}
