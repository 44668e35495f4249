#!/usr/bin/env bash
# Prints the addresses of this machine's GPUs as Spark wants them: {"name": "gpu", "addresses": ["0", "1"]}
# An address is the number by which CUDA takes the GPU in this environment. With CUDA_VISIBLE_DEVICES that is the place in
# that list; without, the number that nvidia-smi shows, where CUDA_DEVICE_ORDER=PCI_BUS_ID (conf/gpu.conf sets it).
set -euo pipefail

fail() {
  echo "shardsum: No GPU on $(uname -n): $1" >&2
  exit 1
}

command -v nvidia-smi >/dev/null || fail "expected nvidia-smi, of the NVIDIA driver, on the PATH, found none"
visible=${CUDA_VISIBLE_DEVICES-all}
[ -n "$visible" ] || fail "expected one or more in CUDA_VISIBLE_DEVICES, found it empty"
query=(nvidia-smi --query-gpu=index --format=csv,noheader)
[ "$visible" = all ] || query+=("--id=$visible")
numbers=$("${query[@]}" 2>&1) || fail "nvidia-smi says: $(head -n 1 <<<"$numbers")"
count=$(grep -c '^[0-9][0-9]*$' <<<"$numbers" || true)
[ "$count" -gt 0 ] || fail "nvidia-smi says: $(head -n 1 <<<"$numbers")"
addresses=$(seq -s '", "' 0 $((count - 1)))
echo "{\"name\": \"gpu\", \"addresses\": [\"$addresses\"]}"
