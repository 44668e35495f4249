"""Shards made for tests, and damage done to them."""

import json
import os
import random
import struct

MIB = 1 << 20


def write_rank(directory, rank, tensor_bytes=MIB, tensors=2, fp8=False):
    """A shard whose bytes come from its rank alone; with fp8, a weight in block-quantized FP8 is in it, too."""
    directory.mkdir(parents=True, exist_ok=True)
    numbers = random.Random(rank)
    length = tensor_bytes // 2
    pair = {"F8_E4M3": bytes(numbers.randrange(120) for _ in range(256 * 256)), "F32": struct.pack("<4f", 1, 2, 0.5, 0.25)} if fp8 else {}
    begin = sum(map(len, pair.values()))
    header = {
        f"layers.{t}.weight": {
            "dtype": "BF16",
            "shape": [length],
            "data_offsets": [begin + t * tensor_bytes, begin + (t + 1) * tensor_bytes],
        }
        for t in range(tensors)
    }
    if fp8:
        middle = len(pair["F8_E4M3"])
        header["fp8.weight"] = {"dtype": "F8_E4M3", "shape": [256, 256], "data_offsets": [0, middle]}
        header["fp8.weight_scale_inv"] = {"dtype": "F32", "shape": [2, 2], "data_offsets": [middle, begin]}
    text = json.dumps(header).encode()
    file = directory / f"model-rank-{rank}-part-0.safetensors"
    data = b"".join(pair.values()) + numbers.randbytes(tensor_bytes * tensors)
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
