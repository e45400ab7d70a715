"""Where alerts go: an Airflow connection each, `kuulo_alerts_smtp` and `kuulo_alerts_webhook`; one that is absent sends nothing."""

import html
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import BaseNotifier, Connection, task
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException

from kuulo.alerting.messages import SMTP, WEBHOOK, Message
from kuulo.errors import KuuloError
from kuulo.orchestration.masking import mask_connection
from kuulo.orchestration.told_errors import told_without_values
from kuulo.settings import load_settings

_PATIENCE_SECONDS = 20


class WebhookNotifier(BaseNotifier):  # type: ignore[misc]  # Airflow's own is untyped
    """POST of one JSON object; `text` is the field that Slack, Mattermost and Teams show, the others are for programs.

    The connection's host is the address (`https://...`); an address that is a secret itself, as Slack's are, goes into the
    password instead. With both, the password is sent as a bearer token.
    """

    template_fields = ()  # what is sent is data, no template

    def __init__(self, connection: Connection, body: dict[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._connection, self._body = connection, body

    def notify(self, context: Any) -> None:
        """Send it; KuuloError says which connection to mend, never its address."""
        import requests

        host, password = self._connection.host or "", self._connection.password or ""
        address, token = (host, password) if "://" in host else (password, "")
        if not address.startswith(("https://", "http://")):
            raise KuuloError(f"connection {WEBHOOK}: its host, or its password, must be the address, written as https://...")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = requests.post(address, json=self._body, headers=headers, timeout=_PATIENCE_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise KuuloError(f"connection {WEBHOOK}: no answer ({type(error).__name__}); it is tried again with the next run") from None
        if not answer.ok or answer.is_redirect:
            raise KuuloError(f"connection {WEBHOOK}: refused with status {answer.status_code}; it is tried again with the next run")


def _by_webhook(connection: Connection) -> Callable[[Message], None]:
    def send(message: Message) -> None:
        text = f"[{message.state}] {message.line} {message.link}"
        body = {"text": text, "cause": message.key, "state": message.state, "line": message.line, "link": message.link}
        WebhookNotifier(connection, body).notify({})

    return send


def _by_smtp(connection: Connection) -> Callable[[Message], None]:
    from airflow.providers.smtp.notifications.smtp import SmtpNotifier

    to = (connection.extra_dejson or {}).get("to")
    if not to:
        raise KuuloError(f"connection {SMTP}: its extra needs `to`, the address that alerts go to (and `from_email`)")

    def send(message: Message) -> None:
        page = f'<p>{html.escape(message.line)}</p><p><a href="{html.escape(message.link)}">{html.escape(message.link)}</a></p>'
        # notify() and not the call: calling it would render the text as a template
        try:
            SmtpNotifier(to=to, subject=f"[{message.state}] {message.subject}", html_content=page, smtp_conn_id=SMTP).notify({})
        except Exception as error:  # of a mail server, which quotes addresses
            raise KuuloError(f"connection {SMTP}: not sent ({type(error).__name__}); it is tried again with the next run") from None

    return send


def _channels() -> dict[str, Callable[[Message], None]]:
    found: dict[str, Callable[[Message], None]] = {}
    for name, by in ((SMTP, _by_smtp), (WEBHOOK, _by_webhook)):
        try:
            connection = Connection.get(name)
            mask_connection(connection)
            found[name] = by(connection)
        except AirflowNotFoundException:
            continue
    return found


def send_alerts(now: datetime, base_url: str) -> dict[str, int]:
    """Messages sent by channel. Where one channel fails the other is served all the same, and the run is red."""
    from kuulo.alerting.causes import causes
    from kuulo.alerting.messages import send_due

    settings, channels = load_settings(), _channels()
    if not channels:
        raise AirflowSkipException(f"nobody is to be told: there is no connection {SMTP} nor {WEBHOOK}")
    found, sent, failed = causes(settings, now), {}, []
    for name, send in channels.items():
        try:
            state = settings.home / "alerts" / f"{name}.json"
            sent[name] = len(send_due(state, found, base_url=base_url, send=send))
        except KuuloError as error:
            failed.append(str(error))
    if failed:
        raise KuuloError("; ".join(failed))
    return sent


@task(task_id="send_alerts")
@told_without_values
def send_alerts_task() -> dict[str, int]:
    """Tell each channel what it has not been told of yet."""
    from airflow.configuration import conf

    return send_alerts(datetime.now(UTC), conf.get("api", "base_url", fallback="http://127.0.0.1:8080"))
