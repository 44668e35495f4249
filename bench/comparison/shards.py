"""Sets of shards to measure with: real safetensors files of random bytes, and the fleets around them."""

import json
import math
import os
import random
import shutil
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from comparison.sizes import GIB, KIB, MIB, format_size

# More than this is made of hard links, so that all of it stays in the page cache.
MOST_DISTINCT_BYTES = 8 * GIB
MOST_PART_BYTES = 512 * MIB
MODEL_RANKS = 4
MOST_HIDDEN = 4096
PART_ALIGNMENT = 4 * KIB
LEAST_MODEL_BYTES = MIB

PLANNING_RANKS = 8
PLANNING_PARTS = 5

VOCABULARY = 16_000

LANDING_RANKS = 4
LANDING_PARTS = 5
LANDING_TENSORS = 1_000

_BLOCK_BYTES = 64 * MIB
_SEED = 20261120


LAYOUTS = ("dense", "fp8", "experts")
"""Large matrices and small norms; block FP8 with its scales; many tensors of 1 to 4 MiB."""

BF16 = "BF16"
FP8 = "F8_E4M3"
FLOAT32 = "F32"
_ELEMENT_BYTES = {BF16: 2, FP8: 1, FLOAT32: 4}
FP8_BLOCK = 128
SCALE = "_scale_inv"
"""How the name of a scale ends: a scan counts it with its weight, as one tensor."""
MOST_FP8_ROWS = 8192
EXPERT_HIDDEN = 1024


@dataclass(frozen=True)
class Tensor:
    """A tensor of random numbers."""

    name: str
    shape: tuple[int, ...]
    dtype: str = BF16

    @property
    def length_bytes(self) -> int:
        return _ELEMENT_BYTES[self.dtype] * math.prod(self.shape)


@dataclass(frozen=True)
class Contents:
    """What one engine of a set holds."""

    files: int
    file_bytes: int
    tensors: int
    tensor_bytes: int


@dataclass(frozen=True)
class ShardSet:
    """Shards on disk, and the description of the fleet that holds them."""

    name: str
    directory: Path
    fleet: Path
    engines: int
    copies: int
    """Engines that read the same files, also by hard links, are one copy."""
    engine: Contents

    @property
    def files(self) -> int:
        return self.engines * self.engine.files

    @property
    def file_bytes(self) -> int:
        """What a scan reads: shards that engines share count for each engine."""
        return self.engines * self.engine.file_bytes

    @property
    def tensors(self) -> int:
        return self.engines * self.engine.tensors

    @property
    def tensor_bytes(self) -> int:
        return self.engines * self.engine.tensor_bytes

    @cached_property
    def distinct_files(self) -> list[Path]:
        """One path for each file on disk, however many links it has."""
        by_inode = {entry.stat().st_ino: Path(entry.path) for entry in self._entries()}
        return list(by_inode.values())

    def _entries(self) -> Iterable[os.DirEntry[str]]:
        for engine in sorted(self.directory.iterdir()):
            with os.scandir(engine) as entries:
                yield from entries


class RandomBlock:
    """Random bytes, the same in each run: a block that each file begins at another place of."""

    @cached_property
    def _block(self) -> memoryview:
        return memoryview(random.Random(_SEED).randbytes(_BLOCK_BYTES))

    @cached_property
    def _fp8_block(self) -> memoryview:
        """No byte is NaN: of a weight that has one there is no checksum."""
        numbers = bytes(byte ^ (byte & 0x7F == 0x7F) for byte in range(256))
        return memoryview(bytes(self._block).translate(numbers))

    def pieces(self, label: str, length: int, dtype: str = BF16) -> Iterable[memoryview]:
        if dtype == FLOAT32:
            yield _scales(label, length)
            return
        block = self._fp8_block if dtype == FP8 else self._block
        start = zlib.crc32(label.encode()) % _BLOCK_BYTES
        while length > 0:
            piece = block[start : start + length]
            yield piece
            length -= len(piece)
            start = 0


def _scales(label: str, length: int) -> memoryview:
    numbers = random.Random(label)
    count = length // _ELEMENT_BYTES[FLOAT32]
    values = (numbers.uniform(1e-5, 1e-3) for _ in range(count))
    return memoryview(struct.pack(f"<{count}f", *values))


def model_part(part: int, length_bytes: int, layout: str = "dense") -> list[Tensor]:
    """Layers of a model's rank, and one tensor of what is left."""
    make_layer, hidden = _LAYERS[layout]
    while hidden > FP8_BLOCK and 4 * _length(make_layer(0, hidden)) > length_bytes:
        hidden //= 2
    layers = length_bytes // _length(make_layer(0, hidden))
    tensors = [
        tensor
        for layer in range(part * layers, (part + 1) * layers)
        for tensor in make_layer(layer, hidden)
    ]
    rest = length_bytes - _length(tensors)
    if rest > 0:
        tensors.append(Tensor(f"model.vocabulary.{part}.weight", (rest // 2,)))
    return tensors


def _layer(number: int, hidden: int) -> list[Tensor]:
    prefix = f"model.layers.{number}."
    return [
        Tensor(prefix + "mlp.gate_up_proj.weight", (hidden * 3 // 2, hidden)),
        Tensor(prefix + "mlp.down_proj.weight", (hidden, hidden * 3 // 4)),
        Tensor(prefix + "self_attn.qkv_proj.weight", (hidden * 3 // 8, hidden)),
        Tensor(prefix + "self_attn.o_proj.weight", (hidden, hidden // 4)),
        Tensor(prefix + "self_attn.q_norm.weight", (hidden // 32,)),
        Tensor(prefix + "self_attn.k_norm.weight", (hidden // 32,)),
        Tensor(prefix + "input_layernorm.weight", (hidden,)),
        Tensor(prefix + "post_attention_layernorm.weight", (hidden,)),
    ]


def _fp8_layer(number: int, rows: int) -> list[Tensor]:
    name = f"model.layers.{number}.mlp.down_proj.weight"
    blocks = rows // FP8_BLOCK
    return [
        Tensor(name, (rows, rows), FP8),
        Tensor(f"{name}{SCALE}", (blocks, blocks), FLOAT32),
    ]


def _expert(number: int, hidden: int) -> list[Tensor]:
    prefix = f"model.layers.0.mlp.experts.{number}."
    return [
        Tensor(prefix + "gate_proj.weight", (hidden // 2, hidden)),
        Tensor(prefix + "up_proj.weight", (hidden, hidden)),
        Tensor(prefix + "down_proj.weight", (2 * hidden, hidden)),
    ]


_LAYERS = {
    "dense": (_layer, MOST_HIDDEN),
    "fp8": (_fp8_layer, MOST_FP8_ROWS),
    "experts": (_expert, EXPERT_HIDDEN),
}
"""A layer of each layout, by its number and its width, and the greatest width."""


def _published_layer(number: int, hidden: int) -> list[Tensor]:
    prefix = f"model.layers.{number}."
    return [
        Tensor(prefix + "mlp.gate_proj.weight", (3 * hidden, hidden)),
        Tensor(prefix + "mlp.up_proj.weight", (3 * hidden, hidden)),
        Tensor(prefix + "mlp.down_proj.weight", (hidden, 3 * hidden)),
        Tensor(prefix + "self_attn.q_proj.weight", (hidden, hidden)),
        Tensor(prefix + "self_attn.k_proj.weight", (hidden // 4, hidden)),
        Tensor(prefix + "self_attn.v_proj.weight", (hidden // 4, hidden)),
        Tensor(prefix + "self_attn.o_proj.weight", (hidden, hidden)),
        Tensor(prefix + "self_attn.q_norm.weight", (hidden // 32,)),
        Tensor(prefix + "self_attn.k_norm.weight", (hidden // 32,)),
        Tensor(prefix + "input_layernorm.weight", (hidden,)),
        Tensor(prefix + "post_attention_layernorm.weight", (hidden,)),
    ]


def _published_ends(hidden: int) -> list[Tensor]:
    return [
        Tensor("model.embed_tokens.weight", (VOCABULARY, hidden)),
        Tensor("lm_head.weight", (VOCABULARY, hidden)),
        Tensor("model.norm.weight", (hidden,)),
    ]


def _config(layers: int, hidden: int) -> dict[str, object]:
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "torch_dtype": "bfloat16",
        "hidden_size": hidden,
        "intermediate_size": 3 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "head_dim": hidden // 32,
        "vocab_size": VOCABULARY,
        "tie_word_embeddings": False,
    }


def _length(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.length_bytes for tensor in tensors)


def header(tensors: Iterable[Tensor]) -> bytes:
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


def shard_name(rank: int, part: int) -> str:
    return f"model-rank-{rank}-part-{part}.safetensors"


Layout = dict[tuple[int, int], list[Tensor]]
"""Tensors by rank and part."""

Writer = Callable[[Path], None]
"""Puts one engine's shards into a directory."""


class ShardSets:
    """Makes sets under one directory; one that is there already is used again."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "sets"
        self._pool = directory / "pool"
        self._random = RandomBlock()

    def model(self, size: int, layout: str = "dense") -> ShardSet:
        """Engines of one model: distinct bytes up to 8 GiB, hard links to them for the rest."""
        engines = -(-size // MOST_DISTINCT_BYTES)
        rank_bytes = size // engines // MODEL_RANKS
        parts = -(-rank_bytes // MOST_PART_BYTES)
        part_bytes = rank_bytes // parts // PART_ALIGNMENT * PART_ALIGNMENT
        kind = "" if layout == "dense" else f"{layout}-"
        shards = {
            (rank, part): model_part(part, part_bytes, layout)
            for rank in range(MODEL_RANKS)
            for part in range(parts)
        }
        pool = f"{kind}{format_size(part_bytes)}"
        return self._made(
            f"model-{kind}{format_size(size)}",
            MODEL_RANKS,
            engines,
            lambda engine: self._link_parts(engine, shards, pool),
            copies=1,
        )

    def uniform(self, size: int, tensor_bytes: int) -> ShardSet:
        """One engine whose tensors are all of one length; ranks are hard links to the first."""
        file_bytes = max(tensor_bytes, min(size, MOST_PART_BYTES))
        tensors = [
            Tensor(f"model.layers.{number}.weight", (tensor_bytes // 2,))
            for number in range(file_bytes // tensor_bytes)
        ]
        ranks = size // file_bytes

        def fill(engine: Path) -> None:
            self._write(engine / shard_name(0, 0), tensors)
            for rank in range(1, ranks):
                os.link(engine / shard_name(0, 0), engine / shard_name(rank, 0))

        name = f"uniform-{format_size(size)}-of-{format_size(tensor_bytes)}"
        return self._made(name, ranks, 1, fill)

    def planning(self, engines: int) -> ShardSet:
        """Many small files: 8 ranks of 5 parts of 1 KiB for each engine."""
        layout = {
            (rank, part): _small_part(part)
            for rank in range(PLANNING_RANKS)
            for part in range(PLANNING_PARTS)
        }
        return self._made(
            f"planning-{engines}-engines",
            PLANNING_RANKS,
            engines,
            lambda engine: self._write_parts(engine, layout),
        )

    def landing(self, engines: int) -> ShardSet:
        """Many tiny tensors: 20,000 for each engine; all engines have the same paths."""
        layout = {
            (rank, part): _tiny_tensors(part)
            for rank in range(LANDING_RANKS)
            for part in range(LANDING_PARTS)
        }
        return self._made(
            f"landing-{engines}-engines",
            LANDING_RANKS,
            engines,
            lambda engine: self._write_parts(engine, layout),
            same_paths=True,
            copies=1,
        )

    def checkpoint(self, size: int) -> ShardSet:
        """A Hugging Face checkpoint of a dense model, in files of a layer each."""
        hidden = MOST_HIDDEN
        while 4 * _length(_published_layer(0, hidden)) > size:
            hidden //= 2
        layers = size // _length(_published_layer(0, hidden))

        def fill(engine: Path) -> None:
            (engine / "config.json").write_text(json.dumps(_config(layers, hidden)))
            self._write(engine / "model-ends.safetensors", _published_ends(hidden))
            for layer in range(layers):
                self._write(
                    engine / f"model-layer-{layer:03}.safetensors",
                    _published_layer(layer, hidden),
                )

        return self._made(
            f"checkpoint-{format_size(size)}", 1, 1, fill, layout="checkpoint"
        )

    def _made(
        self,
        name: str,
        ranks: int,
        engines: int,
        fill: Writer,
        same_paths: bool = False,
        copies: int | None = None,
        layout: str = "sharded",
    ) -> ShardSet:
        directory = self._directory / name
        contents = self._directory / f"{name}.json"
        directories = ["engine"] * engines if same_paths else _numbered(engines)
        if not contents.exists():
            print(f"Making {name} in {self._directory}...", flush=True)
            shutil.rmtree(directory, ignore_errors=True)
            for engine in dict.fromkeys(directories):
                (directory / engine).mkdir(parents=True)
                fill(directory / engine)
            self._describe(name, ranks, directories, layout)
            contents.write_text(
                json.dumps(asdict(_contents(directory / directories[0])))
            )
        return ShardSet(
            name,
            directory,
            self._directory / f"{name}.yaml",
            engines,
            copies or engines,
            Contents(**json.loads(contents.read_text())),
        )

    def _describe(
        self, name: str, ranks: int, directories: list[str], layout: str
    ) -> None:
        lines = [
            f"fleet: {name}",
            "defaults:",
            f"  model: bench/{name}",
            "  layout: checkpoint"
            if layout == "checkpoint"
            else f"  parallelism: {{ tp: {ranks} }}",
            "engines:",
        ]
        for number, engine in enumerate(directories):
            lines.append(f"  - {{ name: e-{number:05}, shards: {name}/{engine} }}")
        (self._directory / f"{name}.yaml").write_text("\n".join(lines) + "\n")

    def _link_parts(self, engine: Path, layout: Layout, pool: str) -> None:
        for (rank, part), tensors in layout.items():
            distinct = self._pool / pool / shard_name(rank, part)
            if not distinct.exists():
                distinct.parent.mkdir(parents=True, exist_ok=True)
                self._write(distinct, tensors)
            os.link(distinct, engine / distinct.name)

    def _write_parts(self, engine: Path, layout: Layout) -> None:
        for (rank, part), tensors in layout.items():
            self._write(engine / shard_name(rank, part), tensors)

    def _write(self, path: Path, tensors: list[Tensor]) -> None:
        unfinished = path.with_suffix(".unfinished")
        with unfinished.open("wb") as out:
            out.write(header(tensors))
            for tensor in tensors:
                label = f"{path.name} {tensor.name}"
                for piece in self._random.pieces(label, tensor.length_bytes, tensor.dtype):
                    out.write(piece)
        unfinished.rename(path)


def _numbered(engines: int) -> list[str]:
    return [f"engine-{number:05}" for number in range(engines)]


def _small_part(part: int) -> list[Tensor]:
    return [
        Tensor(f"model.layers.{part}.mlp.gate_up_proj.weight", (16, 24)),
        Tensor(f"model.layers.{part}.input_layernorm.weight", (16,)),
    ]


def _tiny_tensors(part: int) -> list[Tensor]:
    return [
        Tensor(f"model.layers.{part}.mlp.experts.{number}.weight", (4, 8))
        for number in range(LANDING_TENSORS)
    ]


def _contents(engine: Path) -> Contents:
    """What an engine holds, by the headers of its files."""
    files = sorted(engine.glob("*.safetensors"))
    lengths = [each for file in files for each in _tensor_lengths(file)]
    return Contents(
        files=len(files),
        file_bytes=sum(file.stat().st_size for file in files),
        tensors=sum(not name.endswith(SCALE) for name, _ in lengths),
        tensor_bytes=sum(length for _, length in lengths),
    )


def _tensor_lengths(file: Path) -> Iterable[tuple[str, int]]:
    """The name and length of each tensor of a file."""
    with file.open("rb") as shard:
        (length,) = struct.unpack("<Q", shard.read(8))
        for name, tensor in json.loads(shard.read(length)).items():
            begin, end = tensor["data_offsets"]
            yield name, end - begin
