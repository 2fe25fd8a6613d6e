"""Names of organisations and of what follows from them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from VaultErrors.BackendErrors import errors
from VaultPlatform.tenancy import Organisation
from VaultPlatform.tenancy.names import RESERVED, TEMPLATE, check_slug, file_of, new_key, schema_of


@pytest.mark.parametrize("slug", ["a", "acme", "acme-2", "a" * 40, "a1"])
def test_a_plain_name_is_accepted(slug):
    check_slug(slug)


@pytest.mark.parametrize(
    "slug", ["", "Acme", "2acme", "-a", "a-", "a" * 41, "a_b", "a.b", "a/b", "ä", "acme\n", "a b", 'a"b']
)
def test_a_name_that_cannot_be_is_refused_with_an_example_of_one_that_can(slug):
    with pytest.raises(errors.bad_request.ValidationError, match="such as 'acme'"):
        check_slug(slug)


@pytest.mark.parametrize("slug", [*sorted(RESERVED), "pg-catalog"])
def test_a_name_that_means_something_else_is_refused(slug):
    with pytest.raises(errors.bad_request.ValidationError, match="reserved"):
        check_slug(slug)


def test_a_name_used_again_gets_another_key():
    assert len({new_key("acme") for _ in range(50)}) == 50


@given(st.from_regex(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", fullmatch=True))
def test_the_longest_names_fit_a_column_a_schema_and_a_file(slug):
    organisation = Organisation(slug=slug, key=new_key(slug), name=slug)
    assert len(organisation.key) <= 48
    assert len(schema_of(organisation)) <= 63
    assert file_of(organisation, Path("/vault")).parent == Path("/vault")


@given(st.from_regex(r"[a-z][a-z0-9-]{0,38}[a-z0-9]", fullmatch=True))
def test_no_organisation_has_the_storage_of_the_template(slug):
    organisation = Organisation(slug=slug, key=new_key(slug), name=slug)
    assert schema_of(organisation) != schema_of(TEMPLATE)
    assert file_of(organisation, Path()) != file_of(TEMPLATE, Path())
