"""What costs a process of tests much, and tells nothing: taken down to the least, in the tests' own and in programs."""

from typing import Any


def hash_quickly() -> None:
    """Argon2 as the site has it, at its least cost: nobody guesses at the passwords of tests."""
    from django.contrib.auth.hashers import Argon2PasswordHasher as Hasher

    Hasher.time_cost, Hasher.memory_cost, Hasher.parallelism = 1, 8, 1


def find_static_files_once() -> None:
    """Each test client has a chain of middleware of its own, and each of these would look for all static files."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    find, found = WhiteNoiseMiddleware.add_files_from_finders, dict[str, Any]()

    def once(middleware: Any) -> None:
        if not found:
            find(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    WhiteNoiseMiddleware.add_files_from_finders = once
