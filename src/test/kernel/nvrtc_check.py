"""Compiles a CUDA function as the transform of cuDF 26.08 does, for many GPUs, without one: nvrtc_check.py FILE.cu"""

import ctypes
import re
import sys
from importlib import metadata
from pathlib import Path

PACKAGE = "nvidia-cuda-nvrtc"
LIBRARY = "libnvrtc.so.13"
ARCHITECTURES = (75, 80, 86, 90, 100, 120)
OPTIONS = (
    "-std=c++20",
    "--device-as-default-execution-space",
    "--generate-line-info",
    "--dopt=on",
    "--minimal",
    "--diag-suppress=47",
    "--device-int128",
)

# What cuDF calls the function, and how: once a row of a column of INT64, for a column of INT32.
NAME = "GENERIC_TRANSFORM_OP"
KERNEL = f"""
extern "C" __global__ void transform(int rows, long const* __restrict__ in, int* __restrict__ out)
{{
  long const step = static_cast<long>(blockDim.x) * gridDim.x;
  for (long row = threadIdx.x + static_cast<long>(blockIdx.x) * blockDim.x; row < rows; row += step) {{
    int result{{}};
    {NAME}(&result, in[row]);
    out[row] = result;
  }}
}}
"""


def renamed(source):
    """The function under cuDF's name, which goes where the word before the first parenthesis is; without comments."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", source, flags=re.DOTALL)
    return re.sub(r"[^\s(]+(?=\s*\()", NAME, code, count=1)


class Nvrtc:
    """The compiler, from its package on PyPI."""

    def __init__(self):
        files = [file.locate() for file in metadata.files(PACKAGE) if file.name == LIBRARY]
        self._library = ctypes.CDLL(str(files[0]))
        self._library.nvrtcGetErrorString.restype = ctypes.c_char_p

    def compile(self, source, architecture):
        """Returns whether it compiles, NVRTC's log, and the length of the binary."""
        program = ctypes.c_void_p()
        self._call("nvrtcCreateProgram", ctypes.byref(program), source.encode(), b"tile_sums", 0, None, None)
        try:
            options = [option.encode() for option in (f"--gpu-architecture=sm_{architecture}", *OPTIONS)]
            array = (ctypes.c_char_p * len(options))(*options)
            result = self._library.nvrtcCompileProgram(program, len(options), array)
            size = ctypes.c_size_t()
            self._call("nvrtcGetProgramLogSize", program, ctypes.byref(size))
            log = ctypes.create_string_buffer(size.value)
            self._call("nvrtcGetProgramLog", program, log)
            if result != 0:
                return False, log.value.decode() or self._library.nvrtcGetErrorString(result).decode(), 0
            self._call("nvrtcGetCUBINSize", program, ctypes.byref(size))
            return size.value > 0, log.value.decode(), size.value
        finally:
            self._library.nvrtcDestroyProgram(ctypes.byref(program))

    def _call(self, function, *arguments):
        result = getattr(self._library, function)(*arguments)
        if result != 0:
            raise RuntimeError(f"{function}: {self._library.nvrtcGetErrorString(result).decode()}")


def main(path):
    nvrtc = Nvrtc()
    source = renamed(Path(path).read_text()) + KERNEL
    failures = 0
    for architecture in ARCHITECTURES:
        compiles, log, size = nvrtc.compile(source, architecture)
        print(f"sm_{architecture}: {f'{size} bytes' if compiles else 'FAILED'}")
        if log.strip():
            print(log.strip())
        failures += not compiles
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
