// The cross reduced matrix of two states on a few qubits:
//
//     M[c][r] += sum over the other qubits' settings e of ket[c, e] conj(bra[r, e])
//
// Targets below LB are inside the vectors. With kh high targets a group is 2^kh vectors of each state;
// they are copied side by side, 16 groups at a time. For every setting d of the low targets the ket's
// lane l meets the bra's lane l ^ d, which gives M[(c_high, l)][(r_high, l ^ d)]. Products of a block are
// formed in T, sums of blocks in double.

constexpr uint64_t crossGroups = 16;

// straight += k b and crossed += k swap(b) for CT x RT pairs of rows, over the groups of a block.
template <typename T, int LB, int XL, int CT, int RT>
static void crossTile(const Vector<T, LB> *ket, const Vector<T, LB> *bra, uint64_t groups,
                      typename VectorOf<T, LB>::Wide *sums, uint64_t columns) {
  typedef Vector<T, LB> V;
  V straight[CT][RT] = {}, crossed[CT][RT] = {};
  for (uint64_t g = 0; g < groups; ++g) {
    V k[CT];
#pragma clang loop unroll(full)
    for (int c = 0; c < CT; ++c) k[c] = ket[c * crossGroups + g];
#pragma clang loop unroll(full)
    for (int r = 0; r < RT; ++r) {
      const V b = xorLanes<T, LB, XL>(bra[r * crossGroups + g]);
      const V s = swapPairs<T, LB>(b);
#pragma clang loop unroll(full)
      for (int c = 0; c < CT; ++c) {
        straight[c][r] = k[c] * b + straight[c][r];
        crossed[c][r] = k[c] * s + crossed[c][r];
      }
    }
  }
  for (int c = 0; c < CT; ++c) {
    for (int r = 0; r < RT; ++r) {
      sums[2 * (c * columns + r)] += widen<T, LB>(straight[c][r]);
      sums[2 * (c * columns + r) + 1] += widen<T, LB>(crossed[c][r]);
    }
  }
}

template <typename T, int LB, int XL>
static void crossBlock(const void *kets, const void *bras, uint64_t rows, uint64_t groups,
                       void *into) {
  typedef Vector<T, LB> V;
  typedef typename VectorOf<T, LB>::Wide Wide;
  const V *ket = static_cast<const V *>(kets), *bra = static_cast<const V *>(bras);
  Wide *sums = static_cast<Wide *>(into);
  const int ct = rows >= 2 ? 2 : 1, rt = rows >= 4 ? 4 : ct;
  for (uint64_t c = 0; c < rows; c += ct) {
    for (uint64_t r = 0; r < rows; r += rt) {
      const V *k = ket + c * crossGroups, *b = bra + r * crossGroups;
      Wide *place = sums + 2 * (c * rows + r);
      if (rt == 4) {
        crossTile<T, LB, XL, 2, 4>(k, b, groups, place, rows);
      } else if (rt == 2) {
        crossTile<T, LB, XL, 2, 2>(k, b, groups, place, rows);
      } else {
        crossTile<T, LB, XL, 1, 1>(k, b, groups, place, rows);
      }
    }
  }
}

// Targets are split into those inside a vector and those that choose it; all controls choose it.
template <typename T, int LB, size_t... XL>
static void crossMatrixOf(const void *bra, const void *ket, int32_t k, const int32_t *targets,
                          uint64_t controlMask, uint64_t controlValue, uint64_t begin, uint64_t end,
                          void *scratch, double *result, std::index_sequence<XL...>) {
  typedef Vector<T, LB> V;
  typedef typename VectorOf<T, LB>::Wide Wide;
  typedef void (*Block)(const void *, const void *, uint64_t, uint64_t, void *);
  static constexpr Block blocks[] = {&crossBlock<T, LB, static_cast<int>(XL)>...};
  int highPlaces[QK_MAX_DENSE_TARGETS], highCount = 0;
  uint64_t lowMask = 0, fixed = controlMask >> LB;
  for (int j = 0; j < k; ++j) {
    if (targets[j] < LB) {
      lowMask |= static_cast<uint64_t>(1) << targets[j];
    } else {
      fixed |= static_cast<uint64_t>(1) << (targets[j] - LB);
      highPlaces[highCount++] = j;
    }
  }
  const uint64_t rows = static_cast<uint64_t>(1) << highCount;
  uint64_t offsets[1 << QK_MAX_DENSE_TARGETS], rowOf[1 << QK_MAX_DENSE_TARGETS];
  for (uint64_t h = 0; h < rows; ++h) {
    offsets[h] = controlValue >> LB;
    rowOf[h] = 0;
    for (int j = 0; j < highCount; ++j) {
      if (((h >> j) & 1) == 0) continue;
      offsets[h] |= static_cast<uint64_t>(1) << (targets[highPlaces[j]] - LB);
      rowOf[h] |= static_cast<uint64_t>(1) << highPlaces[j];
    }
  }
  uint64_t rowOfLane[1 << LB];
  for (uint64_t lane = 0; lane < (1 << LB); ++lane) {
    rowOfLane[lane] = 0;
    for (int j = 0; j < k; ++j) {
      if (targets[j] < LB) rowOfLane[lane] |= ((lane >> targets[j]) & 1) << j;
    }
  }

  V *kets = static_cast<V *>(scratch), *bras = kets + rows * crossGroups;
  Wide *sums = reinterpret_cast<Wide *>(bras + rows * crossGroups);
  const uint64_t settings = static_cast<uint64_t>(1) << __builtin_popcountll(lowMask);
  memset(static_cast<void *>(sums), 0, settings * 2 * rows * rows * sizeof(Wide));
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t start = begin; start < end; start += crossGroups) {
    const uint64_t groups = end - start < crossGroups ? end - start : crossGroups;
    for (uint64_t g = 0; g < groups; ++g) {
      for (uint64_t h = 0; h < rows; ++h) {
        kets[h * crossGroups + g] = load<T, LB>(ket, base | offsets[h]);
        bras[h * crossGroups + g] = load<T, LB>(bra, base | offsets[h]);
      }
      base = nextAround(base, fixed);
    }
    for (uint64_t d = 0; d < settings; ++d) {
      blocks[depositBits(d, lowMask)](kets, bras, rows, groups, sums + d * 2 * rows * rows);
    }
  }

  const uint64_t size = static_cast<uint64_t>(1) << k;
  for (uint64_t d = 0; d < settings; ++d) {
    const uint64_t lanes = depositBits(d, lowMask);
    for (uint64_t c = 0; c < rows; ++c) {
      for (uint64_t r = 0; r < rows; ++r) {
        const Wide straight = sums[2 * ((d * rows + c) * rows + r)];
        const Wide crossed = sums[2 * ((d * rows + c) * rows + r) + 1];
        for (uint64_t lane = 0; lane < (1 << LB); ++lane) {
          const uint64_t column = rowOf[r] | rowOfLane[lane ^ lanes];
          double *entry = result + 2 * ((rowOf[c] | rowOfLane[lane]) * size + column);
          entry[0] += straight[2 * lane] + straight[2 * lane + 1];
          entry[1] += crossed[2 * lane + 1] - crossed[2 * lane];
        }
      }
    }
  }
}
