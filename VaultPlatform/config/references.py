"""Secrets as references, `{"$env": "NAME"}` or `{"$file": "path"}`: the value is looked up when it is needed.

Nothing here ever holds a secret's value, so nothing that prints, dumps or logs settings can show one.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    model_serializer,
    model_validator,
)

from VaultPlatform.config.errors import Problem, SettingsError

_HOW = '{"$env": "NAME"} for an environment variable or {"$file": "path"} for a file'
_REFERENCE_KEYS = frozenset({"$env", "$file"})


class Located(BaseModel):
    """A value that knows where it was written, so that it can say so when it fails later than at start."""

    _file: Path | None = PrivateAttr(default=None)
    _key: str = PrivateAttr(default="")

    def locate_at(self, *, file: Path, key: str) -> None:
        """Remember the file and the key that this value was written under."""
        self._file, self._key = file, key

    def problem(
        self, wrong: str, *, expected: str = "", nearest: str | None = None, key: str = ""
    ) -> Problem:
        """A problem at this value's place, or at `key` below it."""
        place = ".".join(part for part in (self._key, key) if part)
        file = str(self._file) if self._file else "settings"
        return Problem(file=file, key=place, wrong=wrong, expected=expected, nearest=nearest)


class Secret(Located):
    """A reference to a secret. Call `resolve()` where the value is used, and keep the value nowhere."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"oneOf": [{"required": ["$env"]}, {"required": ["$file"]}]},
    )

    #: Name of the environment variable that holds the value.
    env: str | None = Field(default=None, alias="$env", min_length=1, description="Environment variable.")
    #: File whose content is the value; a relative path starts at the settings file's folder.
    file: str | None = Field(default=None, alias="$file", min_length=1, description="Path of a file.")

    @model_validator(mode="before")
    @classmethod
    def _must_be_a_reference(cls, value: Any) -> Any:
        if not isinstance(value, Mapping | Secret):
            text = f"a secret is not written into this file; expected {_HOW}"
            raise ValueError(text)  # noqa: TRY004  pydantic collects ValueErrors only
        return value

    @model_validator(mode="after")
    def _must_be_one_reference(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError(f"a secret has one reference, not none or both; expected {_HOW}")
        return self

    def resolve(self) -> str:
        """The secret's value, read now. One line break at a file's end does not belong to it.

        Raises:
            SettingsError: the variable or file is missing, empty or unreadable.
        """
        value = self._from_env() if self.env is not None else self._from_file()
        if not value:
            raise SettingsError(self.problem(f"the secret at {self} is empty", expected="a value there"))
        return value

    def _from_env(self) -> str:
        name = self.env or ""
        if name not in os.environ:
            problem = self.problem(
                f"the environment variable {name} is not set",
                expected=f"{name} in the environment of every process",
            )
            raise SettingsError(problem)
        return os.environ[name]

    def _from_file(self) -> str:
        path = Path(self.file or "").expanduser()
        path = self._file.parent / path if self._file else path
        try:
            return path.read_text(encoding="utf-8").removesuffix("\n").removesuffix("\r")
        except FileNotFoundError:
            problem = self.problem(f"there is no file {path}", expected="a file that holds the secret")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            problem = self.problem(
                f"the file {path} cannot be read ({reason})", expected="a readable text file"
            )
        raise SettingsError(problem)

    @model_serializer
    def _as_written(self) -> dict[str, str]:
        return {"$env": self.env} if self.env is not None else {"$file": self.file or ""}

    def __repr__(self) -> str:
        return f"Secret($env={self.env})" if self.env is not None else f"Secret($file={self.file})"

    __str__ = __repr__


def _reference(value: Mapping[str, Any]) -> Secret:
    try:
        return Secret.model_validate(value)
    except ValidationError:  # its text repeats what was written
        raise ValueError(f"this is no reference to a secret; expected {_HOW}") from None


def _without_password(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _reference(value)
    if not isinstance(value, str | Secret):
        text = f"this is no address; expected a text, {_HOW}"
        raise ValueError(text)  # noqa: TRY004  pydantic collects ValueErrors only
    if isinstance(value, str) and any(map(_has_password, value.split(";"))):
        raise ValueError(f"this address holds a password; expected a reference to the whole address: {_HOW}")
    return value


def _has_password(url: str) -> bool:
    parts = urlsplit(url)
    return bool(parts.password) or "password" in parse_qs(parts.query)


#: An address: plain text when it holds no password, else a reference to the whole of it.
Address = Annotated[str | Secret, BeforeValidator(_without_password)]


def reveal(value: Any) -> Any:
    """The value with every `Secret` in it, at any depth, replaced by what it refers to.

    Raises:
        SettingsError: a reference leads nowhere.
    """
    if isinstance(value, Secret):
        return value.resolve()
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(map(reveal, value))
    return value


def with_references(value: Any) -> Any:
    """JSON as read, with every object that is written as a reference, at any depth, made a `Secret`."""
    if isinstance(value, Mapping):
        if _REFERENCE_KEYS & value.keys():
            return _reference(value)
        return {key: with_references(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_references(item) for item in value]
    return value


def locate(value: Any, *, file: Path, key: str) -> None:
    """Tell every `Located` value, at any depth, the file and the key it was written under."""
    if isinstance(value, Located):
        value.locate_at(file=file, key=key)
    if isinstance(value, BaseModel):
        names = {name: field.alias or name for name, field in type(value).model_fields.items()}
        for name, item in value:
            written = names.get(name, name)
            locate(item, file=file, key=f"{key}.{written}" if key else written)
    elif isinstance(value, Mapping):
        for name, item in value.items():
            locate(item, file=file, key=f"{key}.{name}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            locate(item, file=file, key=f"{key}[{index}]")
