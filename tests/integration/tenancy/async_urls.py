"""Asynchronous views of a plugin that knows nothing of organisations."""

import asyncio

from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connections
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import path

from NimbusVaultConstants.CommonConstants.CommonConstants import public


def names() -> list[str]:
    return list(Group.objects.values_list("name", flat=True))


def names_in_a_thread_of_its_own() -> list[str]:
    try:
        return names()
    finally:
        connections.close_all()


@public
async def gathered(request: HttpRequest) -> HttpResponseBase:
    with_orm = [name async for name in Group.objects.values_list("name", flat=True)]
    shared, apart, thread = await asyncio.gather(
        sync_to_async(names)(),
        sync_to_async(names_in_a_thread_of_its_own, thread_sensitive=False)(),
        asyncio.to_thread(names_in_a_thread_of_its_own),
    )
    return JsonResponse({"seen": [with_orm, shared, apart, thread]})


@public
async def streamed(request: HttpRequest) -> HttpResponseBase:
    async def lines():
        yield "names:"
        await asyncio.sleep(0)
        for name in await sync_to_async(names)():
            yield name

    return StreamingHttpResponse(lines())


urlpatterns = [path("vault/async/gathered", gathered), path("vault/async/streamed", streamed)]
