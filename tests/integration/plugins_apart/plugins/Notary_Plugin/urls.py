from django.http import JsonResponse
from django.urls import path
from rest_framework.response import Response

from NimbusVaultConstants.CommonConstants.CommonConstants import ModelAPIView, public
from Plugins.Notary_Plugin.models import Heard


class Notes(ModelAPIView):
    def get(self, request):
        return Response([each.what for each in Heard.objects.order_by("id")])

    def post(self, request):
        Heard.objects.create(what="posted")
        return Response({}, status=201)


@public
class Door(ModelAPIView):
    def get(self, request):
        return Response({"open": True})


def plain(request, number):
    return JsonResponse({"number": number})


urlpatterns = [
    path("notary", Notes.as_view()),
    path("notary/door", Door.as_view()),
    path("notary/plain/<int:number>", plain),
]
