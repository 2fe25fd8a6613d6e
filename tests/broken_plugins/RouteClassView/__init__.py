"""A view class without as_view()."""
