"""The truth of first-contact resolution and of the service levels, from the contacts as they took place."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kuulo.sandbox.company import Company
from kuulo.sandbox.company_records import SupportContact
from kuulo.sandbox.history import AS_OF
from kuulo.sandbox.support import EXCLUDED_TOPICS
from kuulo.sandbox.truth_figures import Figure, Key, Observed, figures, median_minutes
from kuulo.sandbox.truth_surveys import segment_of

REPEAT_WINDOW = timedelta(hours=168)


def counted_contacts(company: Company) -> list[SupportContact]:
    """The contacts that the warehouse counts: neither refused nor deleted in the CRM."""
    return [contact for contact in company.contacts if not contact.is_refused and contact.archived_at is None]


def is_outbound(contact: SupportContact) -> bool:
    """Whether the company called."""
    return contact.direction.strip().lower() == "outbound"


def _is_eligible(contact: SupportContact) -> bool:
    return contact.person is not None and not contact.is_abandoned and not is_outbound(contact)


def _issue(contact: SupportContact) -> str:
    return (contact.topic or "").strip().lower() or "unknown"


def _verdict(contact: SupportContact, previous: SupportContact | None, following: SupportContact | None, as_of: datetime) -> str:
    if previous and contact.opened_at - previous.opened_at <= REPEAT_WINDOW:
        return "repeat"
    if contact.opened_at + REPEAT_WINDOW > as_of:
        return "pending"
    came_back = following is not None and following.opened_at - contact.opened_at <= REPEAT_WINDOW
    failed = came_back or contact.is_resolved is False or contact.reopen_count or contact.transfer_count
    return "unresolved" if failed else "resolved"


def fcr_status(contacts: list[SupportContact], as_of: datetime = AS_OF) -> dict[str, str]:
    """The verdict on every contact, by its id."""
    verdicts = {contact.contact_id: "excluded" for contact in contacts}
    issues: dict[tuple[int, str], list[SupportContact]] = {}
    for contact in contacts:
        if contact.person and _is_eligible(contact):
            issues.setdefault((contact.person.number, _issue(contact)), []).append(contact)
    for issue in issues.values():
        line = sorted(issue, key=lambda contact: (contact.opened_at, contact.contact_id))
        for previous, contact, following in zip([None, *line], line, [*line[1:], None], strict=False):
            verdicts[contact.contact_id] = _verdict(contact, previous, following, as_of)
    return verdicts


def _cuts(contact: SupportContact) -> dict[str, str]:
    return {
        "segment": segment_of(contact.person),
        "channel": contact.channel,
        "topic": contact.topic or "unknown",
        "team": contact.team or "unknown",
    }


def _observe(contacts: list[SupportContact], amounts: Iterable[int]) -> list[Observed]:
    return [Observed(contact.opened_at, _cuts(contact), int(amount)) for contact, amount in zip(contacts, amounts, strict=True)]


def fcr_figures(company: Company) -> dict[Key, Figure]:
    """fcr_gross and fcr_net: first contacts that were resolved, of those that have been judged."""
    contacts = counted_contacts(company)
    verdicts = fcr_status(contacts)
    judged = [contact for contact in contacts if verdicts[contact.contact_id] in ("resolved", "unresolved")]
    fair = [contact for contact in judged if _issue(contact) not in EXCLUDED_TOPICS]
    return {
        **figures("fcr_gross", _observe(judged, [verdicts[c.contact_id] == "resolved" for c in judged])),
        **figures("fcr_net", _observe(fair, [verdicts[c.contact_id] == "resolved" for c in fair])),
    }


def handle_seconds(contact: SupportContact) -> int | None:
    """Talk, hold and wrap-up together; None where none is known."""
    parts = (contact.talk_seconds, contact.hold_seconds, contact.wrap_seconds)
    return None if all(part is None for part in parts) else sum(part or 0 for part in parts)


def service_figures(company: Company) -> dict[Key, Figure]:
    """aht_seconds, asa_seconds, abandon_rate, first_reply_minutes_median, reopen_rate."""
    contacts = counted_contacts(company)
    human = [contact for contact in contacts if not contact.is_bot]
    answered = [contact for contact in human if not contact.is_abandoned]
    handled = [(contact, seconds) for contact in answered if (seconds := handle_seconds(contact)) is not None]
    waited = [(contact, contact.wait_seconds) for contact in answered if contact.wait_seconds is not None]
    asked = [contact for contact in answered if not is_outbound(contact)]
    replied = [(c, (c.first_reply_at - c.opened_at) // timedelta(seconds=1)) for c in asked if c.first_reply_at]
    watched = [c for c in contacts if c.reopen_count is not None and (c.is_resolved or c.reopen_count)]
    return {
        **figures("aht_seconds", _observe([c for c, _ in handled], [s for _, s in handled])),
        **figures("asa_seconds", _observe([c for c, _ in waited], [s for _, s in waited])),
        **figures("abandon_rate", _observe(human, [c.is_abandoned for c in human])),
        **figures("first_reply_minutes_median", _observe([c for c, _ in replied], [s for _, s in replied]), of=median_minutes),
        **figures("reopen_rate", _observe(watched, [bool(c.reopen_count) for c in watched])),
    }
