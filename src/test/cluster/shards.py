"""Shards made for tests, and damage done to them."""

import json
import os
import random
import struct

MIB = 1 << 20


def write_rank(directory, rank, tensor_bytes=MIB, tensors=2):
    """A shard whose bytes come from its rank alone."""
    directory.mkdir(parents=True, exist_ok=True)
    length = tensor_bytes // 2
    header = {
        f"layers.{t}.weight": {
            "dtype": "BF16",
            "shape": [length],
            "data_offsets": [t * tensor_bytes, (t + 1) * tensor_bytes],
        }
        for t in range(tensors)
    }
    text = json.dumps(header).encode()
    file = directory / f"model-rank-{rank}-part-0.safetensors"
    data = random.Random(rank).randbytes(tensor_bytes * tensors)
    file.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return file


def flip_bit(file, from_end=1000):
    """Damages a shard under an unchanged length and time."""
    times = file.stat()
    data = bytearray(file.read_bytes())
    data[-from_end] ^= 1
    file.write_bytes(data)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    return len(data) - from_end
