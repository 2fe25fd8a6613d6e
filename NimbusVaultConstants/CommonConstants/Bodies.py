"""The base of serializers for JSON bodies: a name that a body does not have is refused, since it is a misspelling."""

from typing import Any

from rest_framework import serializers


class BodySerializer(serializers.Serializer):
    """A JSON object with these fields and no others."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = sorted(set(self.initial_data) - set(self.fields))
        if unknown:
            known = ", ".join(self.fields)
            raise serializers.ValidationError(
                f"There is no field {', '.join(unknown)}; the fields are {known}."
            )
        return attrs
