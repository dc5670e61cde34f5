"""All scenarios."""

from .closes import CLOSES
from .losses import LOSSES
from .matrix import matrix
from .programs import programs
from .timers import TIMERS

# The longest first.
SCENARIOS = [*TIMERS, *CLOSES, *LOSSES, *programs(), *matrix()]
