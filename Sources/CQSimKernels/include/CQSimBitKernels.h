// Kernels on rows of bits: Pauli frames, random bits, transposition.
//
// A row is `width` 64-bit words, a multiple of 8; row r of an array starts at word r * width. Rows are aligned to 64 bytes for
// speed; any multiple of 8 bytes is correct. All tables compute the same bits.

#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The words of a random state: eight xoshiro256++ generators, word w of generator g at index 8 w + g.
#define QK_RANDOM_STATE_WORDS 32

/// Every kernel on rows of bits, for one instruction set.
typedef struct qk_bit_table {
  /// Name of the instruction set.
  const char *name;

  /// rows[pairs[2i]] ^= rows[pairs[2i + 1]] for i = 0, 1, … count - 1, one after the other.
  void (*add_rows)(uint64_t *rows, size_t width, const uint32_t *pairs, size_t count);

  /// For i = 0, 1, … count - 1: row i of `records` (unless NULL) becomes rows[pairs[2i]], which is cleared if `clears`, and
  /// rows[pairs[2i + 1]] becomes random.
  void (*collapse_rows)(uint64_t *rows, size_t width, const uint32_t *pairs, size_t count,
                        uint64_t *records, int32_t clears, uint64_t *random_state);

  /// 8 · `count` random words, eight at a time from the eight generators.
  void (*random_words)(uint64_t *random_state, uint64_t *out, size_t count);

  /// 8 · `count` exponential variates of mean 1, one from each random word.
  void (*exponentials)(uint64_t *random_state, double *out, size_t count);

  /// out = the XOR of `count` rows of a ring: those that lie lookbacks[i] rows before row `place`, counted modulo `capacity`.
  /// A lookback is at most `capacity`.
  void (*sum_records)(const uint64_t *records, size_t width, size_t capacity, size_t place,
                      const uint32_t *lookbacks, size_t count, uint64_t *out);

  /// Transposes 64 · ceil(bytes / 8) rows, 1 <= bytes <= 64: bit b of byte k of row l of `out`, for l < `lanes` and k < bytes,
  /// is bit l of row 8 k + b, XOR bit 8 k + b of `flips`. Rows of `out` are `out_stride` bytes apart and need not be aligned;
  /// `lanes` is at most 64 · `width`; `flips` has 8 words.
  void (*transpose)(const uint64_t *rows, size_t width, void *out, size_t out_stride, size_t bytes,
                    size_t lanes, const uint64_t *flips);
} qk_bit_table;

/// The number of tables that this processor can run.
int32_t qk_bit_table_count(void);

/// Table `index` of those that this processor can run, slowest first; NULL outside the range.
const qk_bit_table *qk_bit_table_at(int32_t index);

#ifdef __cplusplus
}
#endif
