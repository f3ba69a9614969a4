// |psi> <- U |psi> for unitaries U on one pair of qubits (p, q), or on two disjoint pairs, of the form
//
//     U = I(e, o) diag(after) (R_q x R_p) diag(before)
//
// with rotations R = [[c, -s], [s, c]], and I that rotates the amplitudes 00 and 11 by the angle e, and
// 01 and 10 by o: what the Cartan decomposition makes of any two-qubit gate, but for phases that are left
// to what follows.
//
// A unit is the vectors that differ in the high qubits: up to 16, held in registers. Each rotation takes
// one multiplication and addition a row,
//
//     c (x0 - t x1, x1 + t x0),  t = s/c
//
// and what is taken out is in the factors between them. A qubit inside the vector is reached by permuting
// its lanes: `LANES` are the bits of a pair's qubits that are lanes. A pair has its lane first (as p).

// The row bits of a pair.
constexpr int interactionBits(int lanes) { return lanes < 0 ? 0 : 2 - bitCount(lanes); }

// The rows times their factors, (re, re, ...) and (-im, im, ...) alternating.
template <typename T, int LB, int ROWS>
QK_INLINE void scaleRows(Vector<T, LB> *x, const Vector<T, LB> *factors) {
#pragma clang loop unroll(full)
  for (int r = 0; r < ROWS; ++r) {
    x[r] = factors[2 * r + 1] * swapPairs<T, LB>(x[r]) + factors[2 * r] * x[r];
  }
}

// Rotates both qubits of a pair, whose rows differ in the bits from FIRST on. The ratios are those of p and q.
template <typename T, int LB, int ROWS, int FIRST, int LANES>
QK_INLINE void rotatePair(Vector<T, LB> *x, const Vector<T, LB> *ratios) {
  typedef Vector<T, LB> V;
  constexpr int low = LANES & -LANES, high = LANES ^ low;
  if constexpr (LANES != 0) {
#pragma clang loop unroll(full)
    for (int r = 0; r < ROWS; ++r) x[r] = ratios[0] * xorLanes<T, LB, low>(x[r]) + x[r];
  }
  if constexpr (high != 0) {
#pragma clang loop unroll(full)
    for (int r = 0; r < ROWS; ++r) x[r] = ratios[1] * xorLanes<T, LB, high>(x[r]) + x[r];
  }
  constexpr int bits = interactionBits(LANES);
#pragma clang loop unroll(full)
  for (int b = 0; b < bits; ++b) {
    const V t = ratios[2 - bits + b];
    const int bit = 1 << (FIRST + b);
#pragma clang loop unroll(full)
    for (int r = 0; r < ROWS; ++r) {
      if ((r & bit) != 0) continue;
      const V x0 = x[r], x1 = x[r | bit];
      x[r] = x0 - t * x1;
      x[r | bit] = t * x0 + x1;
    }
  }
}

// Rotates the amplitudes 00 and 11 of a pair by ratios[2], and 01 and 10 by ratios[3]; where a lane decides which
// they are, the ratios vary by lane, signs included.
template <typename T, int LB, int ROWS, int FIRST, int LANES>
QK_INLINE void interact(Vector<T, LB> *x, const Vector<T, LB> *ratios) {
  typedef Vector<T, LB> V;
  constexpr int bit = 1 << FIRST;
#pragma clang loop unroll(full)
  for (int r = 0; r < ROWS; ++r) {
    if constexpr (interactionBits(LANES) == 0) {
      x[r] = ratios[2] * xorLanes<T, LB, LANES>(x[r]) + x[r];
    } else if constexpr (interactionBits(LANES) == 1) {
      if ((r & bit) != 0) continue;
      const V x0 = x[r], x1 = x[r | bit];
      x[r] = ratios[2] * xorLanes<T, LB, LANES>(x1) + x0;
      x[r | bit] = ratios[3] * xorLanes<T, LB, LANES>(x0) + x1;
    } else {
      if ((r & 3 * bit) != 0) continue;
      const V x0 = x[r], x1 = x[r | bit], x2 = x[r | 2 * bit], x3 = x[r | 3 * bit];
      x[r] = x0 - ratios[2] * x3;
      x[r | 3 * bit] = ratios[2] * x0 + x3;
      x[r | bit] = x1 - ratios[3] * x2;
      x[r | 2 * bit] = ratios[3] * x1 + x2;
    }
  }
}

// LANES_B is -1 where there is one pair.
template <typename T, int LB, int LANES_A, int LANES_B>
static void runInteractions(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef Vector<T, LB> V;
  constexpr int first = interactionBits(LANES_A);
  constexpr int rows = 1 << (first + interactionBits(LANES_B));
  // Four ratios for each pair; then two vectors of factors for each row, after and before the rotations.
  const V *const ratios = static_cast<const V *>(step->coefficients);
  const V *const after = ratios + 8;
  const V *const before = after + 2 * rows;
  const bool hasBefore = step->flags[0] != 0;
  const uint64_t fixed = step->fixed;
  uint64_t offsets[rows];
  for (int r = 0; r < rows; ++r) offsets[r] = step->offsets[r];
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    V x[rows];
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) x[r] = load<T, LB>(state, base | offsets[r]);
    if (hasBefore) scaleRows<T, LB, rows>(x, before);
    rotatePair<T, LB, rows, 0, LANES_A>(x, ratios);
    if constexpr (LANES_B >= 0) rotatePair<T, LB, rows, first, LANES_B>(x, ratios + 4);
    scaleRows<T, LB, rows>(x, after);
    interact<T, LB, rows, 0, LANES_A>(x, ratios);
    if constexpr (LANES_B >= 0) interact<T, LB, rows, first, LANES_B>(x, ratios + 4);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; ++r) store<T, LB>(state, base | offsets[r], x[r]);
    base = nextAround(base, fixed);
  }
}

// The rows that registers hold at once.
constexpr int interactionRows = QK_VECTOR_BYTES >= 64 ? 16 : 8;

// The lanes of two pairs ascend. Null where there is no such kernel.
template <typename T, int LB, int A, int B>
static Run interactionsRun() {
  constexpr bool areDistinct = B < 0 || ((A & B) == 0 && (A == 0 || A < B));
  if constexpr (bitCount(A) <= 2 && areDistinct && bitCount(B < 0 ? 0 : B) <= 2 &&
                1 << (interactionBits(A) + interactionBits(B)) <= interactionRows) {
    return &runInteractions<T, LB, A, B>;
  } else {
    return nullptr;
  }
}

template <typename T, int LB, int A, size_t... B>
static Run interactionsRun(int lanes, std::index_sequence<B...>) {
  static const Run runs[] = {interactionsRun<T, LB, A, static_cast<int>(B) - 1>()...};
  return runs[lanes + 1];
}

template <typename T, int LB, size_t... A>
static Run interactionsRun(int lanesA, int lanesB, std::index_sequence<A...>) {
  typedef Run (*Choice)(int, std::index_sequence<0, (A + 1)...>);
  static const Choice choices[] = {&interactionsRun<T, LB, static_cast<int>(A), 0, (A + 1)...>...};
  return choices[lanesA](lanesB, std::index_sequence<0, (A + 1)...>());
}

// One pair of a gate with its numbers, the lower qubit first.
struct InteractionPair {
  int p, q, lanes;
  double turns[8];              // (c, s) of p, q, the even and the odd amplitudes
  double before[8], after[8];   // four complex numbers each
};

static InteractionPair interactionPair(const qk_gate *gate, int number, int laneBits) {
  InteractionPair pair;
  const double *m = gate->matrix + 24 * number;
  pair.p = gate->targets[2 * number];
  pair.q = gate->targets[2 * number + 1];
  memcpy(pair.turns, m, sizeof pair.turns);
  memcpy(pair.before, m + 8, sizeof pair.before);
  memcpy(pair.after, m + 16, sizeof pair.after);
  if (pair.p > pair.q) {
    std::swap(pair.p, pair.q);
    for (int i = 0; i < 2; ++i) {
      std::swap(pair.turns[i], pair.turns[2 + i]);
      std::swap(pair.before[2 + i], pair.before[4 + i]);
      std::swap(pair.after[2 + i], pair.after[4 + i]);
    }
    pair.turns[7] = -pair.turns[7];
  }
  pair.lanes = (pair.p < laneBits ? 1 << pair.p : 0) | (pair.q < laneBits ? 1 << pair.q : 0);
  return pair;
}

// How much is taken out of a rotation must stay well above zero.
static bool isInteraction(const qk_gate *gate) {
  if (gate->target_count != 2 && gate->target_count != 4) return false;
  if (gate->control_mask != 0 || gate->matrix == nullptr) return false;
  for (int i = 0; i < 4 * (gate->target_count / 2); ++i) {
    const double c = gate->matrix[24 * (i / 4) + 2 * (i % 4)];
    if (!(c * c >= 1e-6)) return false;
  }
  return true;
}

// The four vectors of ratios of a pair.
template <typename T, int LB>
static void fillInteractionRatios(const InteractionPair &pair, T *out) {
  constexpr int width = 2 << LB;
  const int places[2] = {pair.p, pair.q};
  for (int e = 0; e < width; ++e) {
    const int lane = e >> 1;
    for (int i = 0; i < 2; ++i) {
      const double t = pair.turns[2 * i + 1] / pair.turns[2 * i];
      const bool isLow = places[i] < LB && (lane >> places[i] & 1) == 0;
      out[i * width + e] = static_cast<T>(isLow ? -t : t);
    }
    const double even = pair.turns[5] / pair.turns[4], odd = pair.turns[7] / pair.turns[6];
    for (int i = 2; i < 4; ++i) {
      double t = i == 2 ? even : odd;
      if (pair.lanes != 0) {
        // What reaches the row or lane where q is 0 or 1, from the other one.
        const bool p = (lane >> pair.p & 1) != 0;
        const bool q = pair.q < LB ? (lane >> pair.q & 1) != 0 : i == 3;
        t = (p == q ? even : odd) * (q ? 1 : -1);
      }
      out[i * width + e] = static_cast<T>(t);
    }
  }
}

static void multiplyBy(double *z, const double *factor, double scale) {
  const double re = z[0] * factor[0] - z[1] * factor[1];
  z[1] = scale * (z[0] * factor[1] + z[1] * factor[0]);
  z[0] = scale * re;
}

// The factors of the amplitude at an index: before the rotations, and after, times what is taken out of all rotations.
static void interactionFactors(const InteractionPair *pairs, int count, uint64_t index,
                               double *before, double *after) {
  before[0] = after[0] = 1;
  before[1] = after[1] = 0;
  for (int j = 0; j < count; ++j) {
    const double *turns = pairs[j].turns;
    const uint64_t p = index >> pairs[j].p & 1, q = index >> pairs[j].q & 1;
    const double scale = turns[0] * turns[2] * turns[p == q ? 4 : 6];
    multiplyBy(before, pairs[j].before + 2 * (p + 2 * q), 1);
    multiplyBy(after, pairs[j].after + 2 * (p + 2 * q), scale);
  }
}

template <typename T, int LB>
static qk_step *makeInteractions(const qk_gate *gate) {
  if (!isInteraction(gate)) return nullptr;
  const int count = gate->target_count / 2;
  InteractionPair pairs[2];
  for (int j = 0; j < count; ++j) pairs[j] = interactionPair(gate, j, LB);
  if (count == 2 && pairs[0].lanes > pairs[1].lanes) std::swap(pairs[0], pairs[1]);
  const Run run = interactionsRun<T, LB>(pairs[0].lanes, count == 2 ? pairs[1].lanes : -1,
                                         std::make_index_sequence<(1 << LB)>());
  if (run == nullptr) return nullptr;
  int rowQubits[4], rowBits = 0;
  for (int j = 0; j < count; ++j) {
    if (pairs[j].p >= LB) rowQubits[rowBits++] = pairs[j].p;
    if (pairs[j].q >= LB) rowQubits[rowBits++] = pairs[j].q;
  }
  const int rows = 1 << rowBits, width = 2 << LB;
  qk_step *step = qkAllocateStep(static_cast<size_t>(rows), 1,
                                 sizeof(T) * static_cast<size_t>((8 + 4 * rows) * width));
  if (step == nullptr) return nullptr;
  step->run = run;
  for (int b = 0; b < rowBits; ++b) {
    const uint64_t bit = static_cast<uint64_t>(1) << (rowQubits[b] - LB);
    step->fixed |= bit;
    for (int r = 0; r < rows; ++r) step->offsets[r] |= (r >> b & 1) != 0 ? bit : 0;
  }
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  T *const ratios = static_cast<T *>(step->coefficients);
  for (int j = 0; j < count; ++j) {
    fillInteractionRatios<T, LB>(pairs[j], ratios + 4 * j * width);
  }
  for (int r = 0; r < rows; ++r) {
    for (int lane = 0; lane < 1 << LB; ++lane) {
      double factors[2][2];
      interactionFactors(pairs, count, step->offsets[r] << LB | static_cast<uint64_t>(lane),
                         factors[1], factors[0]);
      if (factors[1][0] != 1 || factors[1][1] != 0) step->flags[0] = 1;
      for (int i = 0; i < 2; ++i) {
        T *const re = ratios + (8 + 2 * r + 2 * rows * i) * width + 2 * lane, *const im = re + width;
        re[0] = re[1] = static_cast<T>(factors[i][0]);
        im[0] = static_cast<T>(-factors[i][1]);
        im[1] = static_cast<T>(factors[i][1]);
      }
    }
  }
  return step;
}
