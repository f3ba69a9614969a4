// The table of one instruction set, in both precisions. The including file defines QK_NAME
// and QK_VECTOR_BYTES, opens a namespace of its own and sets the target.

#include "Lanes.h"
#include "Dense.h"
#include "Diagonal.h"
#include "Permutation.h"
#include "Phases.h"
#include "Rotations.h"
#include "Interactions.h"
#include "Pass.h"
#include "PauliMix.h"
#include "Sweep.h"
#include "Panel.h"
#include "Transfer.h"
#include "PauliSums.h"
#include "CrossMatrix.h"

template <typename T>
struct Kernels {
  static constexpr int LB = nativeLaneBits<T>;

  // True where a range is made of whole vectors.
  static bool isWhole(uint64_t begin, uint64_t end, int bits) {
    return ((begin | end) & ((static_cast<uint64_t>(1) << bits) - 1)) == 0;
  }

  static bool isValid(const qk_gate *gate) {
    const int n = gate->qubit_count, k = gate->target_count;
    const int most = gate->kind == QK_DIAGONAL  ? QK_MAX_DIAGONAL_TARGETS
                     : gate->kind == QK_ROTATIONS ? rotationTargets + LB
                                                : QK_MAX_DENSE_TARGETS;
    if (n < 0 || n > 62 || k < 0 || k > most || k > n) return false;
    const uint64_t all = (static_cast<uint64_t>(1) << n) - 1;
    uint64_t used = gate->control_mask;
    if ((used & ~all) != 0 || (gate->control_value & ~used) != 0) return false;
    for (int j = 0; j < k; ++j) {
      if (gate->targets[j] < 0 || gate->targets[j] >= n) return false;
      const uint64_t bit = static_cast<uint64_t>(1) << gate->targets[j];
      if ((used & bit) != 0) return false;
      used |= bit;
    }
    if (gate->kind == QK_PHASES) {
      if (used != 0 || gate->outer_count < 0 || n + gate->outer_count > 62) return false;
      for (int t = 0; t < gate->mask_count; ++t) {
        if (gate->masks[t] >> (n + gate->outer_count) != 0) return false;
      }
      return gate->mask_count == 0 || gate->matrix != nullptr;
    }
    if (gate->kind == QK_PAULI) return used == 0 && ((gate->pauli_x | gate->pauli_z) & ~all) == 0;
    if (gate->kind == QK_INTERACTIONS) return isInteraction(gate);
    if (gate->kind == QK_TRANSFER && (gate->control_mask != 0 || k == 0 || k % 2 != 0)) return false;
    if (gate->kind != QK_PERMUTATION) return gate->matrix != nullptr;
    uint64_t reached = 0;
    for (size_t j = 0; j < static_cast<size_t>(1) << k; ++j) {
      if (gate->permutation[j] >> k != 0) return false;
      reached |= static_cast<uint64_t>(1) << gate->permutation[j];
    }
    return static_cast<size_t>(__builtin_popcountll(reached)) == static_cast<size_t>(1) << k;
  }

  template <int Bits>
  static qk_step *make(const qk_gate *gate) {
    switch (gate->kind) {
      case QK_DENSE: return makeDense<T, Bits>(gate);
      case QK_DIAGONAL: return makeDiagonal<T, Bits>(gate);
      case QK_PERMUTATION: return makePermutation<T, Bits>(gate);
      case QK_PAULI: return makePauli<T, Bits>(gate);
      case QK_PHASES: return makePhases<T, Bits>(gate);
      case QK_ROTATIONS: return makeRotations<T, Bits>(gate);
      case QK_INTERACTIONS: return makeInteractions<T, Bits>(gate);
      default: return nullptr;
    }
  }

  static qk_step *makeStep(const qk_gate *gate) {
    if (!isValid(gate)) return nullptr;
    if (gate->kind == QK_TRANSFER) return makeTransfer<T, LB + 1>(gate);
    if (gate->target_count == 0 && (gate->kind == QK_DENSE || gate->kind == QK_PERMUTATION)) {
      // One factor on the controlled subspace.
      const double one[2] = {1, 0};
      qk_gate diagonal = *gate;
      diagonal.kind = QK_DIAGONAL;
      diagonal.matrix = gate->matrix == nullptr ? one : gate->matrix;
      return makeStep(&diagonal);
    }
    return gate->qubit_count < LB ? make<0>(gate) : make<LB>(gate);
  }

  static void scale(void *state, double re, double im, uint64_t begin, uint64_t end) {
    if (isWhole(begin, end, LB)) {
      scaleVectors<T, LB>(state, re, im, begin >> LB, end >> LB);
    } else {
      scaleVectors<T, 0>(state, re, im, begin, end);
    }
  }

  static void collapse(void *state, uint64_t mask, uint64_t value, double scale, uint64_t begin,
                       uint64_t end) {
    if (isWhole(begin, end, LB)) {
      collapseVectors<T, LB>(state, mask, value, scale, begin >> LB, end >> LB);
    } else {
      collapseVectors<T, 0>(state, mask, value, scale, begin, end);
    }
  }

  static double norm(const void *state, uint64_t begin, uint64_t end) {
    return isWhole(begin, end, LB) ? normOfVectors<T, LB>(state, begin >> LB, end >> LB)
                                   : normOfVectors<T, 0>(state, begin, end);
  }

  static double normWhere(const void *state, uint64_t mask, uint64_t value, uint64_t begin,
                          uint64_t end) {
    // A vector holds 2^free of the indices that the range counts.
    const int free = LB - __builtin_popcountll(mask & ((1 << LB) - 1));
    return isWhole(begin, end, free)
               ? normOfVectorsWhere<T, LB>(state, mask, value, begin >> free, end >> free)
               : normOfVectorsWhere<T, 0>(state, mask, value, begin, end);
  }

  static void pauliSum(const void *state, uint64_t x, uint64_t z, uint64_t begin, uint64_t end,
                       double *result) {
    if (isWhole(begin, end, LB)) {
      pauliSumOfVectors<T, LB>(state, x, z, begin >> LB, end >> LB, result,
                               std::make_index_sequence<(1 << LB)>());
    } else {
      pauliSumOfVectors<T, 0, 0>(state, x, z, begin, end, result);
    }
  }

  static void pauliSweep(const void *state, const qk_pauli_sweep *sweep, uint64_t begin, uint64_t end,
                         void *scratch, double *sums) {
    sweepPaulis<T, LB>(state, sweep, begin, end, scratch, sums);
  }

  static void addPauli(void *out, const void *state, uint64_t x, uint64_t z, double re, double im,
                       uint64_t begin, uint64_t end) {
    if (isWhole(begin, end, LB)) {
      addPauliVectors<T, LB>(out, state, x, z, re, im, begin >> LB, end >> LB,
                             std::make_index_sequence<(1 << LB)>());
    } else {
      addPauliVectors<T, 0, 0>(out, state, x, z, re, im, begin, end);
    }
  }

  static void crossMatrix(const void *bra, const void *ket, int32_t k, const int32_t *targets,
                          uint64_t controlMask, uint64_t controlValue, uint64_t begin, uint64_t end,
                          void *scratch, double *result) {
    // Groups inside a vector count as one.
    int free = LB;
    for (int j = 0; j < k; ++j) free -= targets[j] < LB ? 1 : 0;
    if ((controlMask & ((1 << LB) - 1)) == 0 && isWhole(begin, end, free)) {
      crossMatrixOf<T, LB>(bra, ket, k, targets, controlMask, controlValue, begin >> free,
                           end >> free, scratch, result, std::make_index_sequence<(1 << LB)>());
    } else {
      crossMatrixOf<T, 0>(bra, ket, k, targets, controlMask, controlValue, begin, end, scratch,
                          result, std::make_index_sequence<1>());
    }
  }

  static void innerProduct(const void *a, const void *b, uint64_t begin, uint64_t end,
                           double *result) {
    if (isWhole(begin, end, LB)) {
      innerProductOfVectors<T, LB>(a, b, begin >> LB, end >> LB, result);
    } else {
      innerProductOfVectors<T, 0>(a, b, begin, end, result);
    }
  }

  static void probabilities(const void *state, double *out, uint64_t begin, uint64_t end) {
    for (uint64_t i = begin; i < end; ++i) out[i - begin] = probabilityAt<T>(state, i);
  }

  static void blockNorms(const void *state, int32_t blockBits, double *out, uint64_t begin,
                         uint64_t end) {
    for (uint64_t b = begin; b < end; ++b) {
      out[b] = norm(state, b << blockBits, (b + 1) << blockBits);
    }
  }

  static void pick(const void *state, uint64_t begin, uint64_t end, const double *thresholds,
                   size_t count, uint64_t *out) {
    pickAmplitudes<T>(state, begin, end, thresholds, count, out);
  }

  static void gather(const void *state, void *panel, int32_t k, const int32_t *targets,
                     uint64_t controlMask, uint64_t controlValue, uint64_t begin, uint64_t end) {
    copyPanel<T, true>(state, panel, k, targets, controlMask, controlValue, begin, end);
  }

  static void scatter(void *state, const void *panel, int32_t k, const int32_t *targets,
                      uint64_t controlMask, uint64_t controlValue, uint64_t begin, uint64_t end) {
    copyPanel<T, false>(state, panel, k, targets, controlMask, controlValue, begin, end);
  }

  static constexpr qk_table table() {
    return {QK_NAME,        sizeof(T),   LB,      rotationTargets, interactionRows, &makeStep,
            &runPass<T>,    &scale,      &collapse, &norm,         &normWhere,
            &pauliSum,      &pauliSweep, &addPauli, &crossMatrix,  &innerProduct,
            &probabilities, &blockNorms, &pick,   &gather,         &scatter};
  }
};
