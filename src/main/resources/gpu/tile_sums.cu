/*
 * The two sums of tiles, for cuDF's transform: it runs any function over the rows of a column, one thread a row.
 * A row is the address of one lane: byte `address` of a table of descriptors, of 64 bytes and so of 64 lanes a tile.
 * Lanes 0 to 31 add to the tile's second sum, lanes 32 to 63 to its first; the sums stand in the descriptor, which
 * goes back to the host. What a row returns is of no use.
 *
 * A plain tile is 32 KiB of a tensor, less at its end. A tile of a weight in block-quantized FP8 is half of that, and
 * summed as the bf16 bytes that the engine makes of it. Up to three bytes before a tile are read with it.
 *
 * io.shardsum.source.sums.TileTable and ScaleArea write what is read here; io.shardsum.checksum has the rule.
 */
__device__ inline void tile_sums(int* unused, long address)
{
  struct scaled {
    unsigned long columns;       // of a matrix of the weight
    unsigned long rows;          // of a matrix of the weight
    unsigned long block;         // rows and columns that share a scale
    unsigned long first_row;     // of the chunk's first element, within its matrix
    unsigned long first_column;  // of the chunk's first element
    unsigned long block_rows;    // rows of scales of a matrix
    unsigned long stride;        // scales in a row of those that follow
    unsigned long first_block;   // column of blocks of the first one that follows
    // float scales[]: the rows of blocks that the chunk touches, in their order
  };
  struct tile {
    unsigned long data;    // address of the tile's first byte
    unsigned bytes;        // length as stored
    unsigned first_word;   // index of the tile's first word within what is summed, modulo 2^32
    unsigned second, first;  // the sums
    unsigned nan;          // the first element that is NaN, from the tile's first; 0xFFFFFFFF: none
    unsigned element;      // of FP8: the tile's first element, from the chunk's first
    unsigned long scales;  // of FP8: address of what is said of the chunk, else 0
  };
  struct alignas(16) quad {
    unsigned w[4];
  };
  auto* t                 = reinterpret_cast<tile*>(address & ~63L);
  unsigned const lane     = address & 31;
  bool const first        = (address & 32) != 0;
  unsigned const factor   = first ? 0x27D4EB2Du : 0x165667B1u;
  unsigned const seed     = first ? 0x243F6A88u : 0x02C74EE7u;
  unsigned const distance = first ? 15 : 13;

  auto mix = [=](unsigned word, unsigned i) {
    unsigned x = word ^ (i * factor + seed) ^ ((i << distance) | (i >> (32 - distance)));
    x ^= x >> 16;
    x *= 0x85EBCA6Bu;
    x ^= x >> 13;
    x *= 0xC2B2AE35u;
    x ^= x >> 16;
    return x;
  };

  unsigned total          = 0;
  unsigned const bytes    = t->bytes;
  unsigned const word0    = t->first_word;
  unsigned long const at  = t->data;
  if (t->scales == 0) {
    unsigned begin = 0;  // from this word on, words are taken one by one
    if (at % 16 == 0) {
      auto const* quads    = reinterpret_cast<quad const*>(at);
      unsigned const count = bytes / 16;
#pragma unroll 4
      for (unsigned q = lane; q < count; q += 32) {
        quad const v     = quads[q];
        unsigned const i = word0 + 4 * q;
        total += mix(v.w[0], i) + mix(v.w[1], i + 1) + mix(v.w[2], i + 2) + mix(v.w[3], i + 3);
      }
      begin = 4 * count;
    }
    auto const* words   = reinterpret_cast<unsigned const*>(at & ~3UL);
    unsigned const skip = at & 3;
    for (unsigned w = begin + lane; 4 * w < bytes; w += 32) {
      unsigned const left = bytes - 4 * w;
      unsigned v          = 0;
      if (left >= 8) {
        v = words[w] >> (8 * skip);
        if (skip != 0) { v |= words[w + 1] << (8 * (4 - skip)); }
      } else {  // what lies behind the tile need not be there
        auto const* last = reinterpret_cast<unsigned char const*>(at + 4 * w);
        for (unsigned k = 0; k < 4 && k < left; k++) {
          v |= static_cast<unsigned>(last[k]) << (8 * k);
        }
      }
      total += mix(v, word0 + w);
    }
  } else {
    auto const* s      = reinterpret_cast<scaled const*>(t->scales);
    auto const* scales = reinterpret_cast<float const*>(s + 1);
    unsigned nan       = 0xFFFFFFFFu;

    // The scale of the element so many behind the chunk's first.
    auto scale_of = [=](unsigned long behind) {
      unsigned long const place  = s->first_column + behind;
      unsigned long const row    = s->first_row + place / s->columns;
      unsigned long const column = place % s->columns;
      unsigned long const down   = row / s->rows * s->block_rows + row % s->rows / s->block - s->first_row / s->block;
      return scales[down * s->stride + column / s->block - s->first_block];
    };
    // Exact widening, one product, one rounding to the nearest, ties to even.
    auto brain = [&](unsigned byte, float scale, unsigned index) {
      unsigned const magnitude = (byte & 0x7F) << 20;
      float widened;
      memcpy(&widened, &magnitude, 4);
      float const product = widened * 0x1p120f * ((byte & 0x80) != 0 ? -scale : scale);
      unsigned bits;
      memcpy(&bits, &product, 4);
      bool const number = (byte & 0x7F) != 0x7F && (bits & 0x7FFFFFFF) <= 0x7F800000;
      if (!number && index < nan) { nan = index; }
      return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    };

    unsigned begin = 0;  // from this element on, words are taken one by one
    if (at % 16 == 0 && s->columns % 16 == 0 && s->block % 16 == 0 && (s->first_column + t->element) % 16 == 0) {
      auto const* quads    = reinterpret_cast<quad const*>(at);
      unsigned const count = bytes / 16;
      for (unsigned q = lane; q < count; q += 32) {
        quad const v      = quads[q];
        float const scale = scale_of(t->element + 16UL * q);
#pragma unroll
        for (unsigned k = 0; k < 4; k++) {
          unsigned const e = 16 * q + 4 * k;
          unsigned const b = v.w[k];
          unsigned const i = word0 + 8 * q + 2 * k;
          total += mix(brain(b & 0xFF, scale, e) | brain((b >> 8) & 0xFF, scale, e + 1) << 16, i);
          total += mix(brain((b >> 16) & 0xFF, scale, e + 2) | brain(b >> 24, scale, e + 3) << 16, i + 1);
        }
      }
      begin = 16 * count;
    }
    auto const* elements = reinterpret_cast<unsigned char const*>(at);
    for (unsigned e = begin + 2 * lane; e < bytes; e += 64) {
      unsigned word = brain(elements[e], scale_of(t->element + e), e);
      if (e + 1 < bytes) { word |= brain(elements[e + 1], scale_of(t->element + e + 1), e + 1) << 16; }
      total += mix(word, word0 + e / 2);
    }
    if (nan != 0xFFFFFFFFu) { atomicMin(&t->nan, nan); }
  }
  atomicAdd(first ? &t->first : &t->second, total);
  *unused = 0;
}
