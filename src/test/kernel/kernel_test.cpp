/*
 * Runs gpu/tile_sums.cu on a CPU, lane by lane, under sanitizers: kernel_test GOLDEN_DIRECTORY
 *
 * Prints a line for each failure, and exits with 1 if there are any. The first one that a sanitizer sees ends the run.
 */
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#ifndef __SANITIZE_ADDRESS__
#error "Build it with -fsanitize=address: without, reads of wrong memory are not seen"
#endif

/** Leaks are of no interest, and a container may not be allowed to look for them. */
extern "C" char const* __asan_default_options() { return "detect_leaks=0:handle_abort=1"; }

/** So that AddressSanitizer ends the run, and says at what. */
extern "C" char const* __ubsan_default_options() { return "abort_on_error=1"; }

#define __device__

static unsigned atomicAdd(unsigned* at, unsigned value)
{
  unsigned const before = *at;
  *at += value;
  return before;
}

static unsigned atomicMin(unsigned* at, unsigned value)
{
  unsigned const before = *at;
  *at                   = std::min(before, value);
  return before;
}

#include "tile_sums.cu"

namespace {

using std::size_t;
using u32   = std::uint32_t;
using u64   = std::uint64_t;
using Bytes = std::vector<unsigned char>;

constexpr size_t TILE_BYTES    = 32 * 1024;
constexpr size_t TILE_ELEMENTS = TILE_BYTES / 2;
constexpr size_t MOST_SHIFT    = 16;  // addresses are tried from a multiple of 64 to so many bytes behind it
constexpr u32 NO_NAN           = 0xFFFFFFFF;

/* What is counted and said. */

int failures;
char running[512];

[[gnu::format(printf, 1, 2)]] void fail(char const* format, ...)
{
  failures++;
  std::printf("FAILED %s: ", running);
  va_list arguments;
  va_start(arguments, format);
  std::vprintf(format, arguments);
  va_end(arguments);
  std::printf("\n");
}

[[gnu::format(printf, 1, 2)]] void now(char const* format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(running, sizeof running, format, arguments);
  va_end(arguments);
}

/* The sums, straight from the rule. */

struct Sums {
  u32 first  = 0;
  u32 second = 0;
  u32 nan    = NO_NAN;

  bool operator==(Sums const&) const = default;
};

u32 fmix(u32 x)
{
  x ^= x >> 16;
  x *= 0x85EBCA6B;
  x ^= x >> 13;
  x *= 0xC2B2AE35;
  x ^= x >> 16;
  return x;
}

constexpr u32 FIRST_SEED  = 0x243F6A88;
constexpr u32 SECOND_SEED = static_cast<u32>(FIRST_SEED * 0x9E3779B1UL) ^ 0xDEADBEEF;

/** Of bytes, with zeros up to a whole word. */
Sums sums_of(unsigned char const* bytes, size_t length, u32 first_word)
{
  Sums sums;
  for (size_t at = 0; at < length; at += 4) {
    u32 word = 0;
    for (size_t k = 0; k < std::min<size_t>(4, length - at); k++) {
      word += u32{bytes[at + k]} << (8 * k);
    }
    u32 const i = first_word + static_cast<u32>(at / 4);
    sums.first += fmix(word ^ (i * 0x27D4EB2D + FIRST_SEED) ^ std::rotl(i, 15));
    sums.second += fmix(word ^ (i * 0x165667B1 + SECOND_SEED) ^ std::rotl(i, 13));
  }
  return sums;
}

u64 of_tile(Sums sums, size_t tensor_bytes)
{
  u32 const padded = static_cast<u32>((tensor_bytes + 3) / 4 * 4);
  return u64{fmix(sums.first ^ padded)} << 32 | fmix(sums.second ^ padded);
}

std::string finished(u64 sum)
{
  sum = (sum ^ sum >> 30) * 0xBF58476D1CE4E5B9;
  sum = (sum ^ sum >> 27) * 0x94D049BB133111EB;
  sum ^= sum >> 31;
  char hex[17];
  std::snprintf(hex, sizeof hex, "%016lx", sum);
  return hex;
}

/* Calls of the function, with memory as the job lays it out. */

/** Memory of which only some bytes may be read, and up to three before them: the rest of their first aligned word. */
class Guarded {
 public:
  explicit Guarded(size_t most_bytes)
    : size_((most_bytes + MOST_SHIFT + 3 * 64) / 64 * 64),
      memory_(static_cast<unsigned char*>(std::aligned_alloc(64, size_)))
  {
  }

  ~Guarded()
  {
    ASAN_UNPOISON_MEMORY_REGION(memory_, size_);
    std::free(memory_);
  }

  Guarded(Guarded const&)            = delete;
  Guarded& operator=(Guarded const&) = delete;

  /**
   * Returns the address of a copy of bytes, so many behind a multiple of 64. What lies around it is not zero. Any
   * read behind it is seen; one before it is not, where the first word is the upper half of 8 bytes.
   */
  u64 place(unsigned char const* bytes, size_t length, size_t shift)
  {
    ASAN_UNPOISON_MEMORY_REGION(memory_, size_);
    unsigned char* const begin = memory_ + 64 + shift;
    std::memset(memory_, 0xA5, 64 + shift);
    std::memcpy(begin, bytes, length);
    std::memset(begin + length, 0xA5, std::min<size_t>(64, memory_ + size_ - begin - length));
    ASAN_POISON_MEMORY_REGION(memory_, size_);
    unsigned char* const words = begin - shift % 4;
    ASAN_UNPOISON_MEMORY_REGION(words, shift % 4 + length);
    return reinterpret_cast<u64>(begin);
  }

 private:
  size_t const size_;
  unsigned char* const memory_;
};

/** Numbers at byte offsets, as a Java ByteBuffer writes them. */
template <typename T>
void put(unsigned char* bytes, size_t offset, T value)
{
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(bytes + offset, &value, sizeof value);
}

u32 get(unsigned char const* bytes, size_t offset)
{
  u32 value;
  std::memcpy(&value, bytes + offset, sizeof value);
  return value;
}

/** Calls the function for all lanes of a tile, whose descriptor is laid out as TileTable's javadoc says. */
Sums run_tile(u64 data, size_t bytes, u32 first_word, size_t element, u64 scales)
{
  alignas(64) std::array<unsigned char, 64> tile;
  tile.fill(0xA5);
  put<u64>(tile.data(), 0, data);
  put<u32>(tile.data(), 8, static_cast<u32>(bytes));
  put<u32>(tile.data(), 12, first_word);
  put<u32>(tile.data(), 16, 0);
  put<u32>(tile.data(), 20, 0);
  put<u32>(tile.data(), 24, NO_NAN);
  put<u32>(tile.data(), 28, static_cast<u32>(element));
  put<u64>(tile.data(), 32, scales);
  auto const before = tile;
  for (size_t lane = 0; lane < tile.size(); lane++) {
    int unused;
    tile_sums(&unused, reinterpret_cast<long>(tile.data() + lane));
  }
  if (!std::equal(before.begin(), before.begin() + 16, tile.begin())
      || !std::equal(before.begin() + 28, before.end(), tile.begin() + 28)) {
    fail("changed the descriptor outside of its sums");
  }
  return {.first = get(tile.data(), 20), .second = get(tile.data(), 16), .nan = get(tile.data(), 24)};
}

/* Plain tiles. */

Bytes read(std::string const& path)
{
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::printf("Cannot read %s\n", path.c_str());
    std::exit(1);
  }
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

std::string checksum(unsigned char const* bytes, size_t length, size_t shift, Guarded& memory)
{
  u64 sum = 0;
  for (size_t at = 0; at < length; at += TILE_BYTES) {
    size_t const count = std::min(TILE_BYTES, length - at);
    u64 const data     = memory.place(bytes + at, count, shift);
    Sums const sums    = run_tile(data, count, static_cast<u32>(at / 4), 0, 0);
    if (sums.nan != NO_NAN) { fail("found a NaN in plain bytes"); }
    sum += of_tile(sums, length);
  }
  return finished(sum);
}

int check_golden(std::string const& directory)
{
  Bytes const bytes = read(directory + "/bytes.bin");
  Bytes const text  = read(directory + "/tensor-checksums.csv");
  std::istringstream lines(std::string(text.begin(), text.end()));
  Guarded memory(TILE_BYTES);
  std::string line;
  std::getline(lines, line);
  if (line != "offset_bytes,length_bytes,sglang,sha256") { fail("the columns of the checksums are %s", line.c_str()); }
  int slices = 0;
  for (; std::getline(lines, line); slices++) {
    size_t offset;
    size_t length;
    char expected[17];
    now("golden slice %s", line.c_str());
    if (std::sscanf(line.c_str(), "%zu,%zu,%16[0-9a-f],", &offset, &length, expected) != 3
        || offset + length > bytes.size()) {
      fail("this is no slice of the bytes");
      continue;
    }
    for (size_t shift = 0; shift <= MOST_SHIFT; shift++) {
      now("golden slice %zu,%zu at address 64 n + %zu", offset, length, shift);
      std::string const found = checksum(bytes.data() + offset, length, shift, memory);
      if (found != expected) {
        fail("expected %s, found %s", expected, found.c_str());
        break;
      }
    }
  }
  if (slices == 0) { fail("there is no golden slice"); }
  return slices;
}

/** A sequence of numbers that is the same everywhere. */
u64 hash(u64 x)
{
  x += 0x9E3779B97F4A7C15;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
  x = (x ^ x >> 27) * 0x94D049BB133111EB;
  return x ^ x >> 31;
}

class Random {
 public:
  explicit Random(u64 seed) : state_(hash(seed)) {}

  u64 next() { return hash(state_++); }
  u64 below(u64 end) { return next() % end; }

 private:
  u64 state_;
};

/** Tiles that lie anywhere in a tensor: the golden slices are too short for large indices. */
int check_places()
{
  int tiles = 0;
  Random random(1);
  Bytes bytes(TILE_BYTES);
  std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<unsigned char>(random.next()); });
  std::vector<size_t> lengths = {511, 512, 513, 2047, 2048, 2049, TILE_BYTES - 1, TILE_BYTES};
  for (size_t length = 1; length < 70; length++) {
    lengths.push_back(length);
  }
  Guarded memory(TILE_BYTES);
  for (size_t const length : lengths) {
    for (u32 const first_word : {0u, 8192u, 0x7FFFE000u, 0x80000000u, 0xABCDE000u, 0xFFFFE000u}) {
      Sums const expected = sums_of(bytes.data(), length, first_word);
      for (size_t shift = 0; shift <= MOST_SHIFT; shift++, tiles++) {
        now("plain tile of %zu bytes at word %u, address 64 n + %zu", length, first_word, shift);
        if (run_tile(memory.place(bytes.data(), length, shift), length, first_word, 0, 0) != expected) {
          fail("the sums are wrong");
          break;
        }
      }
    }
  }
  return tiles;
}

/* Dequantized elements, in arithmetic that is exact until it rounds. */

/** NaN for the two bytes that are. */
double e4m3(unsigned byte)
{
  int const exponent  = byte >> 3 & 15;
  int const mantissa  = byte & 7;
  double const number = exponent == 0 ? std::ldexp(mantissa, -9) : std::ldexp(8 + mantissa, exponent - 10);
  double const value  = (byte & 0x7F) == 0x7F ? NAN : number;
  return byte < 0x80 ? value : -value;
}

/** To the nearest number of so many binary digits in the range of float32, ties to even; subnormal ones have fewer. */
double rounded(double value, int digits)
{
  if (value == 0 || !std::isfinite(value)) { return value; }
  int const exponent  = std::max(std::ilogb(value), -126);
  double const step   = std::ldexp(1, exponent - digits + 1);
  double const result = std::nearbyint(value / step) * step;
  return std::abs(result) < 0x1p128 ? result : std::copysign(INFINITY, result);
}

/** The product as float32, NaN included. The product of doubles is exact. */
double product(unsigned byte, float scale) { return rounded(e4m3(byte) * static_cast<double>(scale), 24); }

/** The bits of bf16. */
unsigned brain_of(double product)
{
  return std::bit_cast<u32>(static_cast<float>(rounded(product, 8))) >> 16;
}

/* Weights and their scales. They are made where they are looked at, so that a weight can be larger than memory. */

enum class Scales { PLAIN, WIDE, TIES, INFINITE, NANS };
enum class Elements { NUMBERS, NOT_ZERO, SMALL, NANS };

struct Kind {
  char const* name;
  Scales scales;
  Elements elements;
};

constexpr Kind KINDS[] = {
  {"plain scales", Scales::PLAIN, Elements::NUMBERS},
  {"any finite scales", Scales::WIDE, Elements::NUMBERS},
  {"any finite scales, small elements", Scales::WIDE, Elements::SMALL},
  {"ties", Scales::TIES, Elements::NUMBERS},
  {"infinite scales", Scales::INFINITE, Elements::NOT_ZERO},
  {"infinite scales and zeros", Scales::INFINITE, Elements::NUMBERS},
  {"elements that are NaN", Scales::PLAIN, Elements::NANS},
  {"scales that are NaN", Scales::NANS, Elements::NUMBERS},
};

float with_sign(u64 random, double magnitude)
{
  return static_cast<float>((random >> 60) == 0 ? -magnitude : magnitude);
}

float finite(u64 random)
{
  u32 const bits = static_cast<u32>(random);
  return std::bit_cast<float>((bits & 0x7F800000) == 0x7F800000 ? bits ^ 0x40000000 : bits);
}

float plain(u64 random)
{
  return with_sign(random, std::ldexp(1 + static_cast<double>(random & 0xFFFFFF) / 0x1p24, random >> 32 & 7) / 4096);
}

/** Of few digits, so that products lie between two results; or one that makes a product round to such a place. */
float tie(u64 random)
{
  double const half    = (257 + 2 * static_cast<double>(random & 127)) / 256;
  double const element = 8 + static_cast<double>(random >> 8 & 7);
  double const divisor = (random >> 16 & 1) == 0 ? 8 : element;
  int const exponent   = (random >> 17 & 3) == 0 ? -128 : static_cast<int>(random >> 20 & 7);
  return with_sign(random, std::ldexp(half * 8 / divisor, exponent));
}

float scale_of(Scales kind, u64 random)
{
  bool const seldom = (random >> 40 & 15) == 0;
  switch (kind) {
    case Scales::PLAIN: return plain(random);
    case Scales::WIDE: return finite(random);
    case Scales::TIES: return tie(random);
    case Scales::INFINITE: return seldom ? with_sign(random, INFINITY) : finite(random);
    case Scales::NANS: return seldom ? std::bit_cast<float>(0x7FC00000 | static_cast<u32>(random)) : plain(random);
  }
  std::abort();
}

unsigned char element_of(Elements kind, u64 random)
{
  unsigned const magnitude = random % 0x7F;  // the last one is NaN
  unsigned const sign      = random >> 32 & 0x80;
  switch (kind) {
    case Elements::NUMBERS: return static_cast<unsigned char>(sign | magnitude);
    case Elements::NOT_ZERO: return static_cast<unsigned char>(sign | std::max(1u, magnitude));
    case Elements::SMALL: return static_cast<unsigned char>(sign | magnitude % 10);  // 8 and 9 are not subnormal
    case Elements::NANS: return static_cast<unsigned char>(sign | ((random >> 48) % 1500 == 0 ? 0x7F : magnitude));
  }
  std::abort();
}

struct Weight {
  u64 matrices;
  u64 rows;
  u64 columns;
  u64 block;
  Kind kind;

  u64 elements() const { return matrices * rows * columns; }
  u64 block_rows() const { return (rows + block - 1) / block; }

  float scale(u64 matrix, u64 block_row, u64 block_column) const
  {
    return scale_of(kind.scales, hash(hash(hash(matrix) + block_row) + block_column));
  }

  float scale_of_element(u64 element) const
  {
    u64 const matrix = element / (rows * columns);
    u64 const row    = element / columns % rows;
    return scale(matrix, row / block, element % columns / block);
  }

  unsigned char element(u64 element) const { return element_of(kind.elements, hash(~element)); }
};

/** What is said of a chunk, laid out as ScaleArea's javadoc says: only the scales that it touches follow. */
class Area {
 public:
  Area(Weight const& weight, u64 first, u64 count)
  {
    u64 const last          = first + count - 1;
    bool const one_row      = first / weight.columns == last / weight.columns;
    u64 const first_block   = one_row ? first % weight.columns / weight.block : 0;
    u64 const last_block    = (one_row ? last % weight.columns : weight.columns - 1) / weight.block;
    u64 const stride        = last_block - first_block + 1;
    auto const block_row_of = [&](u64 element) {
      u64 const row = element / weight.columns;
      return row / weight.rows * weight.block_rows() + row % weight.rows / weight.block;
    };
    u64 const before = block_row_of(first);
    u64 const end    = block_row_of(last) + 1;
    bytes_.resize(GAP + 64);
    bytes_.reserve(GAP + 64 + 4 * stride * (end - before));
    u64 const head[] = {
      weight.columns,
      weight.rows,
      weight.block,
      first / weight.columns % weight.rows,
      first % weight.columns,
      weight.block_rows(),
      stride,
      first_block,
    };
    std::memcpy(bytes_.data() + GAP, head, sizeof head);
    for (u64 down = before; down < end; down++) {
      for (u64 across = first_block; across <= last_block; across++) {
        float const scale = weight.scale(down / weight.block_rows(), down % weight.block_rows(), across);
        bytes_.resize(bytes_.size() + 4);
        put(bytes_.data(), bytes_.size() - 4, scale);
      }
    }
  }

  u64 address() const { return reinterpret_cast<u64>(bytes_.data()) + GAP; }

 private:
  static constexpr size_t GAP = 8;  // it begins at a multiple of 8, not of 16
  Bytes bytes_;                     // its memory ends with the last scale
};

int fp8_tiles;
int fp8_tiles_of_nan;

void check_chunk(Weight const& weight, u64 first, u64 count, Guarded& memory)
{
  Area const area(weight, first, count);
  for (u64 element = 0; element < count; element += TILE_ELEMENTS) {
    u64 const length = std::min(TILE_ELEMENTS, count - element);
    Bytes stored(length);
    Bytes dequantized(2 * length);
    u32 nan = NO_NAN;
    for (u64 e = 0; e < length; e++) {
      u64 const index    = first + element + e;
      stored[e]          = weight.element(index);
      double const value = product(stored[e], weight.scale_of_element(index));
      put(dequantized.data(), 2 * e, static_cast<std::uint16_t>(brain_of(value)));
      if (std::isnan(value) && nan == NO_NAN) { nan = static_cast<u32>(e); }
    }
    u32 const first_word = static_cast<u32>((first + element) / 2);
    Sums const expected  = sums_of(dequantized.data(), dequantized.size(), first_word);
    for (size_t shift = 0; shift <= MOST_SHIFT; shift++) {
      now("FP8 [%lu, %lu, %lu], block %lu, %s, chunk of %lu elements from %lu, tile from its %lu, address 64 n + %zu",
          weight.matrices, weight.rows, weight.columns, weight.block, weight.kind.name, count, first, element, shift);
      u64 const data   = memory.place(stored.data(), length, shift);
      Sums const found = run_tile(data, length, first_word, element, area.address());
      fp8_tiles++;
      fp8_tiles_of_nan += nan != NO_NAN;
      if (found.nan != nan) {
        fail("expected its first NaN at %d, found it at %d", static_cast<int>(nan), static_cast<int>(found.nan));
        break;
      }
      if (nan == NO_NAN && found != expected) {  // else the bytes, and so the sums, depend on the device
        fail("the sums are wrong");
        break;
      }
    }
  }
}

/** From an element on, at most so many. Where rows are too long for a table of their scales, only one row. */
void check_chunk_at(Weight const& weight, u64 first, u64 most, Guarded& memory)
{
  if (first >= weight.elements()) { return; }
  u64 const left = weight.elements() - first;
  u64 const row  = weight.columns <= 1UL << 20 ? left : weight.columns - first % weight.columns;
  check_chunk(weight, first, std::min({most, left, row}), memory);
}

/** A multiple that is so many elements before an end, or a bit more, or 0. */
u64 ahead(u64 end, u64 distance, u64 multiple) { return (std::max(end, distance) - distance) / multiple * multiple; }

struct Shape {
  u64 matrices;
  u64 rows;
  u64 columns;
  u64 block;
};

constexpr Shape SHAPES[] = {
  {1, 300, 512, 128},                      // ragged rows
  {1, 128, 128, 128},                      // one block
  {5, 200, 256, 128},                      // the block does not divide the rows of a matrix
  {9, 3, 64, 16},                          // nor these, fewer than a block
  {4, 37, 80, 16},
  {3, 50, 96, 32},
  {3, 50, 48, 24},                         // 16 elements in two blocks, though columns are a multiple of 16
  {3, 50, 72, 24},                         // columns that are not
  {3, 31, 63, 7},
  {3, 29, 112, 7},
  {2, 41, 37, 1},
  {2, 41, 48, 1},
  {40, 1, 37, 37},                         // matrices of one row
  {1, 1, 1, 1},
  {1, 4, 40960, 128},                      // rows longer than a tile
  {3, 7, (1UL << 36) + 128, 128},          // numbers of more than 32 bits: columns
  {3, 7, (1UL << 36) + 1, 1},
  {3, (1UL << 34) + 5, 64, 16},            // rows
  {1UL << 34, 5, 48, 24},                  // matrices
};

void check_fp8()
{
  Guarded memory(TILE_BYTES);
  Random random(2);
  for (Shape const& shape : SHAPES) {
    for (Kind const& kind : KINDS) {
      Weight const weight{shape.matrices, shape.rows, shape.columns, shape.block, kind};
      u64 const elements = weight.elements();
      check_chunk_at(weight, 0, 2 * TILE_ELEMENTS + 1 + 2 * random.below(500), memory);
      for (u64 const most : {1UL, 2UL, 3UL, 15UL, 16UL, 17UL, 31UL, 333UL, 1024UL}) {
        check_chunk_at(weight, random.below(elements) & ~1UL, most, memory);
        check_chunk_at(weight, random.below(elements) & ~15UL, most, memory);
      }
      // Around the ends of a row, a matrix, and the weight.
      for (u64 const end : {shape.columns, shape.rows * shape.columns, elements}) {
        for (u64 const before : {16UL, 32UL, 160UL, 902UL}) {
          check_chunk_at(weight, ahead(end, before, 2), before + 1 + random.below(400), memory);
          check_chunk_at(weight, ahead(end, before, 16), before + 1 + random.below(400), memory);
        }
      }
    }
    Weight const weight{shape.matrices, shape.rows, shape.columns, shape.block, KINDS[0]};
    u64 const end = weight.elements();
    check_chunk_at(weight, ahead(end, 40002, 2), 40003, memory);
    check_chunk_at(weight, ahead(end, 40000, 16), TILE_ELEMENTS + 16, memory);
  }
}

/* Single elements, whose bits were worked out by hand. */

struct Example {
  unsigned char byte;
  float scale;
  unsigned bits;
};

constexpr Example EXAMPLES[] = {
  {0x38, 1.0f, 0x3F80},            // 1
  {0xB8, 1.0f, 0xBF80},
  {0x7E, 1.0f, 0x43E0},            // 448, the largest
  {0x08, 1.0f, 0x3C80},            // 2^-6, the smallest that is not subnormal
  {0x07, 1.0f, 0x3C60},            // 7 * 2^-9
  {0x01, 1.0f, 0x3B00},            // 2^-9
  {0x00, 1.0f, 0x0000},
  {0x80, 1.0f, 0x8000},            // negative zero
  {0x80, -1.0f, 0x0000},
  {0x00, -1.0f, 0x8000},
  {0x38, 0x1.01p0f, 0x3F80},       // ties: to the even one below,
  {0x38, 0x1.03p0f, 0x3F82},       // and above
  {0x38, 0x1.010002p0f, 0x3F81},   // a bit more than a tie,
  {0x38, 0x1.00FFFEp0f, 0x3F80},   // and less
  {0x39, 0x1.C8E390p-1f, 0x3F80},  // rounds to the first tie, from above,
  {0x39, 0x1.CC71C6p-1f, 0x3F82},  // and to the second one, from below: rounded once, both were 0x3F81
  {0x7E, 0x1p127f, 0x7F80},        // too large
  {0xFE, 0x1p127f, 0xFF80},
  {0x38, 0x1.FEFFFEp127f, 0x7F7F},  // the largest scale that does not become infinite,
  {0x38, 0x1.FFp127f, 0x7F80},     // and the smallest that does
  {0x38, INFINITY, 0x7F80},
  {0xB8, INFINITY, 0xFF80},
  {0x01, 0x1p-124f, 0x0001},       // 2^-133, the smallest result
  {0x01, 0x1p-125f, 0x0000},       // half of it: a tie
  {0x03, 0x1p-125f, 0x0002},       // 1.5 of it: a tie
  {0x38, 0x1p-149f, 0x0000},       // the smallest scale
  {0x7E, 0x1p-149f, 0x0000},       // 448 * 2^-149 < 2^-140
  {0x7E, 0x1p-142f, 0x0001},       // 448 * 2^-142 = 0.875 * 2^-133
};

int check_examples()
{
  Guarded memory(1);
  for (Example const& example : EXAMPLES) {
    now("element 0x%02X of scale %a", example.byte, example.scale);
    unsigned const computed = brain_of(product(example.byte, example.scale));
    if (computed != example.bits) { fail("expected 0x%04X, this test computes 0x%04X", example.bits, computed); }
    Bytes area(64 + 4);
    u64 const head[] = {1, 1, 1, 0, 0, 1, 1, 0};
    std::memcpy(area.data(), head, sizeof head);
    put(area.data(), 64, example.scale);
    unsigned char const bytes[] = {
      static_cast<unsigned char>(example.bits), static_cast<unsigned char>(example.bits >> 8)};
    Sums const found = run_tile(memory.place(&example.byte, 1, 0), 1, 0, 0, reinterpret_cast<u64>(area.data()));
    if (found != sums_of(bytes, 2, 0)) { fail("the sums are not those of 0x%04X", example.bits); }
  }
  return std::size(EXAMPLES);
}

}  // namespace

int main(int count, char** arguments)
{
  if (count != 2) {
    std::printf("Usage: kernel_test GOLDEN_DIRECTORY\n");
    return 1;
  }
  std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // a sanitizer ends the run without a flush
  __sanitizer_set_death_callback([] { fail("a sanitizer ended the run, see its report"); });
  int const slices   = check_golden(arguments[1]);
  int const places   = check_places();
  int const examples = check_examples();
  check_fp8();
  now("all of FP8");
  if (fp8_tiles_of_nan == 0 || fp8_tiles_of_nan == fp8_tiles) { fail("expected tiles with NaN, and tiles without"); }
  std::printf("%d golden slices at %zu addresses, %d plain tiles, %d elements, %d tiles of FP8 (%d with NaN): "
              "%d failures\n",
              slices,
              MOST_SHIFT + 1,
              places,
              examples,
              fp8_tiles,
              fp8_tiles_of_nan,
              failures);
  return failures == 0 ? 0 : 1;
}
