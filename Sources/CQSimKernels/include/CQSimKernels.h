// Amplitude kernels: C++ templates behind a C interface.
//
// A state of n qubits is an array of 2^n complex numbers, each stored as (re, im), of float or of
// double. Qubit q is bit q of the index: qubit 0 is the least significant bit.
//
// One `qk_table` holds every kernel for one precision and one instruction set; `qk_tables` lists
// those that this processor can run, slowest first. All kernels of all tables compute the same
// functions; they differ in rounding only.
//
// Work is divided by the caller: each kernel takes a half-open range [begin, end) of independent
// units and touches nothing else, so disjoint ranges may run at the same time on different threads.
//
// Aliasing: a state, a panel, a step and an output array never overlap, unless a comment says so.
// Alignment: states and panels are aligned to 64 bytes for speed; any multiple of the size of one
// complex number is correct.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CQSimBitKernels.h"
#include "CQSimTableauKernels.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The largest number of targets of a dense gate or of a permutation.
#define QK_MAX_DENSE_TARGETS 6

/// The largest number of targets of a diagonal gate.
#define QK_MAX_DIAGONAL_TARGETS 16

/// What a gate does to the 2^k amplitudes of a group. The values are those of `qk_gate.kind`.
enum {
  /// |psi> <- M |psi>; `matrix` is 2^k x 2^k, row-major; k <= QK_MAX_DENSE_TARGETS.
  QK_DENSE = 0,
  /// a[j] <- d[j] a[j]; `matrix` holds the 2^k factors d; k <= QK_MAX_DIAGONAL_TARGETS.
  QK_DIAGONAL = 1,
  /// a'[permutation[j]] = d[j] a[j]; `matrix` holds the 2^k factors d, or is NULL for all ones;
  /// k <= QK_MAX_DENSE_TARGETS.
  QK_PERMUTATION = 2,
  /// a'[i] = alpha a[i] + beta (-1)^popcount((i^x) & z) a[i^x], over the whole state: Pauli
  /// errors, projections and rotations of any width. No targets and no controls.
  QK_PAULI = 3,
  /// a[i] <- a[i] prod over t of factor t where (i & masks[t]) == masks[t]: all diagonal gates of a
  /// layer at once. `matrix` holds `mask_count` factors, `masks` as many masks over the index and
  /// the outer bits above it. No targets and no controls.
  QK_PHASES = 4,
  /// |psi> <- (R_0 x R_1 x ...)|psi>, a rotation [[c, -s], [s, c]] for each target; `matrix` holds
  /// their pairs (c, s). No controls; at most `rotation_targets` targets at or above `lane_bits`.
  QK_ROTATIONS = 5,
  /// r <- M r on a vector of 2^qubit_count *real* numbers, such as a density matrix in the Pauli
  /// basis; `matrix` is 2^k x 2^k, real, row-major; k is 2, 4 or 6. No controls.
  QK_TRANSFER = 6,
  /// On one pair of targets (p, q) or two: |psi> <- I diag(after) (R_q x R_p) diag(before) |psi>, where I rotates
  /// the amplitudes 00 and 11, and 01 and 10. For each pair `matrix` holds (c, s) of p, of q, of 00 and 11, of 01
  /// and 10 (01: p is 1); four complex numbers `before` and four `after`, p as the low bit. Every |c| is at least
  /// .001. No controls; the targets that are not lanes span at most `interaction_rows` vectors.
  QK_INTERACTIONS = 7,
};

/// A gate as the caller describes it. Everything is copied when a step is made of it.
///
/// Bit j of a row, column or table index is the value of targets[j]; the targets are distinct, in
/// any order, and are not in `control_mask`. The gate acts where (index & control_mask) ==
/// control_value.
typedef struct qk_gate {
  int32_t kind;
  int32_t qubit_count;
  int32_t target_count;
  const int32_t *targets;
  uint64_t control_mask;
  uint64_t control_value;
  const double *matrix;
  const uint32_t *permutation;
  const uint64_t *masks;
  int32_t mask_count;
  /// Bits of the index that no amplitude of the array has, above qubit_count: see `qk_pass`.
  int32_t outer_count;
  uint64_t pauli_x;
  uint64_t pauli_z;
  double alpha[2];
  double beta[2];
} qk_gate;

/// A gate prepared for one table: coefficients laid out for its vectors. Immutable, so that many
/// threads and many states may share it.
typedef struct qk_step qk_step;

/// The number of units of work in a step.
uint64_t qk_step_unit_count(const qk_step *step);

/// Applies units [begin, end) of a step to a state of the step's number of qubits.
void qk_step_run(const qk_step *step, void *state, uint64_t begin, uint64_t end);

/// Frees a step; NULL is allowed.
void qk_step_free(qk_step *step);

/// One sweep over a state that applies many steps: the amplitudes that differ only in the chosen
/// `chunk` qubits are brought together in a buffer that stays in cache, the steps run on it, and it
/// goes back.
///
/// Chunk c holds the indices whose bits at the positions of `outer` spell c; bits that are neither
/// in a chunk nor in `outer` are 0, and amplitudes where one of them is 1 are not touched. A step sees
/// a state of its own qubit_count, at most that of a chunk: amplitudes of the chunk beyond are 0
/// when it runs. The outer bits of its masks spell c.
typedef struct qk_pass {
  /// A chunk is 2^row_bits runs ("rows") of 2^run_bits neighbouring amplitudes.
  int32_t run_bits;
  int32_t row_bits;
  /// Where each row starts, relative to the first of its chunk.
  const uint64_t *rows;
  /// Rows from this one on hold zeros before the pass.
  uint64_t loaded_rows;
  uint64_t outer;
  const qk_step *const *steps;
  /// For each step two words: it runs where (c & first) == second.
  const uint64_t *conditions;
  int32_t step_count;
  /// Whether the state is larger than the caches, so that what is written will not be read again soon.
  int32_t is_streaming;
} qk_pass;

/// Pauli products with one X mask, in the coordinates of a tile.
typedef struct qk_pauli_group {
  uint64_t x;
  /// Whether popcount(x & z) is odd for its terms, so that their sums are imaginary.
  int32_t is_imaginary;
  /// Its terms are [first, first + count) of the sweep's.
  size_t first;
  size_t count;
} qk_pauli_group;

/// Pauli products that one pass over a state sums up; see `pauli_sweep` and Templates/PauliSums.h.
///
/// The subspace of indices is spanned by the low `run_bits` bits and by `basis_count` vectors above
/// them. Coordinate j of a tile is bit j for j < run_bits, and the (j - run_bits)-th vector otherwise.
typedef struct qk_pauli_sweep {
  int32_t run_bits;
  int32_t basis_count;
  /// As many bits as there are vectors, each in one vector only: clear in the bases of cosets.
  uint64_t pivots;
  /// 2^basis_count sums of vectors: bit j of the place is the coefficient of vector j.
  const uint64_t *offsets;
  size_t group_count;
  const qk_pauli_group *groups;
  /// The Z mask of each term on indices.
  const uint64_t *z;
  /// The Z mask of each term on the coordinates of a tile.
  const uint64_t *tile_z;
} qk_pauli_sweep;

/// Bytes that `cross_matrix` needs for k targets.
#define QK_CROSS_SCRATCH_BYTES(k) \
  ((((size_t)1 << (k)) * 2 * 16 * 64) + (((size_t)1 << 2 * (k)) * 2 * 128))

/// The kernels of one precision and one instruction set.
///
/// Ranges over amplitudes are fastest when both ends are multiples of 2^lane_bits; sums are formed
/// in double, in blocks, in an order that depends only on the range and the table.
typedef struct qk_table {
  /// "baseline", "avx2" or "avx512".
  const char *name;
  /// 4 for float, 8 for double.
  int32_t scalar_bytes;
  /// A vector register holds 2^lane_bits complex numbers.
  int32_t lane_bits;
  /// The most targets of QK_ROTATIONS that are not in a vector.
  int32_t rotation_targets;
  /// The most vectors that differ in the targets of QK_INTERACTIONS.
  int32_t interaction_rows;

  /// Prepares a gate; NULL when memory runs out or the description is not valid.
  qk_step *(*make_step)(const qk_gate *gate);

  /// Runs chunks [begin, end) of a pass; false when there is no memory for the buffer.
  bool (*run_pass)(const qk_pass *pass, void *state, uint64_t begin, uint64_t end);

  /// a[i] <- (re + i im) a[i] for i in [begin, end).
  void (*scale)(void *state, double re, double im, uint64_t begin, uint64_t end);

  /// a[i] <- scale a[i] where (i & mask) == value, and 0 elsewhere, for i in [begin, end).
  void (*collapse)(void *state, uint64_t mask, uint64_t value, double scale, uint64_t begin,
                   uint64_t end);

  /// The sum of |a[i]|^2 for i in [begin, end).
  double (*norm)(const void *state, uint64_t begin, uint64_t end);

  /// The sum of |a[i]|^2 over the indices with (i & mask) == value. The range counts those indices
  /// in ascending order: there are 2^(n - popcount(mask)).
  double (*norm_where)(const void *state, uint64_t mask, uint64_t value, uint64_t begin,
                       uint64_t end);

  /// result <- sum of conj(a[i^x]) a[i] (-1)^popcount(i & z) for i in [begin, end), as (re, im).
  void (*pauli_sum)(const void *state, uint64_t x, uint64_t z, uint64_t begin, uint64_t end,
                    double *result);

  /// For each term k of the sweep, sums[k] += Re or Im of the sum of
  /// conj(a[i^x]) a[i] (-1)^popcount(i & z) over the cosets [begin, end): Re where popcount(x & z) is
  /// even, Im where it is odd; the other part of the sum over all cosets is 0.
  ///
  /// Tiles hold at least 4 vectors' pairs: run_bits + basis_count >= lane_bits + 3, and
  /// run_bits >= lane_bits. `scratch` has room for one tile; it may be NULL where offsets[j] is
  /// j 2^run_bits, so that cosets are contiguous.
  void (*pauli_sweep)(const void *state, const qk_pauli_sweep *sweep, uint64_t begin, uint64_t end,
                      void *scratch, double *sums);

  /// out[i] += (re + i im) (-1)^popcount((i^x) & z) a[i^x] for i in [begin, end).
  void (*add_pauli)(void *out, const void *state, uint64_t x, uint64_t z, double re, double im,
                    uint64_t begin, uint64_t end);

  /// result[2 (c 2^k + r)] += sum of ket[c, e] conj(bra[r, e]) as (re, im), over the groups e in
  /// [begin, end): the settings of qubits that are neither targets nor controls, ascending; c and r are
  /// settings of the targets. There are 2^(n - k - controls) groups; k <= QK_MAX_DENSE_TARGETS. Ranges
  /// are multiples of 2^lane_bits or the whole. `scratch` has QK_CROSS_SCRATCH_BYTES(k) bytes, aligned
  /// to 64.
  void (*cross_matrix)(const void *bra, const void *ket, int32_t target_count,
                       const int32_t *targets, uint64_t control_mask, uint64_t control_value,
                       uint64_t begin, uint64_t end, void *scratch, double *result);

  /// result <- sum of conj(a[i]) b[i] for i in [begin, end), as (re, im); a and b may be the same.
  void (*inner_product)(const void *a, const void *b, uint64_t begin, uint64_t end,
                        double *result);

  /// out[i - begin] <- |a[i]|^2 for i in [begin, end).
  void (*probabilities)(const void *state, double *out, uint64_t begin, uint64_t end);

  /// out[b] <- the sum of |a[i]|^2 over block b, i in [b 2^block_bits, (b+1) 2^block_bits), for b
  /// in [begin, end). `out` is indexed by b itself.
  void (*block_norms)(const void *state, int32_t block_bits, double *out, uint64_t begin,
                      uint64_t end);

  /// Inverts the running sum of |a[i]|^2 from `begin`: for each threshold t, out <- the first i
  /// whose running sum exceeds t; where rounding leaves none, the last i of probability > 0 (or
  /// `begin` when all are zero). Thresholds ascend.
  void (*pick)(const void *state, uint64_t begin, uint64_t end, const double *thresholds,
               size_t count, uint64_t *out);

  /// panel[r m + (g - begin)] <- a[index of row r of group g], m = end - begin: a panel of 2^k rows.
  /// Groups count the settings of the qubits that are neither targets nor controls, ascending.
  void (*gather)(const void *state, void *panel, int32_t target_count, const int32_t *targets,
                 uint64_t control_mask, uint64_t control_value, uint64_t begin, uint64_t end);

  /// The inverse of `gather`.
  void (*scatter)(void *state, const void *panel, int32_t target_count, const int32_t *targets,
                  uint64_t control_mask, uint64_t control_value, uint64_t begin, uint64_t end);
} qk_table;

/// Memory for amplitudes: zeroed, aligned to 64 bytes, and on 2 MiB boundaries with large pages
/// advised where it is large. NULL when memory runs out.
void *qk_allocate(uint64_t bytes);

/// Gives back what `qk_allocate` gave for the same number of bytes; NULL is allowed.
void qk_free(void *memory, uint64_t bytes);

/// How often `qk_allocate` has succeeded on the calling thread.
uint64_t qk_allocation_count(void);

/// The number of tables that this processor can run for a precision: `scalar_bytes` is 4 or 8.
int32_t qk_table_count(int32_t scalar_bytes);

/// Table `index` of those that this processor can run, slowest first; NULL outside the range.
const qk_table *qk_table_at(int32_t scalar_bytes, int32_t index);

#ifdef __cplusplus
}
#endif
