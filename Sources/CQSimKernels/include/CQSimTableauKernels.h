// Kernels on rows of Pauli strings: products, and the elimination that measurements are.
//
// A row is i^k X^a Z^b: a, then b, each `width` 64-bit words, a multiple of 8; rows are aligned to 64 bytes for speed. Phases are kept
// apart as exponents k. All tables compute the same bits.

#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// All products of up to eight pivot rows, numbered by which of the pivots' columns they clear.
typedef struct qk_product_table {
  /// Row p is the product for pattern p.
  const uint64_t *rows;
  /// Exponents of i of the rows.
  const uint8_t *phases;
  /// If `span` is not 0, all columns lie in word `word` and a pattern is (word >> shift) & span.
  uint64_t word, shift, span;
  /// Otherwise bit i of a pattern is the bit at column columns[i].
  const uint32_t *columns;
  size_t column_count;
} qk_product_table;

/// What a batch of measurements does to every row of a tableau.
typedef struct qk_row_update {
  uint64_t *rows;
  uint8_t *phases;
  size_t width;
  /// The products' X halves are 0 before this word, a multiple of 8.
  size_t first_word;
  const qk_product_table *tables;
  size_t table_count;
  /// The columns of all pivots, one half of a row, and which groups of eight words of it are not 0.
  const uint64_t *mask;
  const uint32_t *active;
  size_t active_count;
} qk_row_update;

/// Every kernel on Pauli rows, for one instruction set.
typedef struct qk_tableau_table {
  /// Name of the instruction set.
  const char *name;

  /// a <- a b; returns the parity of the anticommuting places, by which the phase grows besides.
  uint32_t (*multiply)(uint64_t *a, const uint64_t *b, size_t width);

  /// out <- a b; as above.
  uint32_t (*product)(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t width);

  /// r <- r q and s <- s p; bit 0 is the first product's parity, bit 1 the second's.
  uint32_t (*multiply_pair)(uint64_t *r, const uint64_t *q, uint64_t *s, const uint64_t *p,
                            size_t width);

  /// Brings row list[i], or row i where the list is NULL, up to date for i in [begin, end). `found` has room for 8
  /// active_count words.
  void (*update_rows)(const qk_row_update *update, const uint32_t *list, size_t begin, size_t end,
                      uint64_t *found);
} qk_tableau_table;

/// How many tables this processor can run.
int32_t qk_tableau_table_count(void);

/// A table, slowest first; NULL where there is none.
const qk_tableau_table *qk_tableau_table_at(int32_t index);

#ifdef __cplusplus
}
#endif
