"""Times the engine's own kernel, and copies, on the device: engine_kernel.py DIR_OF_GPU_TENSOR_HASH."""

import json
import sys
import time
from collections.abc import Callable

import torch

BYTES = 1 << 30
WARM_UPS = 5
RUNS = 20


def gb_per_second(call: Callable[[], object]) -> dict[str, float]:
    seconds = []
    for run in range(WARM_UPS + RUNS):
        torch.cuda.synchronize()
        began = time.perf_counter()
        call()
        torch.cuda.synchronize()
        if run >= WARM_UPS:
            seconds.append(time.perf_counter() - began)
    seconds.sort()
    return {
        "best": round(BYTES / seconds[0] / 1e9, 2),
        "median": round(BYTES / seconds[RUNS // 2] / 1e9, 2),
    }


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    from gpu_tensor_hash import gpu_tensor_hash

    device = torch.randint(0, 256, (BYTES,), dtype=torch.uint8, device="cuda")
    other = torch.empty_like(device)
    pageable = device.cpu()
    pinned = pageable.pin_memory()
    result = {
        "gpu": torch.cuda.get_device_name(0),
        "bytes": BYTES,
        "engine_kernel": gb_per_second(lambda: gpu_tensor_hash(device)),
        "copy_on_device": gb_per_second(lambda: other.copy_(device)),
        "host_to_device_pinned": gb_per_second(
            lambda: other.copy_(pinned, non_blocking=True)
        ),
        "host_to_device_pageable": gb_per_second(lambda: other.copy_(pageable)),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
