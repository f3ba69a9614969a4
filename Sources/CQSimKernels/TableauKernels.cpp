// The kernels on Pauli rows for each instruction set, and which of them the processor can run.

#include "CQSimTableauKernels.h"

// Vectors wider than a register are passed between functions that are always inlined only.
#pragma clang diagnostic ignored "-Wpsabi"

#define QK_ROWS_INLINE static inline __attribute__((always_inline))

#define QK_ROWS_NAME "baseline"
namespace qkBaseline {
#include "Templates/TableauKernels.h"
}
#undef QK_ROWS_NAME

#if defined(__x86_64__)

#define QK_ROWS_NAME "avx2"
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
namespace qkAVX2 {
#include "Templates/TableauKernels.h"
}
#pragma clang attribute pop
#undef QK_ROWS_NAME

#define QK_ROWS_NAME "avx512"
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2"))), apply_to = function)
namespace qkAVX512 {
#include "Templates/TableauKernels.h"
}
#pragma clang attribute pop
#undef QK_ROWS_NAME

#endif

namespace {

struct TableauTableList {
  qk_tableau_table tables[3];
  int32_t count;
};

TableauTableList listTableauTables() {
  TableauTableList list = {};
  list.tables[list.count++] = qkBaseline::TableauKernels::table();
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool hasAVX2 = __builtin_cpu_supports("avx2");
  if (hasAVX2) list.tables[list.count++] = qkAVX2::TableauKernels::table();
  if (hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    list.tables[list.count++] = qkAVX512::TableauKernels::table();
  }
#endif
  return list;
}

const TableauTableList &tableauTableList() {
  static const TableauTableList list = listTableauTables();
  return list;
}

}  // namespace

extern "C" {

int32_t qk_tableau_table_count(void) { return tableauTableList().count; }

const qk_tableau_table *qk_tableau_table_at(int32_t index) {
  return index < 0 || index >= tableauTableList().count ? nullptr : &tableauTableList().tables[index];
}

}  // extern "C"
