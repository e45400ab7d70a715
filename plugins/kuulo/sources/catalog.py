"""Every source by name: the one list that DAGs, suites, staging models and tests agree with."""

from kuulo.sources.canonical import DATABASE, FILES
from kuulo.sources.dynamics365 import DYNAMICS365
from kuulo.sources.hubspot import HUBSPOT
from kuulo.sources.intercom import INTERCOM
from kuulo.sources.source import Source
from kuulo.sources.stripe import STRIPE
from kuulo.sources.surveymonkey import SURVEYMONKEY
from kuulo.sources.survicate import SURVICATE
from kuulo.sources.typeform import TYPEFORM
from kuulo.sources.zendesk import ZENDESK

SOURCES: dict[str, Source] = {
    source.name: source for source in (SURVICATE, HUBSPOT, DYNAMICS365, INTERCOM, ZENDESK, STRIPE, SURVEYMONKEY, TYPEFORM, FILES, DATABASE)
}
