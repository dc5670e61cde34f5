"""Records small captures of real TCP connections, and the kernel's own states beside them.

Standard library only. Each story gets two hosts of its own (network namespaces) and a wire
between them; all stories run side by side. See Captures/README.md.
"""
