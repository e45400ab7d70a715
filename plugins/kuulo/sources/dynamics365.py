"""Dynamics 365 over the Dataverse Web API: Customer Service (cases, conversations, calls) and Customer Voice (surveys).

Vendor pages: https://learn.microsoft.com/power-apps/developer/data-platform/webapi/overview and the tables' reference pages.
Names of people and phone numbers are not asked for. The connection: host the environment's address with the API's path
(https://<environment>.<region>.dynamics.com/api/data/v9.2), login the client id, password the client secret, in extra `tenant_id`,
and where wanted `change_tracking` (tables joined by commas, or `none`) and `page_size`.
"""

from kuulo.sources.dynamics365_service import SERVICE_STREAMS
from kuulo.sources.dynamics365_voice import VOICE_STREAMS
from kuulo.sources.manners import Manners, Permission, Rate
from kuulo.sources.proof import ClientCredentials
from kuulo.sources.source import Source

_ROLE = "of a security role of the application user, at the level of the organisation where changes are tracked"

DYNAMICS365 = Source(
    name="dynamics365",
    base_url="https://organisation.crm.dynamics.com/api/data/v9.2",
    parallel_tasks=4,
    manners=Manners(
        proof=ClientCredentials(
            token_url="https://login.microsoftonline.com/{tenant_id}/oauth2/v2.0/token",
            scope="{origin}/.default",
        ),
        headers=(("OData-Version", "4.0"), ("OData-MaxVersion", "4.0"), ("If-None-Match", "null")),
        rates=(Rate(1200, 300.0),),  # of the 6,000 in five minutes that the four tasks, and whatever else the user does, share
        permissions=(
            Permission("/EntityDefinitions", f"the privilege to read table definitions (prvReadEntity) {_ROLE}"),
            Permission("/msfp_", f"the privilege to read the Customer Voice tables (prvReadmsfp_...) {_ROLE}"),
            Permission("/msdyn_", f"the privilege to read conversations (prvReadmsdyn_ocliveworkitem) {_ROLE}"),
            Permission("/incident", f"the privilege to read cases and their resolutions (prvReadIncident, prvReadActivity) {_ROLE}"),
            Permission("/contacts", f"the privilege prvReadContact {_ROLE}"),
            Permission("/accounts", f"the privilege prvReadAccount {_ROLE}"),
            Permission("/queues", f"the privilege prvReadQueue {_ROLE}"),
            Permission("/", f"the privilege to read activities (prvReadActivity) {_ROLE}"),
        ),
    ),
    description="cases, conversations, calls and Customer Voice surveys",
    streams=(*SERVICE_STREAMS, *VOICE_STREAMS),
)
