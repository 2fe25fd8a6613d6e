"""Context values have the types that the schema gives their keys."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, Optional, Protocol, Union
from uuid import UUID, uuid4

import pytest

from Orchestrators.Errors import ContextSchemaError
from Orchestrators.OrchestratorRegistry import OrchestratorRegistry

pytestmark = pytest.mark.database_independent


class Shaped(Protocol):
    x: int


@pytest.fixture
def run() -> Any:
    return OrchestratorRegistry.get("main")


@pytest.mark.parametrize(
    ("wanted", "value"),
    [
        (int, 1),
        (int, True),  # as isinstance has it
        (object, "x"),
        (Any, "x"),
        (UUID, uuid4()),
        (list[int], ["elements are not looked at"]),
        (Mapping[str, Any], {}),
        (int | str, "x"),
        (Union[int, list[str]], []),  # noqa: UP007  # written so on purpose
        (Optional[int], 3),  # noqa: UP045  # written so on purpose
        ((int, Decimal), Decimal(1)),
    ],
)
def test_a_value_of_the_type_is_taken_and_none_always(run: Any, wanted: Any, value: Any) -> None:
    run.set_context_schema({"key": wanted})
    run.set_context_value("key", value)
    assert run.get_context_value("key", check_validation=False) is value
    run.set_context_value("key", None)


@pytest.mark.parametrize(
    ("wanted", "value"),
    [(int, "1"), (list[int], (1,)), (int | str, 1.5), (Optional[int], "x"), ((int, str), b"")],  # noqa: UP045  # written so on purpose
)
def test_a_value_of_another_type_is_refused_naming_key_type_and_value(
    run: Any, wanted: Any, value: Any
) -> None:
    run.set_context_schema({"key": wanted})
    with pytest.raises(ContextSchemaError, match=f"'key' takes .*{type(value).__name__}"):
        run.set_context_value("key", value)
    assert run.get_context_value("key", check_validation=False) is None


def test_keys_outside_the_schema_are_untyped(run: Any) -> None:
    run.set_context_value("anything", ["some", 1])


def test_schemas_merge_and_may_repeat_a_key_with_its_type(run: Any) -> None:
    run.set_context_schema({"a": int, "b": int | str})
    run.set_context_schema({"a": int, "b": (str, int), "c": str})
    with pytest.raises(ContextSchemaError):
        run.set_context_value("c", 1)


def test_another_type_for_a_key_is_refused_naming_both(run: Any) -> None:
    run.set_context_schema({"a": int})
    with pytest.raises(ContextSchemaError, match="'a' is declared as str, but this run has it as int"):
        run.set_context_schema({"b": int, "a": str})
    run.set_context_value("b", "the refused schema left nothing")


@pytest.mark.parametrize("wanted", [None, "int", 3, Literal["x"], Shaped])
def test_what_isinstance_cannot_check_is_refused_at_once(run: Any, wanted: Any) -> None:
    with pytest.raises(ContextSchemaError, match="'key', which isinstance cannot check"):
        run.set_context_schema({"key": wanted})


@pytest.mark.parametrize("status", ["201", 201.0, 99, 600, True])
def test_result_status_is_always_an_http_status(run: Any, status: Any) -> None:
    with pytest.raises(ContextSchemaError, match="result_status"):
        run.set_context_value("result_status", status)


def test_result_may_be_given_a_type_and_result_status_keeps_its_own(run: Any) -> None:
    run.set_context_schema({"result": dict, "result_status": int})
    with pytest.raises(ContextSchemaError):
        run.set_context_value("result", "x")
    with pytest.raises(ContextSchemaError):
        run.set_context_schema({"result_status": str})
