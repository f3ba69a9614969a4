// |psi> <- (R_0 x R_1 x ...)|psi> for rotations R = [[c, -s], [s, c]], which RY is, and every other
// single-qubit gate up to phases before and after it.
//
// A unit is 2^K vectors that differ in the K high targets. They are held in registers while gate after
// gate is applied: lane targets first, by permuting each vector, then the high ones, pair by pair. For
// these the larger of c and s is taken out, so that a pair takes one multiplication and addition a row:
//
//     c (x0 - t x1, x1 + t x0),  t = s/c          s (u x0 - x1, u x1 + x0),  u = c/s
//
// and the product of what was taken out multiplies the vector as it is loaded. Where t is 1, as in H, additions
// alone do; half of a step's rotations are left to multiply all the same, since processors have units for either.

template <typename T, int LB, int K, int BIT>
QK_INLINE void rotateLane(Vector<T, LB> *x, Vector<T, LB> c, Vector<T, LB> s) {
#pragma clang loop unroll(full)
  for (int r = 0; r < (1 << K); ++r) x[r] = s * xorLanes<T, LB, 1 << BIT>(x[r]) + c * x[r];
}

template <typename T, int LB, int K, int LOW, size_t... BITS>
QK_INLINE void rotateLanes(Vector<T, LB> *x, const Vector<T, LB> *factors,
                           std::index_sequence<BITS...>) {
  (
      [&] {
        if constexpr ((LOW >> BITS & 1) != 0) {
          constexpr int place = bitCount(LOW & ((1u << BITS) - 1));
          rotateLane<T, LB, K, static_cast<int>(BITS)>(x, factors[2 * place],
                                                       factors[2 * place + 1]);
        }
      }(),
      ...);
}

// How a rotation is written; the flags of its step. By t is 0.
constexpr uint8_t steepRotation = 1, rotationBySums = 2;

template <typename T, int LB, int K, int LOW>
static void runRotations(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef Vector<T, LB> V;
  // Two vectors for each lane target; then what was taken out, and t or u of each high target.
  const V *const lanes = static_cast<const V *>(step->coefficients);
  const T *const numbers = reinterpret_cast<const T *>(lanes + 2 * LB);
  const uint64_t fixed = step->fixed;
  uint64_t offsets[1 << K];
  for (int r = 0; r < (1 << K); ++r) offsets[r] = step->offsets[r];
  const V scale = pairs<T, LB>(numbers[0], numbers[0]);
  V ratio[K + 1];
  uint8_t shape[K + 1];
  for (int j = 0; j < K; ++j) {
    ratio[j] = pairs<T, LB>(numbers[1 + j], numbers[1 + j]);
    shape[j] = step->flags[j];
  }
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    V x[1 << K];
#pragma clang loop unroll(full)
    for (int r = 0; r < (1 << K); ++r) x[r] = scale * load<T, LB>(state, base | offsets[r]);
    rotateLanes<T, LB, K, LOW>(x, lanes, std::make_index_sequence<LB>());
#pragma clang loop unroll(full)
    for (int j = 0; j < K; ++j) {
      if (shape[j] == rotationBySums) {
#pragma clang loop unroll(full)
        for (int r = 0; r < (1 << K); ++r) {
          if ((r >> j & 1) != 0) continue;
          const V a = x[r], b = x[r | 1 << j];
          x[r] = a - b;
          x[r | 1 << j] = a + b;
        }
      } else if (shape[j] == steepRotation) {
#pragma clang loop unroll(full)
        for (int r = 0; r < (1 << K); ++r) {
          if ((r >> j & 1) != 0) continue;
          const V a = x[r], b = x[r | 1 << j];
          x[r] = ratio[j] * a - b;
          x[r | 1 << j] = ratio[j] * b + a;
        }
      } else {
#pragma clang loop unroll(full)
        for (int r = 0; r < (1 << K); ++r) {
          if ((r >> j & 1) != 0) continue;
          const V a = x[r], b = x[r | 1 << j];
          x[r] = a - ratio[j] * b;
          x[r | 1 << j] = ratio[j] * a + b;
        }
      }
    }
#pragma clang loop unroll(full)
    for (int r = 0; r < (1 << K); ++r) store<T, LB>(state, base | offsets[r], x[r]);
    base = nextAround(base, fixed);
  }
}

// With 32 registers four high targets are held at once, otherwise three.
constexpr int rotationTargets = QK_VECTOR_BYTES >= 64 ? 4 : 3;

template <typename T, int LB, int K, size_t... LOW>
static Run rotationsRun(int low, std::index_sequence<LOW...>) {
  static constexpr Run runs[] = {&runRotations<T, LB, K, static_cast<int>(LOW)>...};
  return runs[low];
}

template <typename T, int LB>
static Run rotationsRun(int k, int low) {
  constexpr auto lows = std::make_index_sequence<(1 << LB)>();
  switch (k) {
    case 0: return rotationsRun<T, LB, 0>(low, lows);
    case 1: return rotationsRun<T, LB, 1>(low, lows);
    case 2: return rotationsRun<T, LB, 2>(low, lows);
    case 3: return rotationsRun<T, LB, 3>(low, lows);
    default: return rotationsRun<T, LB, rotationTargets>(low, lows);
  }
}

template <typename T, int LB>
static qk_step *makeRotations(const qk_gate *gate) {
  typedef Vector<T, LB> V;
  const Placement p = placementOf<LB>(gate);
  const int k = __builtin_popcountll(p.highTargets);
  if (k > rotationTargets || gate->control_mask != 0) return nullptr;
  const size_t rows = static_cast<size_t>(1) << k;
  qk_step *step = qkAllocateStep(rows, rotationTargets,
                                 2 * LB * sizeof(V) + sizeof(T) * static_cast<size_t>(k + 1));
  if (step == nullptr) return nullptr;
  step->fixed = p.highTargets;
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  step->run = rotationsRun<T, LB>(k, p.lowTargets);
  for (size_t r = 0; r < rows; ++r) step->offsets[r] = depositBits(r, p.highTargets);
  T *lanes = static_cast<T *>(step->coefficients);
  T *numbers = lanes + static_cast<size_t>(2 * LB) * (2 << LB);
  double scale = 1;
  int sums = 0;
  for (int j = 0; j < gate->target_count; ++j) {
    const double c = gate->matrix[2 * j], s = gate->matrix[2 * j + 1];
    const int target = gate->targets[j];
    if (target < LB) {
      const int place = bitCount(static_cast<unsigned>(p.lowTargets) & ((1u << target) - 1));
      T *diagonal = lanes + static_cast<size_t>(2 * place) * (2 << LB);
      T *beside = diagonal + (2 << LB);
      for (int e = 0; e < 2 << LB; ++e) {
        diagonal[e] = static_cast<T>(c);
        beside[e] = static_cast<T>((e >> 1 >> target & 1) != 0 ? s : -s);
      }
      continue;
    }
    const uint64_t bit = static_cast<uint64_t>(1) << (target - LB);
    const int place = __builtin_popcountll(p.highTargets & (bit - 1));
    const bool isSteep = (c < 0 ? -c : c) < (s < 0 ? -s : s);
    const double ratio = isSteep ? c / s : s / c;
    const bool isSum = ratio > 1 - 4e-16 && ratio < 1 + 4e-16 && sums < rotationTargets / 2;
    sums += isSum;
    step->flags[place] = isSum ? rotationBySums : isSteep ? steepRotation : 0;
    numbers[1 + place] = static_cast<T>(ratio);
    scale *= isSteep ? s : c;
  }
  numbers[0] = static_cast<T>(scale);
  return step;
}
