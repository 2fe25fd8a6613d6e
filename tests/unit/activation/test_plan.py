"""What may be switched on and off, as far as plugins need one another."""

import pytest

from VaultPlatform.activation.errors import Refused
from VaultPlatform.activation.plan import plan_disable, plan_enable
from VaultPlatform.activation.shelf import Shelf
from VaultPlatform.host.inventory import nearest_plugin

pytestmark = pytest.mark.database_independent


@pytest.fixture
def shelf(tmp_path):
    """Leaf needs Branch, Branch needs Root; Orphan needs what is not there."""
    needs = {"Leaf": ("Branch",), "Branch": ("Root",), "Root": (), "Orphan": ("Nobody",), "Lone": ()}

    def make(*active):
        return Shelf(active=active, folders=dict.fromkeys(needs, tmp_path), needs=needs)

    return make


def test_a_plugin_is_added_at_the_end(shelf):
    plan = plan_enable(["Root"], shelf("Lone"))
    assert (plan.after, plan.switched_on, plan.wanted) == (("Lone", "Root"), ("Root",), ("Root",))


def test_what_it_needs_is_named_or_taken_along_and_comes_before_it(shelf):
    with pytest.raises(
        Refused, match=r"Leaf cannot do without Root, Branch, which are off.*--with-dependencies"
    ):
        plan_enable(["Leaf"], shelf())
    assert plan_enable(["Leaf"], shelf("Lone"), with_dependencies=True).after == (
        "Lone",
        "Root",
        "Branch",
        "Leaf",
    )
    assert plan_enable(["Branch"], shelf("Root")).after == ("Root", "Branch")


def test_what_is_needed_and_not_there_cannot_be_taken_along(shelf):
    with pytest.raises(Refused, match="Orphan needs the plugin Nobody, which is not there; install it first"):
        plan_enable(["Orphan"], shelf(), with_dependencies=True)


def test_an_unknown_name_is_told_with_the_nearest_one(shelf):
    with pytest.raises(Refused, match=r"There is no plugin Leef; did you mean Leaf?"):
        plan_enable(["Leef"], shelf())
    with pytest.raises(Refused, match=r"There is no plugin Zz; `manage.py plugins list` shows"):
        plan_disable(["Zz"], shelf())


def test_that_two_names_end_in_plugin_makes_them_not_alike():
    assert nearest_plugin("Loans_Plugin", ["Bookmarks_Plugin", "Activity_Plugin"]) is None
    assert nearest_plugin("Bookmark_Plugin", ["Bookmarks_Plugin", "Activity_Plugin"]) == "Bookmarks_Plugin"
    assert nearest_plugin("bookmarks", ["Bookmarks_Plugin"]) == "Bookmarks_Plugin"


def test_how_a_plugin_that_lies_elsewhere_is_switched_on_is_said(shelf):
    with pytest.raises(
        Refused, match=r"Base.plugin_dirs names the folder.*plugins install path/to/Loans_Plugin`"
    ):
        plan_enable(["Loans_Plugin"], shelf())
    with pytest.raises(Refused) as told:
        plan_enable(["/srv/plugins/Loans_Plugin"], shelf())
    assert str(told.value) == (
        "/srv/plugins/Loans_Plugin is a path, and plugins are switched by name. Add /srv/plugins to Base.plugin_dirs"
        " and say Loans_Plugin, or bring it here: `manage.py plugins install /srv/plugins/Loans_Plugin`."
    )


def test_what_needs_a_plugin_is_named_or_switched_off_along_with_it(shelf):
    there = shelf("Root", "Lone", "Branch", "Leaf")
    with pytest.raises(Refused, match=r"Branch, Leaf need Root. Switch them off first.*--with-dependants"):
        plan_disable(["Root"], there)
    assert plan_disable(["Root"], there, with_dependants=True).after == ("Lone",)
    assert plan_disable(["Branch", "Leaf"], there).after == ("Root", "Lone")


def test_a_plugin_in_the_list_whose_folder_is_gone_can_be_switched_off(shelf):
    assert plan_disable(["Gone"], shelf("Root", "Gone")).after == ("Root",)


def test_what_is_in_the_list_and_has_failed_comes_on_when_it_is_asked_for(shelf):
    plan = plan_enable(["Lone"], shelf("Root", "Lone"))
    assert plan.before == plan.after
    assert (plan.comes_on(["Root"]), plan.comes_on(["Root", "Lone"])) == (("Lone",), ())


def test_nothing_is_said_to_be_there_with_two_marks_at_its_end(shelf):
    with pytest.raises(Refused, match=r"did you mean Root\? One that lies"):
        plan_enable(["Roott"], shelf())
