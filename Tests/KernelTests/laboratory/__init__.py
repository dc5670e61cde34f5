"""The laboratory of KernelTests: real kernels, a wire that breaks things, and what was true.

What it shares with the recorder of the sample captures (namespaces, links, taps, savefiles) is
that recorder's.
"""

import os
import sys

sys.path.insert(0, os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "Captures"))
