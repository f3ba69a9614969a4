// Vectors of complex numbers and the enumeration of indices.
//
// `Vector<T, LB>` holds 2^LB complex numbers as (re, im, re, im, …). LB = 0 is one complex number:
// the same templates with LB = 0 serve states smaller than a vector and ranges that cut through one.

#define QK_INLINE static inline __attribute__((always_inline))

template <typename T>
constexpr int nativeLaneBits = QK_VECTOR_BYTES / (2 * sizeof(T)) >= 8   ? 3
                               : QK_VECTOR_BYTES / (2 * sizeof(T)) >= 4 ? 2
                               : QK_VECTOR_BYTES / (2 * sizeof(T)) >= 2 ? 1
                                                                        : 0;

template <typename T, int LB>
struct VectorOf {
  typedef T Type __attribute__((vector_size(2 * sizeof(T) << LB)));
  typedef T Unaligned __attribute__((vector_size(2 * sizeof(T) << LB), aligned(sizeof(T))));
  typedef double Wide __attribute__((vector_size(16 << LB)));
};
template <typename T, int LB>
using Vector = typename VectorOf<T, LB>::Type;

// Vector number `index` of a state.
template <typename T, int LB>
QK_INLINE Vector<T, LB> load(const void *state, uint64_t index) {
  typedef typename VectorOf<T, LB>::Unaligned Unaligned;
  return *(reinterpret_cast<const Unaligned *>(state) + index);
}

template <typename T, int LB>
QK_INLINE void store(void *state, uint64_t index, Vector<T, LB> value) {
  typedef typename VectorOf<T, LB>::Unaligned Unaligned;
  *(reinterpret_cast<Unaligned *>(state) + index) = value;
}

// The lanes in the order lane ^ X.
template <typename T, int LB, int X, size_t... E>
QK_INLINE Vector<T, LB> xorLanes(Vector<T, LB> v, std::index_sequence<E...>) {
  return __builtin_shufflevector(v, v, static_cast<int>((((E >> 1) ^ X) << 1) | (E & 1))...);
}
template <typename T, int LB, int X>
QK_INLINE Vector<T, LB> xorLanes(Vector<T, LB> v) {
  if constexpr (X == 0) return v;
  return xorLanes<T, LB, X>(v, std::make_index_sequence<(2 << LB)>());
}

// (re, im) -> (im, re) in every lane.
template <typename T, int LB, size_t... E>
QK_INLINE Vector<T, LB> swapPairs(Vector<T, LB> v, std::index_sequence<E...>) {
  return __builtin_shufflevector(v, v, static_cast<int>(E ^ 1)...);
}
template <typename T, int LB>
QK_INLINE Vector<T, LB> swapPairs(Vector<T, LB> v) {
  return swapPairs<T, LB>(v, std::make_index_sequence<(2 << LB)>());
}

// (first, second) in every lane.
template <typename T, int LB>
QK_INLINE Vector<T, LB> pairs(T first, T second) {
  Vector<T, LB> v;
  for (int e = 0; e < (2 << LB); e += 2) {
    v[e] = first;
    v[e + 1] = second;
  }
  return v;
}

// Re + i Im, where `re` and `im` are the sums of Re(u) x and Im(u) x.
template <typename T, int LB>
QK_INLINE Vector<T, LB> combine(Vector<T, LB> re, Vector<T, LB> im) {
  return swapPairs<T, LB>(im) * pairs<T, LB>(-1, 1) + re;
}

// A complex factor for each lane: re in both places, and im as (-im, +im).
template <typename T, int LB>
struct Factor {
  Vector<T, LB> re, im;
};
template <typename T, int LB>
QK_INLINE Factor<T, LB> factor(double re, double im) {
  return {pairs<T, LB>(static_cast<T>(re), static_cast<T>(re)),
          pairs<T, LB>(static_cast<T>(-im), static_cast<T>(im))};
}
template <typename T, int LB>
QK_INLINE Vector<T, LB> multiply(const Factor<T, LB> &f, Vector<T, LB> x) {
  return f.im * swapPairs<T, LB>(x) + f.re * x;
}

template <typename T, int LB>
QK_INLINE typename VectorOf<T, LB>::Wide widen(Vector<T, LB> v) {
  return __builtin_convertvector(v, typename VectorOf<T, LB>::Wide);
}

// The sum of the even (parity 0) or odd (parity 1) elements, in a fixed order.
template <typename T, int LB>
QK_INLINE double sumOf(typename VectorOf<T, LB>::Wide v, int parity) {
  double sum = 0;
  for (int e = parity; e < (2 << LB); e += 2) sum += v[e];
  return sum;
}

constexpr int bitCount(unsigned bits) { return __builtin_popcount(bits); }

QK_INLINE int parityOf(uint64_t bits) { return __builtin_parityll(bits); }

// Spreads the bits of `value` over the positions where `mask` is clear, lowest first.
static uint64_t depositAround(uint64_t value, uint64_t mask) {
  uint64_t result = value;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    const uint64_t below = (rest & (~rest + 1)) - 1;
    result = ((result & ~below) << 1) | (result & below);
  }
  return result;
}

// The next index, among those with every bit of `mask` clear.
QK_INLINE uint64_t nextAround(uint64_t index, uint64_t mask) { return ((index | mask) + 1) & ~mask; }

// Collects the bits of `value` at the positions of `mask`, lowest first.
QK_INLINE uint64_t extractBits(uint64_t value, uint64_t mask) {
  uint64_t result = 0;
  int place = 0;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    result |= ((value >> __builtin_ctzll(rest)) & 1) << place;
    place += 1;
  }
  return result;
}

// Spreads the low bits of `value` over the positions of `mask`, lowest first.
constexpr uint64_t depositBits(uint64_t value, uint64_t mask) {
  uint64_t result = 0;
  int place = 0;
  for (uint64_t rest = mask; rest != 0; rest &= rest - 1) {
    if ((value >> place) & 1) result |= rest & (~rest + 1);
    place += 1;
  }
  return result;
}
