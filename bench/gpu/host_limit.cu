// What a host can do at most: threads read files, piece by piece, into page-locked buffers, copy them to the GPU, and hash
// them there with SGLang's tile sums (as io.shardsum.checksum.SglangChecksum does) in one kernel.
//
//   nvcc -O3 -arch=native -o host_limit host_limit.cu
//   host_limit THREADS_PER_GPU GPUS REPEAT FILE...
//
// All files are read REPEAT times over, in each of three ways; for each it prints a line of JSON. A file counts as one
// tensor; `sum` is the sum of all tiles' values.
#include <cuda_runtime.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kPieceBytes = 4 << 20;
constexpr int kBuffersOfThread = 3;
constexpr unsigned kTileWords = 8192;
constexpr unsigned kTileBytes = 4 * kTileWords;
constexpr unsigned kBlockThreads = 256;
constexpr unsigned kWarps = kBlockThreads / 32;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "host_limit: %s\n", what.c_str());
  std::exit(1);
}

void check(cudaError_t error, const char* call) {
  if (error != cudaSuccess) fail(std::string(call) + ": " + cudaGetErrorString(error));
}

#define CHECK(call) check((call), #call)

__device__ uint32_t finalMix(uint32_t x) {
  x ^= x >> 16;
  x *= 0x85EBCA6Bu;
  x ^= x >> 13;
  x *= 0xC2B2AE35u;
  return x ^ (x >> 16);
}

__device__ uint32_t rotated(uint32_t x, int bits) { return (x << bits) | (x >> (32 - bits)); }

// A block for each tile of a piece. The data ends with zeros up to a whole uint4.
__global__ void sumTiles(const uint4* data, uint32_t words, uint32_t firstWord, uint32_t tensorBytes,
                         unsigned long long* sum) {
  uint32_t h1 = 0;
  uint32_t h2 = 0;
  const uint32_t begin = blockIdx.x * kTileWords;
  const uint32_t end = min(begin + kTileWords, words);
#pragma unroll 8
  for (uint32_t at = begin + 4 * threadIdx.x; at < end; at += 4 * kBlockThreads) {
    const uint4 four = data[at / 4];
    const uint32_t word[4] = {four.x, four.y, four.z, four.w};
#pragma unroll
    for (uint32_t k = 0; k < 4; k++) {
      if (at + k < end) {
        const uint32_t i = firstWord + at + k;
        h1 += finalMix(word[k] ^ (i * 0x27D4EB2Du + 0x243F6A88u) ^ rotated(i, 15));
        h2 += finalMix(word[k] ^ (i * 0x165667B1u + 0x02C74EE7u) ^ rotated(i, 13));
      }
    }
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    h1 += __shfl_down_sync(~0u, h1, distance);
    h2 += __shfl_down_sync(~0u, h2, distance);
  }
  __shared__ uint32_t first[kWarps];
  __shared__ uint32_t second[kWarps];
  if (threadIdx.x % 32 == 0) {
    first[threadIdx.x / 32] = h1;
    second[threadIdx.x / 32] = h2;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    for (unsigned warp = 1; warp < kWarps; warp++) {
      h1 += first[warp];
      h2 += second[warp];
    }
    const uint64_t high = finalMix(h1 ^ tensorBytes);
    atomicAdd(sum, high << 32 | finalMix(h2 ^ tensorBytes));
  }
}

enum class Work { kRead, kCopy, kHash };

struct Piece {
  int file;
  size_t offset;
  size_t bytes;
  uint32_t tensorBytes;  // of the whole file, padded to words
};

std::vector<Piece> piecesOf(int file) {
  struct stat status;
  if (fstat(file, &status) != 0) fail("cannot stat a file");
  const size_t length = status.st_size;
  std::vector<Piece> pieces;
  for (size_t offset = 0; offset < length; offset += kPieceBytes) {
    pieces.push_back({file, offset, std::min(kPieceBytes, length - offset), static_cast<uint32_t>((length + 3) & ~3ull)});
  }
  return pieces;
}

// What one thread works with.
class Lane {
 public:
  explicit Lane(int gpu) : gpu_(gpu) {
    CHECK(cudaSetDevice(gpu_));
    CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
    CHECK(cudaMalloc(&sum_, sizeof(*sum_)));
    for (Buffer& buffer : buffers_) {
      CHECK(cudaHostAlloc(&buffer.host, kPieceBytes, cudaHostAllocDefault));
      CHECK(cudaMalloc(&buffer.device, kPieceBytes));
      CHECK(cudaEventCreateWithFlags(&buffer.used, cudaEventDisableTiming));
      std::memset(buffer.host, 0, kPieceBytes);
    }
  }

  Lane(const Lane&) = delete;

  // Takes pieces until there are none left. Returns the sum of their tiles, if they are hashed.
  uint64_t run(Work work, const std::vector<Piece>& pieces, size_t count, std::atomic<size_t>& next) {
    CHECK(cudaSetDevice(gpu_));
    CHECK(cudaMemsetAsync(sum_, 0, sizeof(*sum_), stream_));
    int turn = 0;
    for (size_t n; (n = next++) < count;) {
      take(work, pieces[n % pieces.size()], buffers_[turn]);
      turn = (turn + 1) % kBuffersOfThread;
    }
    uint64_t sum;
    CHECK(cudaMemcpyAsync(&sum, sum_, sizeof(sum), cudaMemcpyDeviceToHost, stream_));
    CHECK(cudaStreamSynchronize(stream_));
    return sum;
  }

 private:
  struct Buffer {
    void* host;
    void* device;
    cudaEvent_t used;
  };

  void take(Work work, const Piece& piece, Buffer& buffer) {
    CHECK(cudaEventSynchronize(buffer.used));
    read(piece, static_cast<char*>(buffer.host));
    if (work == Work::kRead) return;
    const size_t bytes = (piece.bytes + 15) & ~15ull;
    std::memset(static_cast<char*>(buffer.host) + piece.bytes, 0, bytes - piece.bytes);
    CHECK(cudaMemcpyAsync(buffer.device, buffer.host, bytes, cudaMemcpyHostToDevice, stream_));
    if (work == Work::kHash) {
      const unsigned tiles = (piece.bytes + kTileBytes - 1) / kTileBytes;
      sumTiles<<<tiles, kBlockThreads, 0, stream_>>>(static_cast<const uint4*>(buffer.device), (piece.bytes + 3) / 4,
                                                     piece.offset / 4, piece.tensorBytes, sum_);
      CHECK(cudaGetLastError());
    }
    CHECK(cudaEventRecord(buffer.used, stream_));
  }

  static void read(const Piece& piece, char* into) {
    for (size_t done = 0; done < piece.bytes;) {
      const ssize_t got = pread(piece.file, into + done, piece.bytes - done, piece.offset + done);
      if (got <= 0) fail("cannot read a file");
      done += got;
    }
  }

  const int gpu_;
  cudaStream_t stream_;
  unsigned long long* sum_;
  Buffer buffers_[kBuffersOfThread];
};

double wallSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpuSeconds() {
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  return used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1e-6 * (used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

void measure(const char* name, Work work, const std::vector<std::unique_ptr<Lane>>& lanes,
             const std::vector<Piece>& pieces, int repeat) {
  double gigabytes = 0;
  for (const Piece& piece : pieces) gigabytes += 1e-9 * piece.bytes * repeat;
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> sum{0};
  std::vector<std::thread> threads;
  const double cpuBefore = cpuSeconds();
  const double began = wallSeconds();
  for (const auto& lane : lanes) {
    threads.emplace_back([&] { sum += lane->run(work, pieces, pieces.size() * repeat, next); });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = wallSeconds() - began;
  std::printf("{\"what\": \"%s\", \"gb\": %.2f, \"gb_per_second\": %.2f, \"cpu_seconds_per_gb\": %.4f, \"sum\": \"%016llx\"}\n",
              name, gigabytes, gigabytes / seconds, (cpuSeconds() - cpuBefore) / gigabytes,
              static_cast<unsigned long long>(sum));
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) fail("expected THREADS_PER_GPU GPUS REPEAT FILE...");
  const int gpus = std::atoi(arguments[2]);
  const int threads = std::atoi(arguments[1]) * gpus;
  const int repeat = std::atoi(arguments[3]);
  int found = 0;
  CHECK(cudaGetDeviceCount(&found));
  if (gpus < 1 || gpus > found) fail("expected 1 to " + std::to_string(found) + " GPUs, found " + arguments[2]);
  if (threads < 1 || repeat < 1) fail("expected one thread and one time, or more");

  std::vector<Piece> pieces;
  for (int n = 4; n < count; n++) {
    const int file = open(arguments[n], O_RDONLY);
    if (file < 0) fail(std::string("cannot open ") + arguments[n]);
    for (const Piece& piece : piecesOf(file)) pieces.push_back(piece);
  }
  std::vector<std::unique_ptr<Lane>> lanes;
  for (int n = 0; n < threads; n++) lanes.push_back(std::make_unique<Lane>(n % gpus));

  measure("read", Work::kRead, lanes, pieces, repeat);
  measure("read+copy", Work::kCopy, lanes, pieces, repeat);
  measure("read+copy+hash", Work::kHash, lanes, pieces, repeat);
  return 0;
}
