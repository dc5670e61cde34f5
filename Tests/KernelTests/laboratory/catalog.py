"""All scenarios."""

from .closes import CLOSES

SCENARIOS = [*CLOSES]
