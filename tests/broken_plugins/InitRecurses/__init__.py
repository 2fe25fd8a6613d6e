"""Never comes back from a function while it is imported."""


def deeper(level):
    return deeper(level + 1)


deeper(0)
