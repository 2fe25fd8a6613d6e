"""Background tasks, called directly: in the current organisation."""


def test_tidying_runs_in_the_current_organisation(org):
    from Plugins.{{ cookiecutter.plugin_name }}.tasks import tidy

    assert {% if cookiecutter.models %}tidy() == 0{% else %}tidy() is None{% endif %}
