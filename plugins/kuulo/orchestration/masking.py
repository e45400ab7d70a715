"""Every credential is masked in Airflow's logs before the first line that could hold it."""

import base64
import re
from urllib.parse import quote, unquote, urlsplit

from airflow.sdk import Connection
from airflow.sdk.log import mask_secret

_SECRET_NAME = re.compile(r"secret|token(?!_url)|passw|passphrase|api_?key|private|credential|authorization|auth_?key", re.IGNORECASE)
_SHORTEST = 5  # shorter ones are part of too many words
_EVERYDAY = {"admin", "airflow", "kuulo", "kuulo_reader", "postgres", "apikey"}  # a log that stars these out tells nobody anything


def mask(secret: str) -> None:
    """Mask one secret, also as it stands in a URL."""
    for spelling in {secret, quote(secret, safe=""), unquote(secret)}:
        if len(spelling) >= _SHORTEST:
            mask_secret(spelling)


def mask_connection(connection: Connection) -> None:
    """Mask what a connection holds: password, login, both together as HTTP Basic writes them, secrets in its extra and in its host."""
    login, password, address = connection.login or "", connection.password or "", urlsplit(connection.host or "")
    in_extra = [str(value) for name, value in (connection.extra_dejson or {}).items() if _SECRET_NAME.search(str(name))]
    for secret in (password, address.password or "", *in_extra):
        mask(secret)
    if login.lower() not in _EVERYDAY:
        mask(login)
    if password:
        for pair in (f"{login}:{password}", f"{login}/token:{password}", f"{password}:"):
            mask(base64.b64encode(pair.encode()).decode())
