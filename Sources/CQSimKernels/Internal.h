// What the instruction sets share: the layout of a step, and every system header. The templates
// include nothing themselves, since they are compiled inside a namespace and a target attribute.

#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <initializer_list>
#include <type_traits>
#include <utility>

#include "CQSimKernels.h"

// Vectors wider than a register are passed between functions that are always inlined only.
#pragma clang diagnostic ignored "-Wpsabi"

// A step sees the state as vectors of W = 2^laneBits complex numbers. Target and control qubits
// below laneBits are inside a vector ("lanes"), the others choose the vector ("high").
struct qk_step {
  uint64_t units;
  void (*run)(const qk_step *, void *, uint64_t, uint64_t);

  uint64_t fixed;         // bits of the vector index that a unit number skips
  uint64_t control;       // the value that the high controls need, OR'ed to the vector index
  uint64_t high;          // diagonal: the bits of the vector index that choose the factor
  uint64_t pauliX, pauliZ;  // Pauli: masks on the vector index
  int32_t moveCount;      // permutation: the moves of a unit that do something
  uint64_t *offsets;      // dense: of each row's vector; permutation: sources, then destinations
  uint8_t *flags;         // diagonal: 1 where the factor is not one
  void *coefficients;     // aligned to 64 bytes
};

// Allocates a zeroed step with room for its arrays; NULL when memory runs out.
qk_step *qkAllocateStep(size_t offsetCount, size_t flagCount, size_t coefficientBytes);

// The tables of each instruction set: [0] float, [1] double.
extern const qk_table qkBaselineTables[2];
#if defined(__x86_64__)
extern const qk_table qkAVX2Tables[2];
extern const qk_table qkAVX512Tables[2];
#endif
