// Which tables the processor can run, and what needs no instruction set.

#include "Internal.h"

namespace {

struct TableList {
  const qk_table *tables[2][3];
  int32_t count;
};

TableList listTables() {
  TableList list = {};
  auto add = [&list](const qk_table *pair) {
    list.tables[0][list.count] = &pair[0];
    list.tables[1][list.count] = &pair[1];
    list.count += 1;
  };
  add(qkBaselineTables);
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool hasAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (hasAVX2) add(qkAVX2Tables);
  if (hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl")) {
    add(qkAVX512Tables);
  }
#endif
  return list;
}

const TableList &tableList() {
  static const TableList list = listTables();
  return list;
}

size_t roundedTo64(size_t bytes) { return (bytes + 63) & ~static_cast<size_t>(63); }

}  // namespace

qk_step *qkAllocateStep(size_t offsetCount, size_t flagCount, size_t coefficientBytes) {
  const size_t offsetsAt = roundedTo64(sizeof(qk_step));
  const size_t flagsAt = offsetsAt + roundedTo64(offsetCount * sizeof(uint64_t));
  const size_t coefficientsAt = flagsAt + roundedTo64(flagCount);
  const size_t bytes = coefficientsAt + roundedTo64(coefficientBytes);
  void *memory = nullptr;
  if (posix_memalign(&memory, 64, bytes) != 0) return nullptr;
  memset(memory, 0, bytes);
  char *start = static_cast<char *>(memory);
  qk_step *step = reinterpret_cast<qk_step *>(start);
  step->offsets = reinterpret_cast<uint64_t *>(start + offsetsAt);
  step->flags = reinterpret_cast<uint8_t *>(start + flagsAt);
  step->coefficients = start + coefficientsAt;
  return step;
}

extern "C" {

uint64_t qk_step_unit_count(const qk_step *step) { return step->units; }

void qk_step_run(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  step->run(step, state, begin, end);
}

void qk_step_free(qk_step *step) { free(step); }

int32_t qk_table_count(int32_t scalar_bytes) {
  return scalar_bytes == 4 || scalar_bytes == 8 ? tableList().count : 0;
}

const qk_table *qk_table_at(int32_t scalar_bytes, int32_t index) {
  if (index < 0 || index >= qk_table_count(scalar_bytes)) return nullptr;
  return tableList().tables[scalar_bytes == 4 ? 0 : 1][index];
}

}  // extern "C"
