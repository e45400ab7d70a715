"""The feed.yml of each export: what a user would write to have such a file in the marts."""

_SAID = "# Written by the sandbox: fictional data of Kajo Lamps.\n"

_CUSTOMERS = """\
stream: customers
columns:
  customer_id: Customer no
  email: E-mail
  account_id: Account
  account_name: Account name
  created_at: {column: Created, format: "%d.%m.%Y %H:%M"}
delimiter: ";"
decimal: ","
encoding: utf-8-sig
"""

_CALLS = """\
stream: contacts
columns:
  contact_id: Call Id
  case_id: Case
  customer_id: Customer no
  email: E-mail
  channel: {value: phone}
  topic: Topic
  direction: {column: Direction, map: {in: inbound, out: outbound}}
  opened_at: {columns: [Date, Time], format: "%Y-%m-%d %H:%M:%S"}
  is_resolved: {column: Resolved, map: {Y: true, N: false}}
  is_abandoned: {column: Answered, map: {Y: false, N: true}}
  is_bot: {value: false}
  wait_seconds: Waiting
  talk_seconds: Talk
  hold_seconds: Hold
  wrap_seconds: Wrap-up
  reopen_count: Reopened
  transfer_count: Transfers
  agent_id: Agent
  team: Team
sheet: Calls
timezone: Europe/Helsinki
"""

_CHATS = """\
stream: contacts
columns:
  contact_id: id
  case_id: case
  customer_id: customer_no
  email: email
  channel: kind
  topic: topic
  direction: {value: inbound}
  opened_at: started
  first_reply_at: first_reply
  ended_at: ended
  resolved_at: solved_at
  is_resolved: solved
  is_abandoned: left_waiting
  is_bot: {column: kind, map: {bot: true, chat: false}}
  wait_seconds: wait_s
  talk_seconds: talk_s
  hold_seconds: hold_s
  wrap_seconds: wrap_s
  agent_replies: agent_messages
  customer_replies: customer_messages
  reopen_count: reopened
  transfer_count: transfers
  agent_id: agent
  team: team
"""

_SUBSCRIPTIONS = """\
stream: subscriptions
columns:
  subscription_id: Number
  customer_id: Customer no
  plan: Plan
  mrr: MRR
  currency: Currency
  started_at: Started
  ended_at: Ended
  cancel_reason: Reason
  cancel_kind: Kind
delimiter: ";"
decimal: ","
encoding: utf-8-sig
"""

_USAGE = """\
stream: usage_events
columns:
  event_id: event_id
  customer_id: customer
  event_name: event
  occurred_at: at
  session_id: session
  duration_seconds: seconds
  quantity: quantity
"""

_INVITES = """\
stream: survey_invites
columns:
  invite_id: invite
  survey_id: survey
  sent_at: {column: sent, format: "%Y-%m-%d %H:%M:%S"}
  delivered: {column: delivered, map: {Y: true, N: false}}
  opened_at: {column: opened, format: "%Y-%m-%d %H:%M:%S"}
  responded_at: {column: responded, format: "%Y-%m-%d %H:%M:%S"}
  response_id: response
  channel: channel
  customer_id: customer
  email: email
encoding: utf-8-sig
"""

FEEDS: dict[str, str] = {
    "sandbox_customers": _SAID + _CUSTOMERS,
    "sandbox_phone_calls": _SAID + _CALLS,
    "sandbox_chats": _SAID + _CHATS,
    "sandbox_subscriptions": _SAID + _SUBSCRIPTIONS,
    "sandbox_usage": _SAID + _USAGE,
    "sandbox_invites": _SAID + _INVITES,
}
