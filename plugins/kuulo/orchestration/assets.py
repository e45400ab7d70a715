"""Every Airflow asset, once: what a DAG leaves behind and what another waits for."""

from airflow.sdk import Asset, AssetAny

from kuulo.sources.catalog import SOURCES

VALIDATED: dict[str, Asset] = {name: Asset(name=f"validated_{name}", uri=f"kuulo://validated/{name}") for name in SOURCES}
MARTS = Asset(name="marts", uri="kuulo://marts")
PUBLISHED = Asset(name="published", uri="kuulo://published")

# Any, not all: a vendor that is down must not freeze the marts of the others.
ANY_VALIDATED = AssetAny(*VALIDATED.values())
