from Plugins.Citations_Plugin.models import RecordedCitation


class RecordedCitationService:
    @staticmethod
    def create(**fields):
        return RecordedCitation.objects.create(**fields)

    @staticmethod
    def filter(**filters):
        return RecordedCitation.objects.filter(**filters)

    @staticmethod
    def delete(instance):
        instance.delete()
        return True

    @staticmethod
    def bulk_delete(filters):
        return RecordedCitation.objects.filter(**filters).delete()[0]


recorded_citation_service = RecordedCitationService()
