"""What a list is asked for: a parameter that is left out is left out, whatever the field."""

import pytest
from django.http import QueryDict
from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from NimbusVaultConstants.CommonConstants.Runs import checked

pytestmark = pytest.mark.database_independent


class Filters(PageQuerySerializer):
    pinned = serializers.BooleanField(required=False)
    kinds = serializers.ListField(child=serializers.CharField(), required=False)
    urgent = serializers.BooleanField(default=True)


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("", {"urgent": True}),
        ("pinned=false&urgent=false", {"pinned": False, "urgent": False}),
        ("pinned=true", {"pinned": True, "urgent": True}),
        ("kinds=a&kinds=b", {"kinds": ["a", "b"], "urgent": True}),
    ],
)
def test_a_filter_that_is_left_out_does_not_filter(query, read):
    assert checked(Filters, QueryDict(query)) == {"limit": 50, "offset": 0, **read}
