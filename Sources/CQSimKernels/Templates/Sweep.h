// One pass over a range of amplitudes: scaling, collapse, sums and sampling.
//
// `first` and `last` count vectors of 2^LB amplitudes. Sums run in double, in blocks of 256 vectors
// with two accumulators, so that rounding grows with the number of blocks and not of amplitudes.

constexpr uint64_t sumBlock = 256;

template <typename T, int LB>
static void scaleVectors(void *state, double re, double im, uint64_t first, uint64_t last) {
  const Factor<T, LB> f = factor<T, LB>(re, im);
  for (uint64_t v = first; v < last; ++v) {
    store<T, LB>(state, v, multiply<T, LB>(f, load<T, LB>(state, v)));
  }
}

template <typename T, int LB>
static void collapseVectors(void *state, uint64_t mask, uint64_t value, double scale,
                            uint64_t first, uint64_t last) {
  const uint64_t highMask = mask >> LB, highValue = value >> LB;
  const Vector<T, LB> zero = {};
  Vector<T, LB> kept;
  for (int lane = 0; lane < (1 << LB); ++lane) {
    const bool matches = ((static_cast<uint64_t>(lane) ^ value) & mask & ((1 << LB) - 1)) == 0;
    kept[2 * lane] = kept[2 * lane + 1] = matches ? static_cast<T>(scale) : 0;
  }
  for (uint64_t v = first; v < last; ++v) {
    store<T, LB>(state, v, (v & highMask) == highValue ? load<T, LB>(state, v) * kept : zero);
  }
}

template <typename T, int LB>
static double normOfVectors(const void *state, uint64_t first, uint64_t last) {
  typedef typename VectorOf<T, LB>::Wide Wide;
  double total = 0;
  for (uint64_t start = first; start < last; start += sumBlock) {
    const uint64_t stop = last - start < sumBlock ? last : start + sumBlock;
    Wide even = {}, odd = {};
    uint64_t v = start;
    for (; v + 1 < stop; v += 2) {
      const Wide x = widen<T, LB>(load<T, LB>(state, v));
      const Wide y = widen<T, LB>(load<T, LB>(state, v + 1));
      even = x * x + even;
      odd = y * y + odd;
    }
    if (v < stop) {
      const Wide x = widen<T, LB>(load<T, LB>(state, v));
      even = x * x + even;
    }
    total += sumOf<T, LB>(even + odd, 0) + sumOf<T, LB>(even + odd, 1);
  }
  return total;
}

// Vectors are the units of the high bits of the mask; lanes that do not match have weight 0.
template <typename T, int LB>
static double normOfVectorsWhere(const void *state, uint64_t mask, uint64_t value, uint64_t first,
                                 uint64_t last) {
  typedef typename VectorOf<T, LB>::Wide Wide;
  const uint64_t fixed = mask >> LB, control = value >> LB;
  Wide weight;
  for (int lane = 0; lane < (1 << LB); ++lane) {
    const bool matches = ((static_cast<uint64_t>(lane) ^ value) & mask & ((1 << LB) - 1)) == 0;
    weight[2 * lane] = weight[2 * lane + 1] = matches ? 1 : 0;
  }
  double total = 0;
  uint64_t base = depositAround(first, fixed);
  for (uint64_t start = first; start < last; start += sumBlock) {
    const uint64_t stop = last - start < sumBlock ? last : start + sumBlock;
    Wide sum = {};
    for (uint64_t v = start; v < stop; ++v) {
      const Wide x = widen<T, LB>(load<T, LB>(state, base | control));
      sum = x * x + sum;
      base = nextAround(base, fixed);
    }
    total += sumOf<T, LB>(sum * weight, 0) + sumOf<T, LB>(sum * weight, 1);
  }
  return total;
}

// conj(p) q = (p.re q.re + p.im q.im) + i (p.re q.im - p.im q.re).
template <typename T, int LB>
static void innerProductOfVectors(const void *a, const void *b, uint64_t first, uint64_t last,
                                  double *result) {
  typedef typename VectorOf<T, LB>::Wide Wide;
  double re = 0, im = 0;
  for (uint64_t start = first; start < last; start += sumBlock) {
    const uint64_t stop = last - start < sumBlock ? last : start + sumBlock;
    Wide straight = {}, crossed = {};
    for (uint64_t v = start; v < stop; ++v) {
      const Vector<T, LB> p = load<T, LB>(a, v), q = load<T, LB>(b, v);
      straight = widen<T, LB>(p) * widen<T, LB>(q) + straight;
      crossed = widen<T, LB>(p) * widen<T, LB>(swapPairs<T, LB>(q)) + crossed;
    }
    re += sumOf<T, LB>(straight, 0) + sumOf<T, LB>(straight, 1);
    im += sumOf<T, LB>(crossed, 0) - sumOf<T, LB>(crossed, 1);
  }
  result[0] = re;
  result[1] = im;
}

template <typename T, int LB, int XL>
static void pauliSumOfVectors(const void *state, uint64_t x, uint64_t z, uint64_t first,
                              uint64_t last, double *result) {
  typedef typename VectorOf<T, LB>::Wide Wide;
  const uint64_t highX = x >> LB, highZ = z >> LB;
  Wide sign;
  for (int lane = 0; lane < (1 << LB); ++lane) {
    sign[2 * lane] = sign[2 * lane + 1] = parityOf(static_cast<uint64_t>(lane) & z) ? -1 : 1;
  }
  double re = 0, im = 0;
  for (uint64_t start = first; start < last; start += sumBlock) {
    const uint64_t stop = last - start < sumBlock ? last : start + sumBlock;
    Wide straight = {}, crossed = {};
    for (uint64_t v = start; v < stop; ++v) {
      const Vector<T, LB> q = load<T, LB>(state, v);
      const Wide p = widen<T, LB>(xorLanes<T, LB, XL>(load<T, LB>(state, v ^ highX))) *
                     (parityOf(v & highZ) ? -1.0 : 1.0);
      straight = p * widen<T, LB>(q) + straight;
      crossed = p * widen<T, LB>(swapPairs<T, LB>(q)) + crossed;
    }
    straight *= sign;
    crossed *= sign;
    re += sumOf<T, LB>(straight, 0) + sumOf<T, LB>(straight, 1);
    im += sumOf<T, LB>(crossed, 0) - sumOf<T, LB>(crossed, 1);
  }
  result[0] = re;
  result[1] = im;
}

template <typename T, int LB, size_t... XL>
static void pauliSumOfVectors(const void *state, uint64_t x, uint64_t z, uint64_t first,
                              uint64_t last, double *result, std::index_sequence<XL...>) {
  typedef void (*Sum)(const void *, uint64_t, uint64_t, uint64_t, uint64_t, double *);
  static constexpr Sum sums[] = {&pauliSumOfVectors<T, LB, static_cast<int>(XL)>...};
  sums[x & ((1 << LB) - 1)](state, x, z, first, last, result);
}

// |a[i]|^2 in double.
template <typename T>
QK_INLINE double probabilityAt(const void *state, uint64_t index) {
  const T *a = static_cast<const T *>(state) + 2 * index;
  const double re = a[0], im = a[1];
  return re * re + im * im;
}

template <typename T>
static void pickAmplitudes(const void *state, uint64_t begin, uint64_t end,
                           const double *thresholds, size_t count, uint64_t *out) {
  double sum = 0;
  size_t next = 0;
  uint64_t last = begin;
  for (uint64_t i = begin; i < end && next < count; ++i) {
    const double p = probabilityAt<T>(state, i);
    if (p == 0) continue;
    sum += p;
    last = i;
    while (next < count && thresholds[next] < sum) out[next++] = i;
  }
  while (next < count) out[next++] = last;
}
