// Many steps on one chunk of the state after the other: see qk_pass.

// A run of 2^runBits amplitudes between the state and the buffer. What is written past the caches saves the
// read of a line that is overwritten as a whole.
// Streaming stores need addresses that are multiples of a vector.
template <bool STREAMS>
QK_INLINE void copyRun(char *to, const char *from, size_t bytes) {
  typedef char Block __attribute__((vector_size(QK_VECTOR_BYTES)));
  typedef char Unaligned __attribute__((vector_size(QK_VECTOR_BYTES), aligned(1)));
  if (bytes % QK_VECTOR_BYTES != 0) {
    memcpy(to, from, bytes);
    return;
  }
  const Unaligned *source = reinterpret_cast<const Unaligned *>(from);
  for (size_t v = 0; v < bytes / QK_VECTOR_BYTES; ++v) {
    if constexpr (STREAMS) {
      __builtin_nontemporal_store(Block(source[v]), reinterpret_cast<Block *>(to) + v);
    } else {
      reinterpret_cast<Unaligned *>(to)[v] = source[v];
    }
  }
}

template <bool STREAMS>
static void scatterRuns(char *chunk, const char *buffer, const uint64_t *rows, uint64_t count,
                        size_t runBytes, size_t amplitudeBytes) {
  for (uint64_t r = 0; r < count; ++r) {
    copyRun<STREAMS>(chunk + rows[r] * amplitudeBytes, buffer + r * runBytes, runBytes);
  }
}

template <typename T>
static bool runPass(const qk_pass *pass, void *state, uint64_t begin, uint64_t end) {
  const size_t amplitudeBytes = 2 * sizeof(T);
  const size_t runBytes = amplitudeBytes << pass->run_bits;
  const uint64_t rows = static_cast<uint64_t>(1) << pass->row_bits;
  // One run is in place; only what was zero before needs no buffer to be cleared.
  const bool isInPlace = rows == 1;
  char *const buffer = isInPlace ? nullptr : static_cast<char *>(qkScratch(runBytes * rows));
  if (!isInPlace && buffer == nullptr) return false;
  const bool isAligned = reinterpret_cast<uintptr_t>(state) % QK_VECTOR_BYTES == 0;
  const bool streams = pass->is_streaming != 0 && isAligned;
  for (uint64_t c = begin; c < end; ++c) {
    char *const chunk = static_cast<char *>(state) + depositBits(c, pass->outer) * amplitudeBytes;
    char *const work = isInPlace ? chunk : buffer;
    if (!isInPlace) {
      for (uint64_t r = 0; r < pass->loaded_rows; ++r) {
        copyRun<false>(buffer + r * runBytes, chunk + pass->rows[r] * amplitudeBytes, runBytes);
      }
      memset(buffer + pass->loaded_rows * runBytes, 0, (rows - pass->loaded_rows) * runBytes);
    }
    for (int32_t s = 0; s < pass->step_count; ++s) {
      if ((c & pass->conditions[2 * s]) != pass->conditions[2 * s + 1]) continue;
      const qk_step *step = pass->steps[s];
      if (step->runChunk != nullptr) {
        step->runChunk(step, work, c);
      } else {
        step->run(step, work, 0, step->units);
      }
    }
    if (isInPlace) continue;
    if (streams) {
      scatterRuns<true>(chunk, buffer, pass->rows, rows, runBytes, amplitudeBytes);
    } else {
      scatterRuns<false>(chunk, buffer, pass->rows, rows, runBytes, amplitudeBytes);
    }
  }
#if defined(__x86_64__)
  // Streaming stores are not ordered with those of other threads otherwise.
  if (streams) __builtin_ia32_sfence();
#endif
  return true;
}
