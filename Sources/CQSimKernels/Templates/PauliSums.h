// Sums of many Pauli products in one pass, and the action of a Pauli sum.
//
// The pass goes over the cosets of a subspace of the indices. A coset is copied into a tile that stays
// in cache, and serves every product whose X mask lies in the subspace. In the tile's coordinates a
// product is a pair of masks (x, z) again, and the sign of the coset's base comes in front.
//
// i and i ^ x give conjugate terms, so half of the pairs are enough:
//
//     sum over i of conj(a[i^x]) a[i] s(i) = 2 sum over pairs of Re or i Im,   s(i) = (-1)^popcount(i & z)
//
// Re where popcount(x & z) is even, Im where it is odd. Both are a product of elements, of a vector
// with its partner's elements in the order e ^ XE, XE = 2 (x in the lanes) + (1 for Im):
//
//     Re: a.re b.re + a.im b.im          Im: a.im b.re - a.re b.im          (b at i ^ x)
//
// Unit u is the pair of vectors v, v ^ x with v = u-th vector index whose top bit of x is clear; where x
// is inside the lanes it is one vector. Products are formed in T and added up in double after runs of
// 16; products with many z masks go through a Walsh-Hadamard transform of 64 units in double.

constexpr uint64_t pairRun = 64;
constexpr int transformBits = 6;
constexpr size_t transformBatch = 128;
// From this many z masks on, the transform is cheaper than a sum for each.
constexpr size_t transformFrom = 4;

template <typename T, int LB, int XE, size_t... E>
QK_INLINE Vector<T, LB> xorElements(Vector<T, LB> v, std::index_sequence<E...>) {
  return __builtin_shufflevector(v, v, static_cast<int>(E ^ XE)...);
}
template <typename T, int LB, int XE>
QK_INLINE Vector<T, LB> xorElements(Vector<T, LB> v) {
  if constexpr (XE == 0) return v;
  return xorElements<T, LB, XE>(v, std::make_index_sequence<(2 << LB)>());
}

// The vector with every sign changed where `parity` is 1.
template <typename T, int LB>
QK_INLINE Vector<T, LB> flipSigns(Vector<T, LB> v, int parity) {
  typedef uint64_t Bits __attribute__((vector_size(sizeof(Vector<T, LB>))));
  const uint64_t sign = sizeof(T) == 8 ? 0x8000000000000000u : 0x8000000080000000u;
  const uint64_t mask = (~static_cast<uint64_t>(parity) + 1) & sign;
  return reinterpret_cast<Vector<T, LB>>(reinterpret_cast<Bits>(v) ^ mask);
}

// How the units of an X mask lie among the vectors of a tile.
struct PairUnits {
  uint64_t x;      // on the vector index
  uint64_t below;  // the bits below the top bit of x; all bits where x is 0
  uint64_t count;

  PairUnits(uint64_t x, uint64_t vectors) : x(x), below(~static_cast<uint64_t>(0)), count(vectors) {
    if (x == 0) return;
    below = (static_cast<uint64_t>(1) << (63 - __builtin_clzll(x))) - 1;
    count = vectors / 2;
  }
  // The first vector of a unit.
  uint64_t vector(uint64_t unit) const {
    return x == 0 ? unit : ((unit & ~below) << 1) | (unit & below);
  }
  // The mask on units that has the parity of `z` on their first vectors.
  uint64_t mask(uint64_t z) const { return x == 0 ? z : ((z >> 1) & ~below) | (z & below); }
  // Every pair counts twice where each is met once.
  double weight() const { return x == 0 ? 1 : 2; }
};

// The signs of the elements of a vector of products.
template <typename T, int LB>
QK_INLINE typename VectorOf<T, LB>::Wide elementSigns(uint64_t z, bool isImaginary) {
  typename VectorOf<T, LB>::Wide sign;
  for (int e = 0; e < (2 << LB); ++e) {
    const bool crosses = isImaginary && (e & 1) == 0;
    sign[e] = (parityOf(static_cast<uint64_t>(e >> 1) & z) != 0) != crosses ? -1 : 1;
  }
  return sign;
}

// The sum of one product over a tile; needs 4 units.
template <typename T, int LB, int XE>
static double pairSum(const void *tile, const PairUnits &units, uint64_t z) {
  typedef Vector<T, LB> V;
  typedef typename VectorOf<T, LB>::Wide Wide;
  const uint64_t highZ = z >> LB;
  uint64_t place[4];
  double sign[4];
  for (int j = 0; j < 4; ++j) {
    place[j] = units.vector(static_cast<uint64_t>(j));
    sign[j] = parityOf(place[j] & highZ) ? -1 : 1;
  }
  Wide total = {};
  for (uint64_t start = 0; start < units.count; start += pairRun) {
    const uint64_t stop = units.count - start < pairRun ? units.count : start + pairRun;
    V sum[4] = {};
    for (uint64_t unit = start; unit < stop; unit += 4) {
      const uint64_t base = units.vector(unit), partner = base ^ units.x;
      const int parity = parityOf(base & highZ);
#pragma clang loop unroll(full)
      for (int j = 0; j < 4; ++j) {
        const V here = flipSigns<T, LB>(load<T, LB>(tile, base | place[j]), parity);
        sum[j] = xorElements<T, LB, XE>(load<T, LB>(tile, partner ^ place[j])) * here + sum[j];
      }
    }
    for (int j = 0; j < 4; ++j) total += widen<T, LB>(sum[j]) * sign[j];
  }
  total *= elementSigns<T, LB>(z, XE & 1);
  return units.weight() * (sumOf<T, LB>(total, 0) + sumOf<T, LB>(total, 1));
}

// The sums of products with one X mask and many Z masks over a tile: sums[k] += base[k] (sum of z[k]).
template <typename T, int LB, int XE>
static void pairSums(const void *tile, const PairUnits &units, const uint64_t *z,
                     const double *base, size_t count, double *sums) {
  typedef typename VectorOf<T, LB>::Wide Wide;
  const uint64_t width = units.count < (1 << transformBits) ? units.count : 1 << transformBits;
  Wide totals[transformBatch] = {};
  Wide products[1 << transformBits];
  for (uint64_t start = 0; start < units.count; start += width) {
    for (uint64_t u = 0; u < width; ++u) {
      const uint64_t v = units.vector(start + u);
      products[u] =
          widen<T, LB>(xorElements<T, LB, XE>(load<T, LB>(tile, v ^ units.x)) * load<T, LB>(tile, v));
    }
    for (uint64_t half = 1; half < width; half *= 2) {
      for (uint64_t block = 0; block < width; block += 2 * half) {
        for (uint64_t u = block; u < block + half; ++u) {
          const Wide a = products[u], b = products[u + half];
          products[u] = a + b;
          products[u + half] = a - b;
        }
      }
    }
    for (size_t k = 0; k < count; ++k) {
      const uint64_t mask = units.mask(z[k] >> LB);
      const Wide value = products[mask & (width - 1)];
      totals[k] += parityOf(start & mask) ? -value : value;
    }
  }
  for (size_t k = 0; k < count; ++k) {
    const Wide total = totals[k] * elementSigns<T, LB>(z[k], XE & 1);
    sums[k] += base[k] * units.weight() * (sumOf<T, LB>(total, 0) + sumOf<T, LB>(total, 1));
  }
}

// The terms [first, first + count) of a group over one tile.
template <typename T, int LB, int XE>
static void addGroup(const void *tile, uint64_t vectors, const qk_pauli_sweep *sweep,
                     const qk_pauli_group *group, uint64_t coset, double *sums) {
  const PairUnits units(group->x >> LB, vectors);
  double base[transformBatch];
  for (size_t done = 0; done < group->count; done += transformBatch) {
    const size_t left = group->count - done;
    const size_t count = left < transformBatch ? left : transformBatch;
    const size_t first = group->first + done;
    for (size_t k = 0; k < count; ++k) base[k] = parityOf(coset & sweep->z[first + k]) ? -1 : 1;
    if (count >= transformFrom) {
      pairSums<T, LB, XE>(tile, units, sweep->tile_z + first, base, count, sums + first);
    } else {
      for (size_t k = 0; k < count; ++k) {
        sums[first + k] += base[k] * pairSum<T, LB, XE>(tile, units, sweep->tile_z[first + k]);
      }
    }
  }
}

template <typename T, int LB, size_t... XE>
static void addGroups(const void *tile, uint64_t vectors, const qk_pauli_sweep *sweep,
                      uint64_t coset, double *sums, std::index_sequence<XE...>) {
  typedef void (*Add)(const void *, uint64_t, const qk_pauli_sweep *, const qk_pauli_group *,
                      uint64_t, double *);
  static constexpr Add adds[] = {&addGroup<T, LB, static_cast<int>(XE)>...};
  for (size_t g = 0; g < sweep->group_count; ++g) {
    const qk_pauli_group *group = &sweep->groups[g];
    const uint64_t lanes = group->x & ((1 << LB) - 1);
    adds[2 * lanes + (group->is_imaginary ? 1 : 0)](tile, vectors, sweep, group, coset, sums);
  }
}

template <typename T, int LB>
static void sweepPaulis(const void *state, const qk_pauli_sweep *sweep, uint64_t begin,
                        uint64_t end, void *scratch, double *sums) {
  const uint64_t run = static_cast<uint64_t>(1) << sweep->run_bits;
  const uint64_t runs = static_cast<uint64_t>(1) << sweep->basis_count;
  const size_t runBytes = static_cast<size_t>(run) * 2 * sizeof(T);
  const char *from = static_cast<const char *>(state);
  const uint64_t fixed = sweep->pivots | (run - 1);
  for (uint64_t c = begin; c < end; ++c) {
    const uint64_t coset = depositAround(c, fixed);
    const void *tile = from + coset * 2 * sizeof(T);
    if (scratch != nullptr) {
      for (uint64_t r = 0; r < runs; ++r) {
        memcpy(static_cast<char *>(scratch) + r * runBytes,
               from + (coset ^ sweep->offsets[r]) * 2 * sizeof(T), runBytes);
      }
      tile = scratch;
    }
    addGroups<T, LB>(tile, (run * runs) >> LB, sweep, coset, sums,
                     std::make_index_sequence<(2 << LB)>());
  }
}

// out[i] += f (-1)^popcount((i^x) & z) a[i^x] for vectors [first, last).
template <typename T, int LB, int XL>
static void addPauliVectors(void *out, const void *state, uint64_t x, uint64_t z, double re,
                            double im, uint64_t first, uint64_t last) {
  Factor<T, LB> f[2];
  for (int lane = 0; lane < (1 << LB); ++lane) {
    const double sign = parityOf(static_cast<uint64_t>(lane ^ XL) & z) ? -1 : 1;
    for (int s = 0; s < 2; ++s) {
      const double flip = s == 1 ? -sign : sign;
      f[s].re[2 * lane] = f[s].re[2 * lane + 1] = static_cast<T>(flip * re);
      f[s].im[2 * lane] = static_cast<T>(-flip * im);
      f[s].im[2 * lane + 1] = static_cast<T>(flip * im);
    }
  }
  const uint64_t highX = x >> LB, highZ = z >> LB;
  const bool isReal = im == 0;
  for (uint64_t v = first; v < last; ++v) {
    const uint64_t w = v ^ highX;
    const int parity = parityOf(w & highZ);
    const Vector<T, LB> there = xorLanes<T, LB, XL>(load<T, LB>(state, w));
    const Vector<T, LB> sum = f[parity].re * there + load<T, LB>(out, v);
    store<T, LB>(out, v, isReal ? sum : f[parity].im * swapPairs<T, LB>(there) + sum);
  }
}

template <typename T, int LB, size_t... XL>
static void addPauliVectors(void *out, const void *state, uint64_t x, uint64_t z, double re,
                            double im, uint64_t first, uint64_t last, std::index_sequence<XL...>) {
  typedef void (*Add)(void *, const void *, uint64_t, uint64_t, double, double, uint64_t, uint64_t);
  static constexpr Add adds[] = {&addPauliVectors<T, LB, static_cast<int>(XL)>...};
  adds[x & ((1 << LB) - 1)](out, state, x, z, re, im, first, last);
}
