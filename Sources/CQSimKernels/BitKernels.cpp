// The kernels on rows of bits for each instruction set, and which of them the processor can run.

#include "CQSimBitKernels.h"

// Vectors wider than a register are passed between functions that are always inlined only.
#pragma clang diagnostic ignored "-Wpsabi"

#define QK_BITS_INLINE static inline __attribute__((always_inline))

#define QK_BITS_NAME "baseline"
namespace qkBaseline {
#include "Templates/BitKernels.h"
}
#undef QK_BITS_NAME

#if defined(__x86_64__)

#define QK_BITS_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
namespace qkAVX2 {
#include "Templates/BitKernels.h"
}
#pragma clang attribute pop
#undef QK_BITS_NAME

#define QK_BITS_NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2"))), apply_to = function)
namespace qkAVX512 {
#include "Templates/BitKernels.h"
}
#pragma clang attribute pop
#undef QK_BITS_NAME

#endif

namespace {

struct BitTableList {
  qk_bit_table tables[3];
  int32_t count;
};

BitTableList listBitTables() {
  BitTableList list = {};
  list.tables[list.count++] = qkBaseline::BitKernels::table();
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool hasAVX2 = __builtin_cpu_supports("avx2");
  if (hasAVX2) list.tables[list.count++] = qkAVX2::BitKernels::table();
  if (hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    list.tables[list.count++] = qkAVX512::BitKernels::table();
  }
#endif
  return list;
}

const BitTableList &bitTableList() {
  static const BitTableList list = listBitTables();
  return list;
}

}  // namespace

extern "C" {

int32_t qk_bit_table_count(void) { return bitTableList().count; }

const qk_bit_table *qk_bit_table_at(int32_t index) {
  return index < 0 || index >= bitTableList().count ? nullptr : &bitTableList().tables[index];
}

}  // extern "C"
