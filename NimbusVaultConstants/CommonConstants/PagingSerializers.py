"""The web's side of lists in pages: the two query parameters, and the shape for the API description."""

from functools import cache
from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.fields import empty

from NimbusVaultConstants.CommonConstants.Paging import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET


class PageQuerySerializer(serializers.Serializer):
    """`?limit=&offset=`; a list with filters of its own adds them in a subclass."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, default=DEFAULT_LIMIT)
    offset = serializers.IntegerField(min_value=0, max_value=MAX_OFFSET, default=0)

    def get_fields(self) -> dict[str, Any]:
        """The fields; one that is left out is left out, where the framework would see an unchecked box: False."""
        fields = super().get_fields()
        for field in fields.values():
            field.default_empty_html = empty
        return fields


@cache
def paged(serializer: type[serializers.Serializer]) -> Any:
    """What a list of `serializer`'s objects answers, for `@extend_schema(responses=…)`."""
    name = serializer.__name__.removesuffix("Serializer")
    fields = {"results": serializer(many=True), "total": serializers.IntegerField()}
    return inline_serializer(name=f"{name}Page", fields=fields)
