"""What operators' endpoints take and give.

REST framework takes fields out of the class body, so those that are called `source` and `errors` hide nothing of its
own; the type checker cannot know.
"""

from typing import Any

from rest_framework import serializers

from NimbusVaultConstants.CommonConstants.Bodies import BodySerializer
from NimbusVaultConstants.CommonConstants.PagingSerializers import PageQuerySerializer
from VaultManagement.PluginAdmin.serializers import PluginSerializer
from VaultManagement.Users.serializers import NewPasswordField, UsernameField


class SiteSignInSerializer(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, style={"input_type": "password"})


class SiteTokenSerializer(serializers.Serializer):
    access = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds for which the token is good.")


class AdministratorSerializer(serializers.Serializer):
    """Who signs in first."""

    username = UsernameField()
    password = NewPasswordField()


class NewOrganisationSerializer(BodySerializer):
    """A new organisation; without an administrator, `create_org` and the like have to bring one."""

    slug = serializers.CharField(max_length=40, help_text="Its name in the `Org` header.")
    name = serializers.CharField(
        max_length=200, required=False, help_text="For people; the slug if there is none."
    )
    administrator = AdministratorSerializer(required=False)


class ChangedOrganisationSerializer(BodySerializer):
    """What may be changed; each is left as it is where the body does not have it."""

    slug = serializers.CharField(max_length=40, required=False, help_text="Its name in the `Org` header.")
    name = serializers.CharField(max_length=200, required=False, help_text="For people.")


class ExportQuerySerializer(serializers.Serializer):
    compressed = serializers.BooleanField(default=False, help_text="With gzip.")
    without_unknown_tables = serializers.BooleanField(
        default=False, help_text="Leave tables out that no plugin which is on stands for, instead of a 409."
    )


class ImportQuerySerializer(serializers.Serializer):
    name = serializers.CharField(
        max_length=200, allow_blank=True, default="", help_text="For people; the archive's if there is none."
    )


class OrganisationSerializer(serializers.Serializer):
    slug = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(("active", "suspended", "deleting", "purging"))
    delete_after = serializers.DateTimeField(
        allow_null=True, help_text="When it is removed for good; null unless it is being deleted."
    )


class SaidSerializer(serializers.Serializer):
    allowed = serializers.BooleanField(
        allow_null=True, help_text="Whether it may be on; null if nothing was said, which allows it."
    )
    switched_on = serializers.BooleanField(
        allow_null=True, help_text="Whether it is on where it may be; null if nothing was said."
    )


class SayOfPluginSerializer(BodySerializer):
    """One word of a plugin, or both; null takes back what was said."""

    organisation = serializers.CharField(
        max_length=40, required=False, allow_null=True, help_text="Its slug; all of them without one."
    )
    allowed = serializers.BooleanField(required=False, allow_null=True)
    switched_on = serializers.BooleanField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.keys() & {"allowed", "switched_on"}:
            raise serializers.ValidationError("Say something: allowed, switched_on, or both.")
        return attrs


class PluginOrganisationSerializer(SaidSerializer):
    organisation = serializers.CharField(allow_null=True, help_text="Its slug; null for all of them.")
    on = serializers.BooleanField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why it is off there.")


class PluginOrganisationsQuerySerializer(PageQuerySerializer):
    on = serializers.BooleanField(
        default=None, allow_null=True, help_text="Only those in which it is on, or off."
    )


class SwitchedOffHookSerializer(serializers.Serializer):
    organisation = serializers.CharField(help_text="Its slug.")
    reason = serializers.CharField()


class PluginHookSerializer(serializers.Serializer):
    """One implementation; what it did in all processes of the site on this host, since the site was started."""

    hook = serializers.CharField()
    calls = serializers.IntegerField()
    errors = serializers.IntegerField()  # type: ignore[assignment]
    skipped = serializers.IntegerField(help_text="Calls left out, because it was switched off or hung.")
    overdue = serializers.IntegerField(help_text="Calls longer than Base.hook_timeout_seconds.")
    p50_seconds = serializers.FloatField(
        allow_null=True, help_text="Half of its last thousand calls in each process that runs took no longer."
    )
    p99_seconds = serializers.FloatField(allow_null=True)
    errors_by_organisation = serializers.DictField(child=serializers.IntegerField())
    last_error = serializers.CharField(allow_null=True)
    last_failed_at = serializers.DateTimeField(allow_null=True)
    traceback = serializers.CharField(
        allow_null=True, help_text="Of the last error; where it is, of one that hangs."
    )
    switched_off = SwitchedOffHookSerializer(many=True, help_text="Where, until an operator lifts it.")


class LiftHookSerializer(BodySerializer):
    organisation = serializers.CharField(max_length=40, help_text="Its slug.")


class SitePluginSerializer(PluginSerializer):
    everywhere = SaidSerializer(help_text="What holds where nothing else was said.")
    source = serializers.CharField(allow_null=True, help_text="The folder it comes from.")  # type: ignore[assignment]
    source_kind = serializers.ChoiceField(
        ("repository", "folder", "package"), allow_null=True, help_text="What kind of place that is."
    )
    package = serializers.CharField(
        allow_null=True, help_text="Name and version of the installed package that brings it."
    )
    requires_packages = serializers.ListField(
        child=serializers.CharField(), help_text="The Python packages that it needs."
    )
    traceback = serializers.CharField(allow_null=True, help_text="Of the failure, if there was one.")


class SitePluginDetailSerializer(SitePluginSerializer):
    hooks = PluginHookSerializer(many=True, help_text="Its implementations, by hook.")


class ImplementationSerializer(serializers.Serializer):
    plugin = serializers.CharField()
    calls = serializers.IntegerField(help_text="Since the site was started, on this host.")
    errors = serializers.IntegerField()  # type: ignore[assignment]
    mean_seconds = serializers.FloatField(allow_null=True, help_text="Per call; null before the first.")


class HookSerializer(serializers.Serializer):
    name = serializers.CharField()
    arguments = serializers.ListField(child=serializers.CharField())
    implementations = ImplementationSerializer(many=True, help_text="In the order in which they are called.")
