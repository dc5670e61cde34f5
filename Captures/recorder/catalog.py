"""All stories, by number."""

from . import busy, closes, faults

STORIES = {
    kind.number: kind
    for module in (closes, faults, busy)
    for kind in sorted(
        (each for each in vars(module).values() if isinstance(each, type)
         and each.__module__ == module.__name__ and getattr(each, "number", "")),
        key=lambda kind: kind.number)
}
