"""Exchangeable components as target strings: `{"target": "pkg.mod:Class", …constructor arguments}`."""

import inspect
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from VaultPlatform.config.errors import Problem, SettingsError, nearest_name
from VaultPlatform.config.references import Located, reveal, with_references

_NAME = r"[^\W\d]\w*"
_DOTTED = rf"{_NAME}(\.{_NAME})*"
_TARGET = re.compile(rf"(?P<module>{_DOTTED})(:(?P<object>{_DOTTED})|\.(?P<last>{_NAME}))")


def _parts(target: str) -> tuple[str, str]:
    match = _TARGET.fullmatch(target)
    if match is None:
        raise ValueError('this is no target; expected "package.module:Class" or "package.module.Class"')
    return match["module"], match["object"] or match["last"]


def _well_formed(target: str) -> str:
    _parts(target)
    return target


#: The text that names a component: a module, then a class or function in it.
TargetPath = Annotated[str, AfterValidator(_well_formed)]


class Target(Located):
    """A component chosen by name. All keys besides the declared ones are arguments of its constructor.

    Arguments may be references to secrets; the constructor gets their values.
    """

    model_config = ConfigDict(extra="allow", strict=True, frozen=True)
    __pydantic_extra__: dict[str, Annotated[Any, BeforeValidator(with_references)]] = Field(init=False)

    target: TargetPath = Field(description='The component, as "package.module:Class".')

    @property
    def arguments(self) -> dict[str, Any]:
        """The constructor's arguments as written, secrets still as references."""
        return dict(self.model_extra or {})

    def check(self, **offered: Any) -> None:
        """See whether `build` with the same `offered` would find the component and could call it.

        Raises:
            SettingsError: no such module or attribute, not callable, an argument that is unknown or missing.
        """
        self._call_arguments(self._factory(), offered)

    def build(self, **offered: Any) -> Any:
        """Import the component and construct it.

        Parameters:
            offered: what the host has to give; the constructor gets those that it has a parameter for and
                that the settings do not set themselves.

        Raises:
            SettingsError: as `check`, or a secret among the arguments that leads nowhere.
        """
        factory = self._factory()
        arguments = self._call_arguments(factory, offered)
        try:
            return factory(**reveal(arguments))
        except Exception as error:
            error.add_note(f"raised while building {self.target} for {self._key or 'a target'}")
            raise

    def _factory(self) -> Callable[..., Any]:
        module, path = _parts(self.target)
        found = self._import(module)
        for name in path.split("."):
            if not hasattr(found, name):
                near = nearest_name(name, (known for known in dir(found) if not known.startswith("_")))
                wrong = f"{module!r} has no {path!r}"
                raise self._error(wrong, expected="a class or function of it", nearest=near)
            found = getattr(found, name)
        if not callable(found):
            raise self._error(f"{self.target!r} is a {type(found).__name__}", expected="a class or function")
        return found  # type: ignore[no-any-return]  # callable, as just seen

    def _import(self, module: str) -> Any:
        try:
            return import_module(module)
        except Exception as error:
            absent = error.name if isinstance(error, ModuleNotFoundError) else None
            if absent and f"{module}.".startswith(f"{absent}."):
                raise self._error(f"there is no module {absent!r}", expected="an installed one") from error
            wrong = f"module {module!r} is there but fails when imported: {type(error).__name__}: {error}"
            raise self._error(wrong) from error

    def _call_arguments(self, factory: Callable[..., Any], offered: dict[str, Any]) -> dict[str, Any]:
        try:
            parameters = inspect.signature(factory).parameters
        except ValueError:  # written in C, without a signature: only the call itself can tell
            return self.arguments
        takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
        accepted = {name for name, parameter in parameters.items() if parameter.kind in _BY_NAME}
        given = {name: value for name, value in offered.items() if takes_any or name in accepted}
        given |= self.arguments
        problems = [] if takes_any else list(self._unknown(accepted))
        problems += self._missing(parameters, given)
        if problems:
            raise SettingsError(*problems)
        return given

    def _unknown(self, accepted: set[str]) -> Iterator[Problem]:
        takes = ", ".join(sorted(accepted)) or "no arguments"
        for name in self.arguments.keys() - accepted:
            near = nearest_name(name, accepted | set(type(self).model_fields))
            yield self.problem(
                f"{self.target} takes no such argument", expected=takes, nearest=near, key=name
            )

    def _missing(self, parameters: Any, given: dict[str, Any]) -> Iterator[Problem]:
        for name, parameter in parameters.items():
            optional = parameter.default is not parameter.empty or parameter.kind in _VARIADIC
            if not optional and name not in given:
                yield self.problem(
                    f"{self.target} needs this argument", expected=f"a value for {name}", key=name
                )

    def _error(self, wrong: str, *, expected: str = "", nearest: str | None = None) -> SettingsError:
        return SettingsError(self.problem(wrong, expected=expected, nearest=nearest, key="target"))


_BY_NAME = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
