"""Not Python."""


def page(request:
    return None
