// |psi> <- M |psi> on k qubits.
//
// Of the k targets, L are lanes (the bits of LOW) and H = k - L are high. A unit is the 2^H vectors
// whose index has the same bits outside the high targets:
//
//     base = u-th vector index with the bits of `fixed` clear, OR `control`
//     row r:  base | offsets[r],  r = 0 ..< 2^H     (bit j of r = j-th high target, ascending)
//
// A lane is reached from the lanes that differ in a subset l of LOW, so that with
// x[c, l] = lanes of vector c permuted by XOR l
//
//     out[r] = sum over c, l of  coefficient[r, c, l] x[c, l]      (2^k terms)
//
// where the coefficients vary by lane when L > 0 or a control is a lane (LANED); lanes whose
// controls do not hold have the rows of the identity. Rows are taken four at a time, with two
// accumulators each: Re(u) x and Im(u) x, combined once per row.

constexpr int denseRowBlock(int rows) { return rows < 4 ? rows : 4; }

// Fills x[1 ..< 2^L] with the permutations of x[0].
template <typename T, int LB, int LOW, size_t... I>
QK_INLINE void permutedLanes(Vector<T, LB> *x, std::index_sequence<I...>) {
  ((x[I] = xorLanes<T, LB, static_cast<int>(depositBits(I, LOW))>(x[0])), ...);
}

template <typename T, int LB, int K, int LOW, bool LANED>
static void runDense(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef Vector<T, LB> V;
  typedef std::conditional_t<LANED, V, T> Coefficient;
  constexpr int laneCount = 1 << bitCount(LOW);
  constexpr int rows = (1 << K) / laneCount;
  constexpr int columns = 1 << K;
  constexpr int block = denseRowBlock(rows);
  const Coefficient *const coefficients = static_cast<const Coefficient *>(step->coefficients);
  const uint64_t fixed = step->fixed;
  const uint64_t control = step->control;
  uint64_t offsets[rows];
  for (int r = 0; r < rows; ++r) offsets[r] = step->offsets[r];

  V x[columns];
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t first = base | control;
    for (int r = 0; r < rows; ++r) {
      x[r * laneCount] = load<T, LB>(state, first | offsets[r]);
      permutedLanes<T, LB, LOW>(x + r * laneCount, std::make_index_sequence<laneCount>());
    }
    const Coefficient *u = coefficients;
    for (int r = 0; r < rows; r += block) {
      V re[block], im[block];
      for (int i = 0; i < block; ++i) {
        re[i] = u[2 * i] * x[0];
        im[i] = u[2 * i + 1] * x[0];
      }
      u += 2 * block;
#pragma clang loop unroll_count(K <= 3 ? 8 : 2)
      for (int c = 1; c < columns; ++c) {
        for (int i = 0; i < block; ++i) {
          re[i] = u[2 * i] * x[c] + re[i];
          im[i] = u[2 * i + 1] * x[c] + im[i];
        }
        u += 2 * block;
      }
      for (int i = 0; i < block; ++i) {
        store<T, LB>(state, first | offsets[r + i], combine<T, LB>(re[i], im[i]));
      }
    }
    base = nextAround(base, fixed);
  }
}

typedef void (*Run)(const qk_step *, void *, uint64_t, uint64_t);

template <typename T, int LB, int K, size_t... LOW>
static Run denseRun(int low, std::index_sequence<LOW...>) {
  static constexpr Run runs[] = {
      &runDense<T, LB, K, bitCount(LOW) <= K ? static_cast<int>(LOW) : 0, true>...};
  return runs[low];
}

template <typename T, int LB>
static Run denseRun(int k, int low, bool laned) {
  constexpr auto lows = std::make_index_sequence<(1 << LB)>();
  switch (k) {
    case 1: return laned ? denseRun<T, LB, 1>(low, lows) : &runDense<T, LB, 1, 0, false>;
    case 2: return laned ? denseRun<T, LB, 2>(low, lows) : &runDense<T, LB, 2, 0, false>;
    case 3: return laned ? denseRun<T, LB, 3>(low, lows) : &runDense<T, LB, 3, 0, false>;
    case 4: return laned ? denseRun<T, LB, 4>(low, lows) : &runDense<T, LB, 4, 0, false>;
    case 5: return laned ? denseRun<T, LB, 5>(low, lows) : &runDense<T, LB, 5, 0, false>;
    default: return laned ? denseRun<T, LB, 6>(low, lows) : &runDense<T, LB, 6, 0, false>;
  }
}

// Where the targets and controls of a gate are, seen from vectors of 2^LB lanes.
struct Placement {
  int lowTargets;         // lanes that are targets
  uint64_t highTargets;   // bits of the vector index that are targets
  int lowControls, lowValue;
  uint64_t highControls, highValue;
};

template <int LB>
static Placement placementOf(const qk_gate *gate) {
  Placement p = {};
  for (int j = 0; j < gate->target_count; ++j) {
    if (gate->targets[j] < LB) {
      p.lowTargets |= 1 << gate->targets[j];
    } else {
      p.highTargets |= static_cast<uint64_t>(1) << (gate->targets[j] - LB);
    }
  }
  const int lanes = (1 << LB) - 1;
  p.lowControls = static_cast<int>(gate->control_mask) & lanes;
  p.lowValue = static_cast<int>(gate->control_value) & lanes;
  p.highControls = gate->control_mask >> LB;
  p.highValue = gate->control_value >> LB;
  return p;
}

// The index into the gate's matrix of row r (bits in the order of the high targets) in a lane.
template <int LB>
static size_t matrixIndex(const qk_gate *gate, const Placement &p, uint64_t row, int lane) {
  const uint64_t index = (depositBits(row, p.highTargets) << LB) | static_cast<uint64_t>(lane);
  size_t result = 0;
  for (int j = 0; j < gate->target_count; ++j) {
    result |= static_cast<size_t>((index >> gate->targets[j]) & 1) << j;
  }
  return result;
}

static uint64_t unitsOutside(int vectorBits, uint64_t fixed) {
  return static_cast<uint64_t>(1) << (vectorBits - __builtin_popcountll(fixed));
}

template <typename T, int LB>
static qk_step *makeDense(const qk_gate *gate) {
  const Placement p = placementOf<LB>(gate);
  const int k = gate->target_count;
  const int laneCount = 1 << bitCount(p.lowTargets);
  const int rows = (1 << k) / laneCount;
  const int columns = 1 << k;
  const int block = denseRowBlock(rows);
  const bool laned = p.lowTargets != 0 || p.lowControls != 0;
  const int width = laned ? (2 << LB) : 1;
  qk_step *step = qkAllocateStep(rows, 0, sizeof(T) * 2 * rows * columns * width);
  if (step == nullptr) return nullptr;
  step->fixed = p.highTargets | p.highControls;
  step->control = p.highValue;
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  step->run = denseRun<T, LB>(k, p.lowTargets, laned);
  for (int r = 0; r < rows; ++r) step->offsets[r] = depositBits(r, p.highTargets);
  T *out = static_cast<T *>(step->coefficients);
  for (int first = 0; first < rows; first += block) {
    for (int column = 0; column < columns; ++column) {
      const int c = column / laneCount;
      const int flip = static_cast<int>(depositBits(column % laneCount, p.lowTargets));
      for (int r = first; r < first + block; ++r) {
        for (int element = 0; element < width; ++element) {
          const int lane = element >> 1;
          double re = r == c && flip == 0, im = 0;
          if ((lane & p.lowControls) == p.lowValue || !laned) {
            const size_t row = matrixIndex<LB>(gate, p, r, lane);
            const size_t from = matrixIndex<LB>(gate, p, c, lane ^ flip);
            re = gate->matrix[2 * (row * columns + from)];
            im = gate->matrix[2 * (row * columns + from) + 1];
          }
          out[element] = static_cast<T>(re);
          out[element + width] = static_cast<T>(im);
        }
        out += 2 * width;
      }
    }
  }
  return step;
}
