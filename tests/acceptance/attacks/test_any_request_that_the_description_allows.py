"""Requests made of the site's own description, and of what it forbids: none ends in a server's error, and what is
answered is what the description says. Half of them are about things that are there.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
from django.conf import settings as site_settings
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.clients import Clients
from tests.integration.budgets.stage import Stage
from VaultPlatform import tenancy
from VaultPlatform.host.switching import say
from VaultPlatform.identity.paths import is_site_path
from VaultPlatform.web.openapi import api_description

EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
OPERATIONS = [
    f"{verb.upper()} {path}"
    for path, operations in api_description()["paths"].items()
    for verb in operations
    if verb in {"get", "post", "put", "patch", "delete"}
]
PARAMETER = re.compile(r"\{(\w+)\}")
few = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@schemathesis.serializer("application/x-tar", "application/gzip")
def as_bytes(_: Any, value: Any) -> bytes:
    """An archive that is none."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def described(django_db_setup: None) -> Any:
    """The description, as a client would read it."""
    from NimbusVault.wsgi import application

    def whole(environ: Any, start_response: Any) -> list[bytes]:
        """Answers are read to their end and closed, as a server does."""
        response = application(environ, start_response)
        try:
            return [b"".join(response)]
        finally:
            response.close()

    return schemathesis.openapi.from_wsgi("/vault/api/schema", whole)


@pytest.fixture(scope="module")
def stage(django_db_setup: None) -> Iterator[Stage]:
    """One organisation for all operations; those of operators are tried on others."""
    with ExitStack() as at_the_end:
        org = at_the_end.enter_context(_new_organisation())
        at_the_end.enter_context(tenancy.use(org))
        yield Stage(org, Clients(), at_the_end=at_the_end)


@contextmanager
def _new_organisation() -> Iterator[tenancy.Organisation]:
    organisation = tenancy.create_organisation(slug=f"described-{uuid4().hex[:8]}", name="Described")
    try:
        yield organisation
    finally:
        if tenancy.get_organisation(organisation.slug):  # the operation may have removed it
            tenancy.drop_organisation(organisation)


def there_is(stage: Stage, name: str) -> str:
    """A value of the path's parameter that stands for something."""
    if name == "slug":
        return str(stage.at_the_end.enter_context(_new_organisation()).slug)
    return stage.parameter(name)


def headers_for(stage: Stage, path: str) -> dict[str, str]:
    """The operator's for the site, else an administrator's, with a session that the operation may end."""
    if is_site_path(path):
        return {"Authorization": str(stage.operator.defaults["HTTP_AUTHORIZATION"])}
    token = str(stage.with_token().defaults["HTTP_AUTHORIZATION"])
    return {"Authorization": token, "Org": stage.org.slug}


def cases(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as described, and such as are not."""
    return operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE)


@pytest.fixture
def _plugins_on_again(stage: Stage) -> Iterator[None]:
    """Whatever was said of plugins is taken back."""
    yield
    for plugin in site_settings.PLUGIN_HOST.loaded:
        for where in (stage.org, None):
            for word in ("allowed", "switched_on"):
                say(plugin, where, word, value=None)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.usefixtures("_plugins_on_again")
@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_is_too_much(described: Any, stage: Stage, label: str) -> None:
    verb, _, path = label.partition(" ")
    operation = described[path][verb]
    headers = headers_for(stage, path)
    there = {name: there_is(stage, name) for name in PARAMETER.findall(path)}

    @few
    @given(case=cases(operation), about_what_is_there=st.booleans())
    def ask(case: Any, about_what_is_there: bool) -> None:  # noqa: FBT001  # drawn
        if about_what_is_there:
            case.path_parameters = there
        case.headers = {**(case.headers or {}), **headers}
        case.call_and_validate(checks=CHECKS)

    ask()
