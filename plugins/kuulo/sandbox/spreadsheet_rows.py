"""The rows of the exports that billing, the telephone system, the chat tool and the rest would give."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import Person, Subscription, SupportContact

Row = list[Any]
# How many rows of an export stand in it twice, word for word.
REPEATED_ROWS = {"files/customers": 7, "files/survey_invites": 3}
CUSTOMER_COLUMNS = ["Customer no", "E-mail", "Account", "Account name", "Created", "Balance EUR"]
CALL_COLUMNS = [
    "Call Id", "Customer no", "E-mail", "Date", "Time", "Answered", "Resolved", "Topic", "Direction", "Waiting", "Talk", "Hold",
    "Wrap-up", "Agent", "Team", "Reopened", "Transfers", "Case",
]  # fmt: skip
SUBSCRIPTION_COLUMNS = ["Number", "Customer no", "Plan", "MRR", "Currency", "Started", "Ended", "Reason", "Kind"]
INVITE_COLUMNS = ["invite", "survey", "sent", "delivered", "opened", "responded", "response", "channel", "customer", "email"]
_HELSINKI = ZoneInfo("Europe/Helsinki")
_TALLINN_WINTER, _TALLINN_SUMMER = timezone(timedelta(hours=2)), timezone(timedelta(hours=3))


def customer_rows(company: Company) -> Iterator[Row]:
    """Billing's customers, in the order of their numbers; the first few come again at the end."""
    rows = sorted(row for person in company.people for row in _customer_rows(person))
    yield from [*rows, *rows[: REPEATED_ROWS["files/customers"]]]


def _customer_rows(person: Person) -> Iterator[Row]:
    account = [person.company.company_id, person.company.name] if person.company else ["", ""]
    for customer_id, email in zip(person.customer_ids, person.billing_emails, strict=True):
        yield [
            customer_id,
            email or "",
            *account,
            f"{person.created_at:%d.%m.%Y %H:%M}",
            f"{person.number % 997},{person.number % 100:02d}",
        ]


def call_rows(company: Company) -> Iterator[Row]:
    """The telephone system's calls, with the clock of its office and durations as h:mm:ss."""
    for call in company.contacts:
        if call.system == "phone":
            yield _call_row(call, call.opened_at.astimezone(_HELSINKI))


def _call_row(call: SupportContact, local: datetime) -> Row:
    spans = [_clock(seconds) for seconds in (call.wait_seconds, call.talk_seconds, call.hold_seconds, call.wrap_seconds)]
    return [
        call.contact_id,
        call.customer_id,
        call.email,
        "31.02.2026" if call.is_refused else local.date(),
        local.time(),
        "N" if call.is_abandoned else "Y",
        "Y" if call.is_resolved else "N",
        call.topic,
        {"inbound": "in", "outbound": "out"}[call.direction],
        *spans,
        call.agent_id,
        call.team,
        call.reopen_count,
        call.transfer_count,
        call.case_id,
    ]


def _clock(seconds: int | None) -> str | None:
    return None if seconds is None else f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def chat_records(company: Company) -> Iterator[dict[str, Any]]:
    """The chat tool's sessions, with people and with the bot; times have the offset of the season."""
    return (_chat_record(chat) for chat in company.contacts if chat.system == "chat")


def _chat_record(chat: SupportContact) -> dict[str, Any]:
    return {
        "id": chat.contact_id,
        "case": chat.case_id,
        "customer_no": chat.customer_id,
        "email": chat.email,
        "kind": chat.channel,
        "topic": chat.topic,
        "started": "yesterday" if chat.is_refused else _offset(chat.opened_at),
        "first_reply": _offset(chat.first_reply_at),
        "ended": _offset(chat.ended_at),
        "solved_at": _offset(chat.resolved_at),
        "solved": chat.is_resolved,
        "left_waiting": chat.is_abandoned,
        "wait_s": chat.wait_seconds,
        "talk_s": chat.talk_seconds,
        "hold_s": chat.hold_seconds,
        "wrap_s": chat.wrap_seconds,
        "agent_messages": chat.agent_replies,
        "customer_messages": chat.customer_replies,
        "reopened": chat.reopen_count,
        "transfers": chat.transfer_count,
        "agent": chat.agent_id,
        "team": chat.team,
    }


def _offset(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(_TALLINN_SUMMER if 4 <= at.month <= 10 else _TALLINN_WINTER).isoformat()


def subscription_rows(company: Company) -> Iterator[Row]:
    """Billing's own subscriptions; the last row has a price that nobody can read."""
    for subscription in (s for s in company.subscriptions if s.biller == "billing"):
        cents = subscription.mrr_cents
        yield _subscription_row(subscription, f"{cents // 100},{cents % 100:02d}")
    yield _subscription_row(company.refused_subscription, "n/a")


def _subscription_row(s: Subscription, price: str) -> Row:
    ended = f"{s.ended_at:%Y-%m-%dT%H:%M:%SZ}" if s.ended_at else ""
    started = f"{s.started_at:%Y-%m-%dT%H:%M:%SZ}"
    return [s.subscription_id, s.customer_id, s.plan, price, "EUR", started, ended, s.cancel_reason or "", s.cancel_kind or ""]


def usage_records(company: Company) -> Iterator[dict[str, Any]]:
    """The app's events until it got a database; some have lost their time."""
    for event in (event for event in company.usage if not event.is_in_database):
        yield {
            "event_id": event.event_id,
            "customer": event.customer_id,
            "event": event.event_name,
            "at": None if event.is_refused else f"{event.occurred_at:%Y-%m-%dT%H:%M:%SZ}",
            "session": event.session_id,
            "seconds": event.duration_seconds,
            "quantity": event.quantity,
        }


def invite_rows(company: Company) -> Iterator[Row]:
    """The mailing tool's invites; the first few come again at the end."""
    rows = [
        [
            invite.invite_id, invite.survey_id, "" if invite.is_refused else _plain(invite.sent_at), "Y" if invite.delivered else "N",
            _plain(invite.opened_at), _plain(invite.responded_at), invite.response_id or "", invite.channel, invite.customer_id or "",
            invite.email or "",
        ]
        for invite in company.invites
    ]  # fmt: skip
    yield from [*rows, *rows[: REPEATED_ROWS["files/survey_invites"]]]


def _plain(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}" if at else ""
