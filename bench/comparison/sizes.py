"""Sizes in bytes, as people write them."""

import re

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

_UNITS = {"KiB": KIB, "MiB": MIB, "GiB": GIB}


def parse_size(text: str) -> int:
    """Reads a size such as 4GiB."""
    match = re.fullmatch(r"([0-9]+) ?(KiB|MiB|GiB)", text)
    if match is None:
        raise ValueError(f"{text!r}; expected a whole number with KiB, MiB or GiB")
    return int(match[1]) * _UNITS[match[2]]


def format_size(size: int) -> str:
    """Writes a size in the largest unit that it is a whole number of."""
    for unit, length in reversed(_UNITS.items()):
        if size and size % length == 0:
            return f"{size // length}{unit}"
    return f"{size}B"
