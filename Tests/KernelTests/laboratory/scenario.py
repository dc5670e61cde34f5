"""What a scenario is: a function that plays on a stage, its name, and what it shows."""

from typing import Callable, NamedTuple

VARIANTS = ("", "-v6", "-plain")


class Scenario(NamedTuple):
    """`situations` are the numbers of the edge cases that it brings a kernel to."""

    name: str
    play: Callable
    situations: tuple[int, ...]
    variants: tuple[str, ...]


class Catalog(list):
    """Scenarios, in the order in which they were told."""

    def scenario(self, *situations, variants=VARIANTS):
        """Enters a function; its name is the scenario's."""
        def enter(play):
            name = play.__name__.replace("_", "-")
            self.append(Scenario(name, play, situations, variants))
            return play
        return enter
