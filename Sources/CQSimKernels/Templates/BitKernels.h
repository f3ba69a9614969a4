// Kernels on rows of bits, in vectors of eight words; see CQSimBitKernels.h.

struct BitKernels {
  typedef uint64_t Words __attribute__((vector_size(64)));
  typedef uint64_t UnalignedWords __attribute__((vector_size(64), aligned(8), may_alias));
  typedef double Numbers __attribute__((vector_size(64)));

  QK_BITS_INLINE Words load(const uint64_t *from) {
    return *reinterpret_cast<const UnalignedWords *>(from);
  }
  QK_BITS_INLINE void store(uint64_t *to, Words value) {
    *reinterpret_cast<UnalignedWords *>(to) = value;
  }

  static void addRows(uint64_t *rows, size_t width, const uint32_t *pairs, size_t count) {
    if (width == 8) return addRowsOf<1>(rows, pairs, count);
    if (width == 16) return addRowsOf<2>(rows, pairs, count);
    for (size_t i = 0; i < count; ++i) {
      uint64_t *to = rows + pairs[2 * i] * width;
      const uint64_t *from = rows + pairs[2 * i + 1] * width;
      for (size_t w = 0; w < width; w += 8) store(to + w, load(to + w) ^ load(from + w));
    }
  }

  template <size_t N>
  QK_BITS_INLINE void addRowsOf(uint64_t *rows, const uint32_t *pairs, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      uint64_t *to = rows + pairs[2 * i] * (8 * N);
      const uint64_t *from = rows + pairs[2 * i + 1] * (8 * N);
      for (size_t w = 0; w < 8 * N; w += 8) store(to + w, load(to + w) ^ load(from + w));
    }
  }

  // xoshiro256++ [BlackmanVigna21], eight side by side.
  struct Random {
    Words s0, s1, s2, s3;

    explicit Random(const uint64_t *state)
        : s0(load(state)), s1(load(state + 8)), s2(load(state + 16)), s3(load(state + 24)) {}

    void save(uint64_t *state) const {
      store(state, s0);
      store(state + 8, s1);
      store(state + 16, s2);
      store(state + 24, s3);
    }

    QK_BITS_INLINE Words rotated(Words v, int k) { return (v << k) | (v >> (64 - k)); }

    __attribute__((always_inline)) Words next() {
      const Words result = rotated(s0 + s3, 23) + s0;
      const Words shifted = s1 << 17;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = rotated(s3, 45);
      return result;
    }
  };

  static void collapseRows(uint64_t *rows, size_t width, const uint32_t *pairs, size_t count,
                           uint64_t *records, int32_t clears, uint64_t *state) {
    Random random(state);
    for (size_t i = 0; i < count; ++i) {
      uint64_t *read = rows + pairs[2 * i] * width;
      uint64_t *gauge = rows + pairs[2 * i + 1] * width;
      for (size_t w = 0; w < width; w += 8) {
        if (records != nullptr) store(records + i * width + w, load(read + w));
        if (clears) store(read + w, Words{});
        store(gauge + w, random.next());
      }
    }
    random.save(state);
  }

  static void randomWords(uint64_t *state, uint64_t *out, size_t count) {
    Random random(state);
    for (size_t i = 0; i < count; ++i) store(out + 8 * i, random.next());
    random.save(state);
  }

  // -log u for u = (2j + 1)/2^53 with j the high 52 bits of a random word, to a relative error of 10^-12:
  // u = 2^k m with m between sqrt(1/2) and sqrt(2), and log m = 2 artanh((m - 1)/(m + 1)).
  // Never contracted to fused multiply-adds, so that every instruction set gives the same numbers.
  static void exponentials(uint64_t *state, double *out, size_t count) {
#pragma clang fp contract(off)
    Random random(state);
    for (size_t i = 0; i < count; ++i) {
      const Words one = Words{} + 0x3ff0000000000000;
      const Numbers u = reinterpret_cast<Numbers>((random.next() >> 12) | one) - (1 - 0x1p-53);
      const Words bits = reinterpret_cast<Words>(u);
      // Adding 2^62 keeps the difference from sqrt(1/2) positive, so that the shift need not be arithmetic.
      const Words exponent = (bits - 0x3fe6a09e667f3bcd + (1ull << 62)) >> 52;
      const Numbers m = reinterpret_cast<Numbers>(bits - ((exponent - 1024) << 52));
      // An integer in the low bits of 2^52 as a number.
      const Numbers k = reinterpret_cast<Numbers>(exponent | (Words{} + 0x4330000000000000)) -
                        (0x1p52 + 1024);
      const Numbers s = (m - 1) / (m + 1);
      const Numbers z = s * s;
      Numbers series = Numbers{} + 1.0 / 15;
      series = series * z + 1.0 / 13;
      series = series * z + 1.0 / 11;
      series = series * z + 1.0 / 9;
      series = series * z + 1.0 / 7;
      series = series * z + 1.0 / 5;
      series = series * z + 1.0 / 3;
      series = series * z + 1.0;
      const Numbers result = -(k * 0.6931471805599453 + 2 * s * series);
      store(reinterpret_cast<uint64_t *>(out + 8 * i), reinterpret_cast<Words>(result));
    }
    random.save(state);
  }

  // Exchanges the high `J` bits of every 2J of `low` with the low ones of `high`.
  template <int J>
  QK_BITS_INLINE void exchange(Words &low, Words &high) {
    constexpr uint64_t mask = J == 32   ? 0x00000000ffffffff
                              : J == 16 ? 0x0000ffff0000ffff
                              : J == 8  ? 0x00ff00ff00ff00ff
                              : J == 4  ? 0x0f0f0f0f0f0f0f0f
                              : J == 2  ? 0x3333333333333333
                                        : 0x5555555555555555;
    const Words difference = ((low >> J) ^ high) & mask;
    low ^= difference << J;
    high ^= difference;
  }

  // Three steps of the transposition on eight vectors that lie `S` apart: distances 4 S, 2 S and S.
  template <int S>
  QK_BITS_INLINE void exchangeEight(Words v[8]) {
    for (int i = 0; i < 4; ++i) exchange<4 * S>(v[i], v[i + 4]);
    for (int i = 0; i < 8; i += 4) {
      exchange<2 * S>(v[i], v[i + 2]);
      exchange<2 * S>(v[i + 1], v[i + 3]);
    }
    for (int i = 0; i < 8; i += 2) exchange<S>(v[i], v[i + 1]);
  }

  // Eight blocks of 64 x 64 bits side by side: bit c of word l of vector r becomes bit r of word l of vector c.
  QK_BITS_INLINE void transposeBlocks(const uint64_t *rows, size_t width, uint64_t *block) {
    for (int r = 0; r < 8; ++r) {
      Words v[8];
      for (int i = 0; i < 8; ++i) v[i] = load(rows + (r + 8 * i) * width);
      exchangeEight<8>(v);
      for (int i = 0; i < 8; ++i) store(block + (r + 8 * i) * 8, v[i]);
    }
    for (int r = 0; r < 64; r += 8) {
      Words v[8];
      for (int i = 0; i < 8; ++i) v[i] = load(block + (r + i) * 8);
      exchangeEight<1>(v);
      for (int i = 0; i < 8; ++i) store(block + (r + i) * 8, v[i]);
    }
  }

  template <int... E>
  QK_BITS_INLINE Words interleaved(Words a, Words b) {
    return __builtin_shufflevector(a, b, E...);
  }

  // Exchanges word j of vector i with word i of vector j.
  QK_BITS_INLINE void transposeWords(Words v[8]) {
    for (int i = 0; i < 8; i += 2) {
      const Words a = v[i], b = v[i + 1];
      v[i] = interleaved<0, 8, 2, 10, 4, 12, 6, 14>(a, b);
      v[i + 1] = interleaved<1, 9, 3, 11, 5, 13, 7, 15>(a, b);
    }
    for (int i = 0; i < 8; i += (i & 1) ? 3 : 1) {
      const Words a = v[i], b = v[i + 2];
      v[i] = interleaved<0, 1, 8, 9, 4, 5, 12, 13>(a, b);
      v[i + 2] = interleaved<2, 3, 10, 11, 6, 7, 14, 15>(a, b);
    }
    for (int i = 0; i < 4; ++i) {
      const Words a = v[i], b = v[i + 4];
      v[i] = interleaved<0, 1, 2, 3, 8, 9, 10, 11>(a, b);
      v[i + 4] = interleaved<4, 5, 6, 7, 12, 13, 14, 15>(a, b);
    }
  }

  static void transpose(const uint64_t *rows, size_t width, void *out, size_t outStride,
                        size_t bytes, size_t lanes, const uint64_t *flips) {
    alignas(64) uint64_t blocks[8][512];
    const size_t groups = (bytes + 7) / 8;
    const Words flipped = load(flips);
    for (size_t first = 0; first < lanes; first += 512) {
      for (size_t group = 0; group < groups; ++group) {
        transposeBlocks(rows + 64 * group * width + first / 64, width, blocks[group]);
      }
      for (size_t bit = 0; bit < 64; ++bit) {
        Words v[8] = {};
        for (size_t group = 0; group < groups; ++group) v[group] = load(blocks[group] + 8 * bit);
        transposeWords(v);
        for (size_t word = 0; word < 8; ++word) {
          const size_t lane = first + 64 * word + bit;
          if (lane < lanes) {
            storeBytes(static_cast<char *>(out) + lane * outStride, v[word] ^ flipped, bytes);
          }
        }
      }
    }
  }

  // The first bytes of a vector, which lie in memory as in a register: the machine is little-endian.
  QK_BITS_INLINE void storeBytes(char *to, Words value, size_t bytes) {
    typedef uint64_t PackedWords __attribute__((vector_size(64), aligned(1), may_alias));
    if (bytes == 64) {
      *reinterpret_cast<PackedWords *>(to) = value;
      return;
    }
    alignas(64) char stored[64];
    *reinterpret_cast<PackedWords *>(stored) = value;
    const char *from = stored;
    for (; bytes >= 8; bytes -= 8, to += 8, from += 8) __builtin_memcpy(to, from, 8);
    if (bytes & 4) {
      __builtin_memcpy(to, from, 4);
      to += 4;
      from += 4;
    }
    if (bytes & 2) {
      __builtin_memcpy(to, from, 2);
      to += 2;
      from += 2;
    }
    if (bytes & 1) *to = *from;
  }

  static void sumRecords(const uint64_t *records, size_t width, size_t capacity, size_t place,
                         const uint32_t *lookbacks, size_t count, uint64_t *out) {
    for (size_t w = 0; w < width; w += 8) {
      Words sum = {};
      for (size_t i = 0; i < count; ++i) {
        const size_t back = lookbacks[i];
        const size_t row = place >= back ? place - back : place + capacity - back;
        sum ^= load(records + row * width + w);
      }
      store(out + w, sum);
    }
  }

  static constexpr qk_bit_table table() {
    return {QK_BITS_NAME,  &addRows,    &collapseRows, &randomWords,
            &exponentials, &sumRecords, &transpose};
  }
};
