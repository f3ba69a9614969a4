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
  // The whole of a chunk whose outer bits are given; null where they do not matter.
  void (*runChunk)(const qk_step *, void *, uint64_t outer);

  uint64_t fixed;         // bits of the vector index that a unit number skips
  uint64_t control;       // the value that the high controls need, OR'ed to the vector index
  uint64_t high;          // diagonal: the bits of the vector index that choose the factor
  uint64_t pauliX, pauliZ;  // Pauli: masks on the vector index
  int32_t moveCount;      // permutation: the moves of a unit that do something
  uint64_t *offsets;      // dense: of each row's vector; permutation: sources, then destinations
  uint8_t *flags;         // diagonal: 1 where the factor is not one
  void *coefficients;     // aligned to 64 bytes
  const struct qkPhaseLayout *phases;  // phases: see Phases.h
};

// The factors of a QK_PHASES step by what decides them, for rows of 2^rowBits amplitudes. Row y holds the
// indices with i >> rowBits == y.
struct qkPhaseLayout {
  // Terms on row bits and row number: rows choose one of 2^k tables by which of k masks y fulfils.
  struct Group {
    int32_t selectorCount;
    uint64_t selectors[4];
    uint32_t firstTable;   // tables are 2^rowBits complex numbers each, in `coefficients`
    uint32_t identities;   // bit s is set where table s is all ones
  };
  // Terms on the row number alone, beyond the lowest segmentBits bits of it.
  struct Term {
    uint64_t above, within;  // masks on y >> segmentBits and on y's low bits
    double re, im;
  };
  int32_t rowBits, segmentBits, groupCount, termCount;
  bool hasSegmentTable;  // some term lies within the low bits of y
  Group *groups;
  Term *terms;
  double *segment;  // 2^segmentBits complex numbers: the terms within the low bits
};

// Allocates a zeroed step with room for its arrays; NULL when memory runs out.
qk_step *qkAllocateStep(size_t offsetCount, size_t flagCount, size_t coefficientBytes);

// A buffer of the calling thread, aligned to 4 KiB, whose contents last until the next call; NULL when memory
// runs out.
void *qkScratch(size_t bytes);

// The tables of each instruction set: [0] float, [1] double.
extern const qk_table qkBaselineTables[2];
#if defined(__x86_64__)
extern const qk_table qkAVX2Tables[2];
extern const qk_table qkAVX512Tables[2];
#endif
