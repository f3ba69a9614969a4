// Kernels on Pauli rows, in vectors of eight words; see CQSimTableauKernels.h.

struct TableauKernels {
  typedef uint64_t Words __attribute__((vector_size(64), aligned(8), may_alias));

  QK_ROWS_INLINE const Words *in(const uint64_t *row) { return reinterpret_cast<const Words *>(row); }
  QK_ROWS_INLINE Words *in(uint64_t *row) { return reinterpret_cast<Words *>(row); }

  QK_ROWS_INLINE uint32_t parity(Words v) {
    const uint64_t word = ((v[0] ^ v[1]) ^ (v[2] ^ v[3])) ^ ((v[4] ^ v[5]) ^ (v[6] ^ v[7]));
    return static_cast<uint32_t>(__builtin_parityll(word));
  }

  QK_ROWS_INLINE bool isZero(Words v) {
    return (((v[0] | v[1]) | (v[2] | v[3])) | ((v[4] | v[5]) | (v[6] | v[7]))) == 0;
  }

  static uint32_t product(uint64_t *out, const uint64_t *a, const uint64_t *b, size_t width) {
    const size_t n = width / 8;
    Words crossed = {};
    for (size_t i = 0; i < n; ++i) {
      const Words az = in(a)[n + i], bx = in(b)[i];
      crossed ^= az & bx;
      in(out)[i] = in(a)[i] ^ bx;
      in(out)[n + i] = az ^ in(b)[n + i];
    }
    return parity(crossed);
  }

  static uint32_t multiply(uint64_t *a, const uint64_t *b, size_t width) {
    return product(a, a, b, width);
  }

  static uint32_t multiplyPair(uint64_t *r, const uint64_t *q, uint64_t *s, const uint64_t *p,
                               size_t width) {
    const size_t n = width / 8;
    Words first = {}, second = {};
    for (size_t i = 0; i < n; ++i) {
      const Words qx = in(q)[i], px = in(p)[i], rz = in(r)[n + i], sz = in(s)[n + i];
      first ^= rz & qx;
      second ^= sz & px;
      in(r)[i] ^= qx;
      in(s)[i] ^= px;
      in(r)[n + i] = rz ^ in(q)[n + i];
      in(s)[n + i] = sz ^ in(p)[n + i];
    }
    return parity(first) | parity(second) << 1;
  }

  QK_ROWS_INLINE size_t pattern(const qk_product_table &table, const uint64_t *x) {
    if (table.span != 0) return x[table.word] >> table.shift & table.span;
    size_t pattern = 0;
    for (size_t i = 0; i < table.column_count; ++i) {
      const uint32_t column = table.columns[i];
      pattern |= (x[column >> 6] >> (column & 63) & 1) << i;
    }
    return pattern;
  }

  static void updateRows(const qk_row_update *update, const uint32_t *list, size_t begin,
                         size_t end, uint64_t *found) {
    const size_t width = update->width, n = width / 8, first = update->first_word / 8;
    for (size_t i = begin; i < end; ++i) {
      const size_t row = list == nullptr ? i : list[i];
      uint64_t *const x = update->rows + 2 * width * row;
      Words *const z = in(x) + n;
      Words any = {};
      for (size_t k = 0; k < update->active_count; ++k) {
        in(found)[k] = in(x)[update->active[k]] & in(update->mask)[update->active[k]];
        any |= in(found)[k];
      }
      if (!isZero(any)) {
        uint32_t phase = update->phases[row];
        for (size_t t = 0; t < update->table_count; ++t) {
          const qk_product_table &table = update->tables[t];
          const size_t hits = pattern(table, x);
          if (hits == 0) continue;
          const Words *const factor = in(table.rows + 2 * width * hits);
          Words crossed = {};
          for (size_t w = 0; w < first; ++w) z[w] ^= factor[n + w];
          for (size_t w = first; w < n; ++w) {
            crossed ^= z[w] & factor[w];
            in(x)[w] ^= factor[w];
            z[w] ^= factor[n + w];
          }
          phase += table.phases[hits] + 2 * parity(crossed);
        }
        update->phases[row] = phase & 3;
      }
      for (size_t k = 0; k < update->active_count; ++k) {
        const uint32_t w = update->active[k];
        z[w] = (z[w] & ~in(update->mask)[w]) | in(found)[k];
      }
    }
  }

  static constexpr qk_tableau_table table() {
    return {QK_ROWS_NAME, &multiply, &product, &multiplyPair, &updateRows};
  }
};
