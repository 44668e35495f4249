"""Weights to measure with, made in seconds: engines of random bytes, plain and in block FP8."""

import json
import math
import multiprocessing
import os
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy

DTYPE_BYTES = {"BF16": 2, "F32": 4, "F8_E4M3": 1}
NAN = 0x7F  # of F8_E4M3, in either sign

PLAIN_RANKS, PLAIN_PARTS = 8, 4
FP8_RANKS, FP8_PARTS = 4, 2
FP8_WEIGHTS_OF_FILE = 16
FP8_BLOCK = 128
HIDDEN = 8192

_BLOCK_BYTES = 64 << 20


@dataclass(frozen=True)
class Tensor:
    name: str
    dtype: str
    shape: tuple[int, ...]

    @property
    def length_bytes(self) -> int:
        return DTYPE_BYTES[self.dtype] * math.prod(self.shape)


@dataclass(frozen=True)
class Weights:
    """A fleet of engines that share their files by hard links, so that a scan reads each file once for each engine."""

    fleet: Path
    directory: Path
    engines: int

    @cached_property
    def files(self) -> list[Path]:
        """Each file once."""
        return sorted((self.directory / "engine-000").glob("*.safetensors"))

    @cached_property
    def distinct_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.files)


def plain(data: Path, distinct_bytes: int, logical_bytes: int) -> Weights:
    """Engines with large matrices and small norms in BF16, in 32 files."""
    file_bytes = distinct_bytes // (PLAIN_RANKS * PLAIN_PARTS)
    return _made(
        data / "plain",
        PLAIN_RANKS,
        PLAIN_PARTS,
        lambda number: plain_tensors(number, file_bytes),
        logical_bytes,
    )


def plain_tensors(number: int, file_bytes: int) -> list[Tensor]:
    prefix = f"model.layers.{number}."
    sixteenth = file_bytes // 16 // (2 * HIDDEN)  # rows; of 1 GiB, 64 MiB
    rows = {
        "mlp.down_proj": 2 * sixteenth,
        "mlp.gate_up_proj": 4 * sixteenth,
        "mlp.shared_down_proj": sixteenth,
        "mlp.shared_gate_up_proj": 2 * sixteenth,
        "self_attn.kv_b_proj": 2 * sixteenth,
        "self_attn.o_proj": 2 * sixteenth,
        "self_attn.q_proj": 3 * sixteenth,
    }
    return [
        Tensor(f"{prefix}input_layernorm.weight", "BF16", (HIDDEN,)),
        *(
            Tensor(f"{prefix}{name}.weight", "BF16", (count, HIDDEN))
            for name, count in rows.items()
        ),
        Tensor(f"{prefix}post_attention_layernorm.weight", "BF16", (HIDDEN,)),
        Tensor(f"{prefix}self_attn.k_norm.weight", "BF16", (128,)),
        Tensor(f"{prefix}self_attn.q_norm.weight", "BF16", (128,)),
    ]


def fp8(data: Path, distinct_bytes: int, logical_bytes: int) -> Weights:
    """Engines with square weights in F8_E4M3, each with its scales behind it, in 8 files."""
    weights = FP8_RANKS * FP8_PARTS * FP8_WEIGHTS_OF_FILE
    side = math.isqrt(distinct_bytes // weights) // FP8_BLOCK * FP8_BLOCK
    return _made(
        data / "fp8",
        FP8_RANKS,
        FP8_PARTS,
        lambda number: fp8_tensors(number, side),
        logical_bytes,
    )


def fp8_tensors(number: int, side: int) -> list[Tensor]:
    tensors = []
    for layer in range(
        number * FP8_WEIGHTS_OF_FILE, (number + 1) * FP8_WEIGHTS_OF_FILE
    ):
        name = f"model.layers.{layer}.mlp.down_proj.weight"
        blocks = side // FP8_BLOCK
        tensors.append(Tensor(name, "F8_E4M3", (side, side)))
        tensors.append(Tensor(f"{name}_scale_inv", "F32", (blocks, blocks)))
    return tensors


def copies(
    data: Path, count: int, files: int, file_bytes: int
) -> tuple[Path, list[Path]]:
    """A fleet of engines with the same bytes in files of their own, one rank each, and their directories."""
    directory = data / "copies"
    shutil.rmtree(directory, ignore_errors=True)
    engines = [directory / f"copy-{number}" for number in range(count)]
    _write_all(
        [
            (engine / shard_name(0, part), plain_tensors(part, file_bytes))
            for engine in engines
            for part in range(files)
        ]
    )
    fleet = data / "copies.yaml"
    _describe(fleet, 1, engines)
    return fleet, engines


def shard_name(rank: int, part: int) -> str:
    return f"model-rank-{rank}-part-{part}.safetensors"


def _made(
    directory: Path,
    ranks: int,
    parts: int,
    tensors: Callable[[int], list[Tensor]],
    logical_bytes: int,
) -> Weights:
    first = directory / "engine-000"
    done = directory / "done"
    layout = [
        (first / shard_name(rank, part), tensors(rank * parts + part))
        for rank in range(ranks)
        for part in range(parts)
    ]
    said = repr(layout)
    if not done.exists() or done.read_text() != said:
        shutil.rmtree(directory, ignore_errors=True)
        _write_all(layout)
        done.write_text(said)
    fleet = directory.with_suffix(".yaml")
    weights = Weights(
        fleet, directory, max(1, round(logical_bytes / _size(first.iterdir())))
    )
    engines = [directory / f"engine-{number:03}" for number in range(weights.engines)]
    for engine in engines[1:]:
        engine.mkdir(exist_ok=True)
        for file in weights.files:
            if not (engine / file.name).exists():
                os.link(file, engine / file.name)
    _describe(fleet, ranks, engines)
    return weights


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def _describe(fleet: Path, ranks: int, engines: list[Path]) -> None:
    lines = [
        f"fleet: {fleet.stem}",
        f"defaults: {{ model: bench/{fleet.stem}, parallelism: {{ tp: {ranks} }} }}",
        "engines:",
        *(
            f"  - {{ name: {engine.name}, shards: '{engine.absolute()}' }}"
            for engine in engines
        ),
    ]
    fleet.write_text("\n".join(lines) + "\n")


def _write_all(layout: list[tuple[Path, list[Tensor]]]) -> None:
    with multiprocessing.Pool(min(len(layout), os.cpu_count() or 1)) as pool:
        pool.starmap(_write, layout, 1)


def _write(path: Path, tensors: list[Tensor]) -> None:
    """Files of one name have the same bytes; each tensor begins at another place of a random block."""
    random = numpy.random.default_rng(zlib.crc32(path.name.encode()))
    block = random.integers(0, 1 << 64, _BLOCK_BYTES // 8, numpy.uint64).view(
        numpy.uint8
    )
    if any(tensor.dtype == "F8_E4M3" for tensor in tensors):
        block[block & NAN == NAN] = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb", buffering=1 << 20) as out:
        out.write(_header(tensors))
        for number, tensor in enumerate(tensors):
            if tensor.dtype == "F32":
                scales = random.uniform(0.001, 0.01, math.prod(tensor.shape))
                out.write(scales.astype(numpy.float32).tobytes())
            else:
                _write_block(
                    out, block, 4099 * number % _BLOCK_BYTES, tensor.length_bytes
                )


def _write_block(out, block: numpy.ndarray, start: int, length: int) -> None:
    while length > 0:
        piece = block[start : start + length]
        out.write(piece.data)
        length -= len(piece)
        start = 0


def _header(tensors: list[Tensor]) -> bytes:
    """A safetensors header, its length before it."""
    entries: dict[str, object] = {}
    end = 0
    for tensor in tensors:
        begin, end = end, end + tensor.length_bytes
        entries[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": tensor.shape,
            "data_offsets": (begin, end),
        }
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text


def change_byte(file: Path, tensor: str, change: Callable[[int], int]) -> None:
    """Changes a byte in the middle of a tensor."""
    with file.open("r+b") as shard:
        (length,) = struct.unpack("<Q", shard.read(8))
        begin, end = json.loads(shard.read(length))[tensor]["data_offsets"]
        at = 8 + length + (begin + end) // 2
        shard.seek(at)
        (byte,) = shard.read(1)
        shard.seek(at)
        shard.write(bytes([change(byte)]))
