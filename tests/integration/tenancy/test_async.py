"""Asynchronous views keep their request's organisation, under WSGI and under ASGI."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import Group
from django.db import connections
from django.test import AsyncClient, Client

from VaultPlatform.tenancy import current_or_none, use


@pytest.fixture
def two(make_org, settings):
    settings.ROOT_URLCONF = "tests.integration.tenancy.async_urls"
    settings.THROTTLE = {"anonymous": None, "principal": None, "organisation": None}
    made = make_org(), make_org()
    for organisation in made:
        with use(organisation):
            Group.objects.create(name=organisation.slug)
    yield made
    asyncio.run(sync_to_async(connections.close_all)())  # of the thread that outlives the event loops


def test_a_view_reads_its_organisation_in_whatever_way(two):
    for organisation in two * 2:
        answer = Client().get("/vault/async/gathered", headers={"Org": organisation.slug})
        assert answer.json() == {"seen": [[organisation.slug]] * 4}
    assert current_or_none() is None


def test_views_that_run_at_the_same_time_read_each_their_own(two):
    async def ask(organisation):
        answer = await AsyncClient().get("/vault/async/gathered", headers={"Org": organisation.slug})
        return answer.json()

    async def ask_all():
        return await asyncio.gather(*map(ask, two * 5))

    assert asyncio.run(ask_all()) == [{"seen": [[organisation.slug]] * 4} for organisation in two * 5]


def test_a_streamed_body_reads_its_organisation_under_asgi(two):
    async def ask(organisation):
        answer = await AsyncClient().get("/vault/async/streamed", headers={"Org": organisation.slug})
        return [chunk.decode() async for chunk in answer.streaming_content]

    async def ask_all():
        return await asyncio.gather(*map(ask, two * 2))

    assert asyncio.run(ask_all()) == [["names:", organisation.slug] for organisation in two * 2]


@pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators")
def test_a_streamed_body_reads_its_organisation_under_wsgi(two):
    for organisation in two:
        answer = Client().get("/vault/async/streamed", headers={"Org": organisation.slug})
        assert b"".join(answer).decode() == f"names:{organisation.slug}"
    assert current_or_none() is None
