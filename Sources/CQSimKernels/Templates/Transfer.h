// r <- M r on K bits of the index, for vectors of real numbers and real matrices.
//
// A state of 2^m real numbers is a density matrix in the Pauli basis. As in Dense.h: of the K
// targets, those below RB are lanes (the bits of LOW), the others are high, and a unit is the
// vectors whose index agrees outside the high targets,
//
//     row r:  base | offsets[r]      (bit j of r = j-th high target, ascending)
//     out[r] = sum over c, l of  coefficient[r, c, l] x[c, l],   x[c, l] = lanes of vector c by XOR l
//
// with eight rows at a time, one accumulator each. A vector holds 2^RB reals; RB = 0 is one number.

template <typename T, int RB>
struct RealVectorOf {
  typedef T Type __attribute__((vector_size(sizeof(T) << RB)));
  typedef T Unaligned __attribute__((vector_size(sizeof(T) << RB), aligned(sizeof(T))));
};
template <typename T, int RB>
using RealVector = typename RealVectorOf<T, RB>::Type;

template <typename T, int RB>
QK_INLINE RealVector<T, RB> loadReals(const void *state, uint64_t index) {
  typedef typename RealVectorOf<T, RB>::Unaligned Unaligned;
  return *(reinterpret_cast<const Unaligned *>(state) + index);
}

template <typename T, int RB>
QK_INLINE void storeReals(void *state, uint64_t index, RealVector<T, RB> value) {
  typedef typename RealVectorOf<T, RB>::Unaligned Unaligned;
  *(reinterpret_cast<Unaligned *>(state) + index) = value;
}

template <typename T, int RB, int X, size_t... E>
QK_INLINE RealVector<T, RB> xorReals(RealVector<T, RB> v, std::index_sequence<E...>) {
  return __builtin_shufflevector(v, v, static_cast<int>(E ^ X)...);
}

// Fills x[1 ..< 2^L] with the permutations of x[0].
template <typename T, int RB, int LOW, size_t... I>
QK_INLINE void permutedReals(RealVector<T, RB> *x, std::index_sequence<I...>) {
  ((x[I] = xorReals<T, RB, static_cast<int>(depositBits(I, LOW))>(
        x[0], std::make_index_sequence<(1 << RB)>())),
   ...);
}

constexpr int transferRowBlock(int rows) { return rows < 8 ? rows : 8; }

template <typename T, int RB, int K, int LOW>
static void runTransfer(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef RealVector<T, RB> V;
  typedef std::conditional_t<LOW != 0, V, T> Coefficient;
  constexpr int laneCount = 1 << bitCount(LOW);
  constexpr int rows = (1 << K) / laneCount;
  constexpr int columns = 1 << K;
  constexpr int block = transferRowBlock(rows);
  const Coefficient *const coefficients = static_cast<const Coefficient *>(step->coefficients);
  const uint64_t fixed = step->fixed;
  uint64_t offsets[rows];
  for (int r = 0; r < rows; ++r) offsets[r] = step->offsets[r];

  V x[columns];
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    for (int r = 0; r < rows; ++r) {
      x[r * laneCount] = loadReals<T, RB>(state, base | offsets[r]);
      if constexpr (LOW != 0) {
        permutedReals<T, RB, LOW>(x + r * laneCount, std::make_index_sequence<laneCount>());
      }
    }
    const Coefficient *u = coefficients;
    for (int r = 0; r < rows; r += block) {
      V sum[block];
      for (int i = 0; i < block; ++i) sum[i] = u[i] * x[0];
      u += block;
#pragma clang loop unroll_count(K <= 4 ? 16 : 2)
      for (int c = 1; c < columns; ++c) {
        for (int i = 0; i < block; ++i) sum[i] = u[i] * x[c] + sum[i];
        u += block;
      }
      for (int i = 0; i < block; ++i) storeReals<T, RB>(state, base | offsets[r + i], sum[i]);
    }
    base = nextAround(base, fixed);
  }
}

template <typename T, int RB, int K, size_t... LOW>
static Run transferRun(int low, std::index_sequence<LOW...>) {
  static constexpr Run runs[] = {
      &runTransfer<T, RB, K, 2 * bitCount(LOW) <= K ? static_cast<int>(LOW) : 0>...};
  return runs[low];
}

template <typename T, int RB>
static qk_step *makeTransfer(const qk_gate *gate) {
  const Placement p = placementOf<RB>(gate);
  const int k = gate->target_count;
  // States that small, and targets of which most are lanes, take one number at a time.
  if constexpr (RB > 0) {
    if (gate->qubit_count < RB || 2 * bitCount(p.lowTargets) > k) return makeTransfer<T, 0>(gate);
  }
  const int laneCount = 1 << bitCount(p.lowTargets);
  const int rows = (1 << k) / laneCount;
  const int columns = 1 << k;
  const int block = transferRowBlock(rows);
  const int width = p.lowTargets != 0 ? 1 << RB : 1;
  qk_step *step = qkAllocateStep(rows, 0, sizeof(T) * rows * columns * width);
  if (step == nullptr) return nullptr;
  step->fixed = p.highTargets;
  step->units = unitsOutside(gate->qubit_count - RB, step->fixed);
  constexpr auto lows = std::make_index_sequence<(1 << RB)>();
  step->run = k == 2   ? transferRun<T, RB, 2>(p.lowTargets, lows)
              : k == 4 ? transferRun<T, RB, 4>(p.lowTargets, lows)
                       : transferRun<T, RB, 6>(p.lowTargets, lows);
  for (int r = 0; r < rows; ++r) step->offsets[r] = depositBits(r, p.highTargets);
  T *out = static_cast<T *>(step->coefficients);
  for (int first = 0; first < rows; first += block) {
    for (int column = 0; column < columns; ++column) {
      const int c = column / laneCount;
      const int flip = static_cast<int>(depositBits(column % laneCount, p.lowTargets));
      for (int r = first; r < first + block; ++r) {
        for (int lane = 0; lane < width; ++lane) {
          const size_t row = matrixIndex<RB>(gate, p, r, lane);
          const size_t from = matrixIndex<RB>(gate, p, c, lane ^ flip);
          *out++ = static_cast<T>(gate->matrix[row * columns + from]);
        }
      }
    }
  }
  return step;
}
