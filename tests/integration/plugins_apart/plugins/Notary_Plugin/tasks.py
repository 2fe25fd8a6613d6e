from celery import shared_task

from Plugins.Notary_Plugin.models import Heard


@shared_task(name="notary.note")
def note(what):
    Heard.objects.create(what=what)
