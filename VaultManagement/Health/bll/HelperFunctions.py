"""Checks that cannot hang the page: each runs in a thread of its own, and the page waits until its deadline."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from threading import Lock, Thread
from typing import Any

from django.db import connections  # checklist: allow only-services-query: closes what a thread has opened

Check = Callable[[], Any]

_running: dict[str, Future[Any]] = {}
_lock = Lock()


def outcomes(checks: Mapping[str, Check], *, seconds: float) -> dict[str, Any]:
    """What each check returned, by name: the exception if it raised, TimeoutError if it took longer than `seconds`.

    All run at the same time. One that is still busy from an earlier call is joined and not started again, so that a
    check which hangs costs one thread, however often the page is asked for.
    """
    started = {name: _start(name, check) for name, check in checks.items()}
    done = wait(started.values(), timeout=seconds).done
    return {name: future.result() if future in done else TimeoutError() for name, future in started.items()}


def _start(name: str, check: Check) -> Future[Any]:
    with _lock:
        future = _running.get(name)
        if future is None or future.done():
            future = _running[name] = Future()
            # checklist: allow tasks-apart: a check that hangs must not hang the page; it is of the site
            Thread(target=_fulfil, args=(future, check), name=f"health-{name}", daemon=True).start()
        return future


def _fulfil(future: Future[Any], check: Check) -> None:
    try:
        result = check()
    except BaseException as error:  # noqa: BLE001  # whatever it is, somebody waits for this future
        result = error
    finally:
        connections.close_all()
    future.set_result(result)
