// Buffers for amplitudes.

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "Internal.h"

namespace {

thread_local uint64_t allocationCount = 0;

// Large buffers come from the system directly: fresh pages are zero without being touched, and a
// boundary of 2 MiB lets the system back them with large pages, which cost a third to fill.
constexpr uint64_t largePage = uint64_t(1) << 21;
constexpr uint64_t mappingThreshold = uint64_t(1) << 22;

void *mapLarge(uint64_t bytes) {
  if (bytes > SIZE_MAX - largePage) return nullptr;
  void *mapping = mmap(nullptr, bytes + largePage, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  const uintptr_t start = reinterpret_cast<uintptr_t>(mapping);
  const uintptr_t aligned = (start + largePage - 1) & ~static_cast<uintptr_t>(largePage - 1);
  if (aligned > start) munmap(mapping, aligned - start);
  const uintptr_t end = aligned + bytes;
  const uintptr_t pageEnd = (end + 4095) & ~static_cast<uintptr_t>(4095);
  if (start + bytes + largePage > pageEnd) {
    munmap(reinterpret_cast<void *>(pageEnd), start + bytes + largePage - pageEnd);
  }
#if defined(MADV_HUGEPAGE)
  madvise(reinterpret_cast<void *>(aligned), bytes, MADV_HUGEPAGE);
#endif
  return reinterpret_cast<void *>(aligned);
}

struct Scratch {
  void *memory = nullptr;
  size_t bytes = 0;
  ~Scratch() { free(memory); }
};

thread_local Scratch scratch;

}  // namespace

// On small pages: a chunk is a quarter of a large one, which would be cleared as a whole when first touched.
void *qkScratch(size_t bytes) {
  if (scratch.bytes < bytes) {
    void *memory = nullptr;
    if (posix_memalign(&memory, 4096, bytes) != 0) return nullptr;
    free(scratch.memory);
    scratch.memory = memory;
    scratch.bytes = bytes;
  }
  return scratch.memory;
}

extern "C" {

void *qk_allocate(uint64_t bytes) {
  void *memory = nullptr;
  if (bytes >= mappingThreshold) {
    memory = mapLarge(bytes);
  } else if (posix_memalign(&memory, 64, bytes == 0 ? 64 : static_cast<size_t>(bytes)) == 0) {
    memset(memory, 0, static_cast<size_t>(bytes));
  } else {
    memory = nullptr;
  }
  if (memory != nullptr) ++allocationCount;
  return memory;
}

void qk_free(void *memory, uint64_t bytes) {
  if (memory == nullptr) return;
  if (bytes >= mappingThreshold) {
    munmap(memory, bytes);
  } else {
    free(memory);
  }
}

uint64_t qk_allocation_count(void) { return allocationCount; }

}  // extern "C"
