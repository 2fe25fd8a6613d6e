"""Puts pydantic's findings into the operator's words: the key as written, what was expected, the nearest key.

A text is never repeated in a message, since it may be a password in the wrong place, unless it stands where a
choice of words is offered.
"""

import json
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from VaultPlatform.config.errors import Problem, nearest_name

Model = type[BaseModel]
Steps = tuple[int | str, ...]

_CONTAINERS: dict[type, str] = {dict: "an object", list: "an array", str: "a text"}
_WRAPPERS = (Union, UnionType, Annotated, list, tuple)
_IN_JSON = {
    "a valid dictionary": "an object",
    "a valid boolean": "true or false",
    "a valid string": "a text",
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid array": "an array",
}


def problems_of(
    error: ValidationError, *, model: Model, document: Any, file: str, under: str = ""
) -> list[Problem]:
    """Each finding of `error` as a `Problem`.

    Parameters:
        error: what validating `document` by `model` raised.
        document: the JSON that was validated.
        file: the settings file, for the messages.
        under: the key that `document` itself stands at; empty for the whole file.
    """
    return [_problem(found, model, document, file, under) for found in error.errors(include_url=False)]


def unknown_keys(model: Model, document: Any, *, file: str, under: str) -> list[Problem]:
    """A `Problem` for each key that neither `model` nor a model inside it has.

    Models that say themselves what they do with further keys (`extra=`) are left to do so: this is for the
    others, which would drop a misspelt key without a word.
    """
    return [
        _unknown(steps, model, _spelled(steps, under), file)
        for steps in _undeclared(model, document, steps=())
    ]


def _problem(found: ErrorDetails, model: Model, document: Any, file: str, under: str) -> Problem:
    kind, message, value = found["type"], found["msg"], found["input"]
    steps = _written(found["loc"], document, missing=kind == "missing")
    key = _spelled(steps, under)
    if kind == "extra_forbidden":
        return _unknown(steps, model, key, file)
    if kind == "missing":
        return Problem(
            file=file, key=key, wrong="this key is required and missing", expected="a value for it"
        )
    if kind == "literal_error":
        choices = found["ctx"]["expected"]
        near = nearest_name(value, _quoted(choices)) if isinstance(value, str) else None
        return Problem(file=file, key=key, wrong=f"found {json.dumps(value)}", expected=choices, nearest=near)
    if message.startswith("Input should be "):
        expected = message.removeprefix("Input should be ")
        return Problem(
            file=file, key=key, wrong=f"found {_kind(value)}", expected=_IN_JSON.get(expected, expected)
        )
    return Problem(
        file=file, key=key, wrong=message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    )


def _unknown(steps: Steps, model: Model, key: str, file: str) -> Problem:
    known = sorted({name for owner in _models_at(model, steps[:-1]) for name in _key_names(owner)})
    near = nearest_name(str(steps[-1]), known)
    return Problem(
        file=file, key=key, wrong="unknown key", expected=f"one of {', '.join(known)}", nearest=near
    )


def _quoted(choices: str) -> list[str]:
    return [choice.strip("'") for choice in choices.replace(" or ", ", ").split(", ")]


def _kind(value: Any) -> str:
    return _CONTAINERS.get(type(value)) or json.dumps(value, default=lambda other: type(other).__name__)


def _written(loc: Steps, document: Any, *, missing: bool) -> Steps:
    """`loc` without what pydantic adds for its own use, such as the member of a union that was tried."""
    steps: list[int | str] = []
    for number, step in enumerate(loc):
        try:
            document = document[step]
        except (LookupError, TypeError):
            if missing and number == len(loc) - 1:
                steps.append(step)
        else:
            steps.append(step)
    return tuple(steps)


def _spelled(steps: Steps, under: str) -> str:
    text = under
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _key_names(model: Model) -> dict[str, Any]:
    """The keys a JSON object of the model may have, each with its annotation."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models_in(annotation: Any) -> Iterator[Model]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in _WRAPPERS:
        for argument in get_args(annotation):
            yield from _models_in(argument)


def _models_at(model: Model, steps: Steps) -> set[Model]:
    owners = {model}
    for step in steps:
        if isinstance(step, str):
            owners = {found for owner in owners for found in _models_in(_key_names(owner).get(step))}
    return owners


def _undeclared(annotation: Any, document: Any, *, steps: Steps) -> Iterator[Steps]:
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from _undeclared(annotation, item, steps=(*steps, index))
    models = list(_models_in(annotation))
    if not isinstance(document, dict) or len(models) != 1:
        return
    known, ignores = _key_names(models[0]), models[0].model_config.get("extra") is None
    for key, value in document.items():
        if key in known:
            yield from _undeclared(known[key], value, steps=(*steps, key))
        elif ignores:
            yield (*steps, key)
