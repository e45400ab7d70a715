"""The rows of a batch of each canonical stream, as DuckDB queries over range(): every value is drawn by a hash of its row's number."""

from collections.abc import Callable, Iterator
from datetime import datetime

from transformation.company import HISTORY_DAYS, LAGS, START, Company, Days

SURVEYS = ("purchase", "delivery", "support", "relationship")
_DAY = 86_400_000_000  # microseconds
_LATE_LAG = f"[{', '.join(map(str, LAGS))}][1 + draw // 50 % {len(LAGS)}]"


def _draw(number: str) -> str:
    """63 bits that depend on the number only."""
    return f"(hash({number}) >> 1)::bigint"


def _timestamp(at: datetime) -> str:
    return f"timestamp '{at:%Y-%m-%d %H:%M:%S}'"


def _at(number: str, a_day: int) -> str:
    """The instant of the row of this number, of so many a day, evenly spread."""
    return f"{_timestamp(START)} + to_microseconds(({number} * {_DAY // a_day})::bigint)"


def _numbers(company_a_day: int, days: Days, salt: int) -> str:
    """The numbers of the rows of these days, with a draw each."""
    numbers = f"range({days.first * company_a_day}, {days.after * company_a_day}) numbers (i)"
    return f"(select i, {_draw(f'i * 8 + {salt}')} as draw from {numbers})"  # noqa: S608  numbers of ours


def _arriving(a_day: int, days: Days, salt: int, *, late_share: int, again: bool) -> str:
    """What arrives in these days: their own rows, and of 2 to 6 weeks before one in `late_share`, for the first time or `again`."""
    own = "true" if again else f"draw % {late_share} <> 0"
    parts = [f"select *, false as is_late from {_numbers(a_day, days, salt)} where {own}"]  # noqa: S608  numbers of ours
    for lag in LAGS:
        before = Days(max(days.first - lag, 0), max(days.after - lag, 0))
        chosen = f"draw % {late_share} = 0 and {_LATE_LAG} = {lag}"
        parts.append(f"select *, true as is_late from {_numbers(a_day, before, salt)} where {chosen}")  # noqa: S608  numbers of ours
    return "(" + " union all ".join(parts) + ")"


def _customer(company: Company, draw: str, number: str, a_day: int) -> str:
    """One of the customers that there are at the time of this row."""
    span = 2 * HISTORY_DAYS * a_day
    return f"({draw} % greatest(({company.customers}::bigint * ({HISTORY_DAYS * a_day} + {number}) // {span}), 1))"


def _customer_id(number: str) -> str:
    return f"'K-' || lpad(({number})::varchar, 8, '0')"


def _email(number: str) -> str:
    return f"'person' || ({number}) || '@post.example'"


def _one_of(words: tuple[str, ...], draw: str) -> str:
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"[{quoted}][1 + {draw} % {len(words)}]"


def answers(company: Company, days: Days) -> str:
    """Three questions a response: NPS, CSAT and CES, of one in eight those of loyalty; one response in fifty arrives 2 to 6 weeks late."""
    a_day = company.responses_a_day
    return f"""
        with responses as (
            select
                i, draw, draw // 1024 % 8 = 0 as is_loyalty, 1 + draw // 16384 % 4 as survey,
                {_customer(company, "(draw // 64)", "i", a_day)} as customer
            from {_arriving(a_day, days, 1, late_share=50, again=False)}
        ),

        questions as (
            select *, {_draw("i * 8 + 7 + question * 2654435761")} as answer_draw
            from responses
            cross join range(3) numbers (question)
        )

        select
            'r' || i as response_id,
            'q' || (1 + question) as question_id,
            case when is_loyalty then ['cli_recommend', 'cli_repurchase', 'cli_try_other'] else ['nps', 'csat', 'ces'] end[1 + question]
                as metric,
            case when is_loyalty then '0-10' else ['0-10', '1-5', '1-7'][1 + question] end as scale,
            case
                when is_loyalty or question = 0 then 10 - answer_draw % 121 // 11 * (answer_draw % 3 + 1) // 3
                when question = 1 then 5 - answer_draw % 25 // 5 * (answer_draw % 2 + 1) // 2
                else 7 - answer_draw % 49 // 7 * (answer_draw % 2 + 1) // 2
            end::double as score,
            null::varchar as label,
            case when answer_draw % 5 = 0 then 'something was said about delivery, invoice or lamp, number ' || i end as comment,
            {_at("i", a_day)} as submitted_at,
            case when is_loyalty then 'loyalty' else {_one_of(SURVEYS, "draw // 16384")} end as survey_id,
            case when is_loyalty then 'renewal' else ['checkout', 'doorstep', 'case_closed', 'yearly'][survey] end as touchpoint,
            case when is_loyalty then 'renew' else ['buy', 'receive', 'support', 'use'][survey] end as journey_stage,
            {_one_of(("email", "web", "sms"), "draw // 131072")} as channel,
            {_one_of(("fi", "sv", "en"), "draw // 524288")} as language,
            case when draw // 2097152 % 10 < 6 then {_customer_id("customer")} end as customer_id,
            case when draw // 2097152 % 10 between 5 and 8 then {_email("customer")} end as email,
            null::varchar as contact_id,
            case when draw // 33554432 % 4 = 0 then 0.5 + draw // 33554432 % 7 * 0.25 end::double as weight,
            draw // 268435456 % 10 > 0 as is_finished,
            i * 3 + question as _number
        from questions
    """  # noqa: S608  numbers of ours


def invites(company: Company, days: Days) -> str:
    """One a response of the day, a quarter of them unanswered; no late ones."""
    a_day = company.responses_a_day
    return f"""
        select
            'v' || i as invite_id,
            case when draw // 1024 % 8 = 0 then 'loyalty' else {_one_of(SURVEYS, "draw // 16384")} end as survey_id,
            {_at("i", a_day)} - interval 1 hour as sent_at,
            draw // 17179869184 % 50 > 0 as delivered,
            null::timestamp as opened_at,
            case when draw // 34359738368 % 4 > 0 then {_at("i", a_day)} end as responded_at,
            case when draw // 34359738368 % 4 > 0 then 'r' || i end as response_id,
            {_one_of(("email", "web", "sms"), "draw // 131072")} as channel,
            {_customer_id(_customer(company, "(draw // 64)", "i", a_day))} as customer_id,
            null::varchar as email,
            'sent' as status,
            i as _number
        from {_numbers(a_day, days, 1)}
    """  # noqa: S608  numbers of ours


def contacts(company: Company, days: Days) -> str:
    """Calls, e-mails, chats and forms about twelve topics; one in thirty comes again 2 to 6 weeks later, reopened."""
    a_day = company.contacts_a_day
    topics = ("billing", "delivery", "setup", "returns", "login", "upgrade", "outage", "contract", "address", "warranty", "advice", "other")
    return f"""
        with drawn as (
            select
                i, draw, is_late, draw // 1024 % 4 as channel, draw // 4096 % 12 as topic, {_at("i", a_day)} as begun_at,
                {_customer(company, "(draw // 64)", "i", a_day)} as customer
            from {_arriving(a_day, days, 2, late_share=30, again=True)}
        ),

        told as (
            select
                *,
                draw // 33554432 % 10 = 0 as outbound,
                channel = 0 and draw // 65536 % 16 = 0 and draw // 33554432 % 10 > 0 as abandoned,
                channel = 2 and draw // 65536 % 8 = 0 as bot,
                is_late or draw // 1048576 % 8 > 0 as resolved
            from drawn
        )

        select
            'c' || i as contact_id,
            case when draw // 131072 % 4 = 0 then 'case' || i end as case_id,
            case when draw // 2097152 % 20 < 14 then {_customer_id("customer")} end as customer_id,
            case when draw // 2097152 % 20 between 13 and 18 then {_email("customer")} end as email,
            ['phone', 'email', 'chat', 'web'][1 + channel] as channel,
            {_one_of(topics, "topic")} as topic,
            case when outbound then 'outbound' else 'inbound' end as direction,
            begun_at as opened_at,
            null::timestamp as answered_at,
            null::timestamp as ended_at,
            case when not abandoned and not bot then begun_at + to_seconds(((60 + draw // 268435456 % 20000) * (channel + 1))::bigint) end
                as first_reply_at,
            case
                when is_late then begun_at + to_seconds((86400 * ({_LATE_LAG} - 1))::bigint)
                when resolved then begun_at + to_seconds((60000 + draw // 268435456 % 90000)::bigint)
            end as resolved_at,
            resolved as is_resolved,
            abandoned as is_abandoned,
            bot as is_bot,
            case when channel in (0, 2) then (draw // 4294967296 % 90)::double end as wait_seconds,
            case when channel = 0 and not abandoned then (60 + draw // 8589934592 % 600)::double end as talk_seconds,
            case when channel = 0 and not abandoned then (draw // 17179869184 % 60)::double end as hold_seconds,
            case when channel = 0 and not abandoned then (draw // 34359738368 % 120)::double end as wrap_seconds,
            (1 + draw // 68719476736 % 4)::bigint as agent_replies,
            (draw // 274877906944 % 3)::bigint as customer_replies,
            is_late::bigint as reopen_count,
            (draw // 1099511627776 % 10 = 0)::bigint as transfer_count,
            'agent' || draw // 4398046511104 % 200 as agent_id,
            ['Front', 'Money', 'Lamps'][1 + topic % 3] as team,
            i as _number
        from told
    """  # noqa: S608  numbers of ours


def usage_events(company: Company, days: Days) -> str:
    """Events of use, told by the company's own customer id."""
    a_day = company.usage_events_a_day
    return f"""
        select
            'u' || i as event_id,
            {_customer_id(_customer(company, "(draw // 64)", "i", a_day))} as customer_id,
            null::varchar as email,
            {_one_of(("login", "dim", "schedule", "share"), "draw // 1024")} as event_name,
            {_at("i", a_day)} as occurred_at,
            null::varchar as session_id,
            null::double as duration_seconds,
            1.0::double as quantity,
            i as _number
        from {_numbers(a_day, days, 3)}
    """  # noqa: S608  numbers of ours


def _born(company: Company) -> str:
    """When a customer came: half of them in the 18 months before ours begin, evenly."""
    return f"{_timestamp(START)} + to_microseconds((c * {2 * HISTORY_DAYS * _DAY // company.customers} - {HISTORY_DAYS * _DAY})::bigint)"


def _seen_from(days: Days) -> str:
    """The first batch brings all that was there before."""
    return _timestamp(days.start) if days.first else "timestamp '1970-01-01'"


def _customers_until(company: Company, days: Days) -> int:
    return company.customers * (HISTORY_DAYS + days.after) // (2 * HISTORY_DAYS) + 1


def customers(company: Company, days: Days) -> str:
    """Those who came in these days; the first batch brings all who were there before."""
    first = 0 if days.first == 0 else max(company.customers * (HISTORY_DAYS + days.first) // (2 * HISTORY_DAYS) - 1, 0)
    return f"""
        with born as (
            select c, {_draw("c * 8 + 4")} as draw, {_born(company)} as created_at
            from range({first}, {_customers_until(company, days)}) n (c)
        )

        select
            {_customer_id("c")} as customer_id,
            {_email("c")} as email,
            'A' || c // 3 as account_id,
            'Account ' || c // 3 as account_name,
            {_one_of(("consumer", "small", "medium", "enterprise"), "draw")} as segment,
            {_one_of(("FI", "SE", "NO", "DK", "DE", "EE"), "draw // 1024")} as country,
            {_one_of(("fi", "sv", "en"), "draw // 16384")} as language,
            null::varchar as industry,
            null::varchar as owner,
            created_at,
            null::timestamp as archived_at,
            c as _number
        from born
        where created_at >= {_seen_from(days)} and created_at < {_timestamp(days.end)}
    """  # noqa: S608  numbers of ours


def subscriptions(company: Company, days: Days) -> str:
    """One a customer, a fifth with another plan after it; one in three ends. A row comes when it starts, and again when it has ended."""
    return f"""
        with born as (
            select c, {_draw("c * 8 + 5")} as draw, {_born(company)} + interval 1 hour as born_at
            from range({_customers_until(company, days)}) n (c)
        ),

        legs as (
            select
                *,
                draw % 5 = 1 as has_second,
                born_at + to_days((30 + draw // 64 % 300)::integer) as changed_at,
                born_at + to_days((400 + draw // 32768 % 500)::integer) as left_at,
                draw // 16777216 % 3 = 0 as leaves
            from born
        ),

        spans as (
            select
                c, draw, 0 as leg, born_at as started_at,
                case when has_second then changed_at when leaves then left_at end as ends_at
            from legs
            union all
            select
                c, draw // 8 as draw, 1 as leg,
                case when draw // 134217728 % 8 = 0 then changed_at + interval 60 days else changed_at end as started_at,
                case when leaves then left_at end as ends_at
            from legs
            where has_second
        )

        select
            's' || c || '-' || leg as subscription_id,
            {_customer_id("c")} as customer_id,
            {_one_of(("basic", "plus", "pro"), "draw // 1073741824")} as plan,
            (10 + 10 * (draw // 1073741824 % 3) + leg * 5)::double as mrr,
            'EUR' as currency,
            started_at,
            case when ends_at < {_timestamp(days.end)} then ends_at end as ended_at,
            null::varchar as cancel_reason,
            case when ends_at < {_timestamp(days.end)} then ['voluntary', 'involuntary'][1 + (draw // 4294967296 % 4 = 0)::integer] end
                as cancel_kind,
            c * 2 + leg as _number
        from spans
        where
            started_at < {_timestamp(days.end)}
            and (started_at >= {_seen_from(days)} or (ends_at >= {_seen_from(days)} and ends_at < {_timestamp(days.end)}))
    """  # noqa: S608  numbers of ours


STREAMS: dict[str, Callable[[Company, Days], str]] = {
    "survey_answers": answers,
    "survey_invites": invites,
    "contacts": contacts,
    "usage_events": usage_events,
    "customers": customers,
    "subscriptions": subscriptions,
}


def queries(company: Company, days: Days) -> Iterator[tuple[str, str]]:
    """(stream, query) of the batch of these days; the queries' last column numbers the rows within the batch."""
    for stream, rows_of in STREAMS.items():
        yield stream, rows_of(company, days)
