"""A new plugin from `templates/plugin`, which is a template for cookiecutter as well: one source for both.

The template keeps to what cookiecutter's Jinja and Django's engine read alike: `{{ cookiecutter.name }}`, `{% if %}`
with `and`, `or`, `not`, `{% else %}` and `{% endif %}`.
"""

from VaultPlatform.scaffold.making import CannotMake, Made, make
from VaultPlatform.scaffold.wishes import PARTS, Wishes

__all__ = ["PARTS", "CannotMake", "Made", "Wishes", "make"]
