"""Whether requests and answers keep to an OpenAPI specification, judged by openapi-core."""

import json
from collections.abc import Iterable
from urllib.parse import urlsplit

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from tests.proof.front import Verdict
from tests.proof.specifications import Specification


class Lawbook:
    """A specification to hold requests and answers against."""

    def __init__(self, specification: Specification) -> None:
        unjudged = Config(spec_validator_cls=None)  # whether the vendor's specification is valid itself is not ours to test
        self._law = OpenAPI.from_dict(json.loads(json.dumps(specification, default=str)), config=unjudged)
        self._host = specification["servers"][0]["url"]

    def breaches(self, verdict: Verdict, *, answer_only: bool = False) -> list[str]:
        """What of a request and its answer is against the specification; nothing, where both keep to it."""
        asked = verdict.asked
        data = b"" if asked.body is None else json.dumps(asked.body).encode()
        request = MockRequest(
            self._host, asked.method.lower(), urlsplit(asked.target).path, args=list(asked.params), headers=asked.headers, data=data
        )
        response = MockResponse(json.dumps(verdict.body).encode(), verdict.status)
        errors = [] if answer_only else list(self._law.iter_request_errors(request))
        errors += self._law.iter_response_errors(request, response)
        return [f"{verdict}: {line}" for error in errors for line in _told(error)]


def _told(error: BaseException) -> Iterable[str]:
    """The parts of an error that say where something is wrong."""
    cause = error.__cause__
    if inner := getattr(cause, "schema_errors", None):
        return [f"{list(one.absolute_path)}: {one.message[:200]}" for one in inner]
    return [f"{error}: {cause}" if cause else str(error)]
