// a'[permutation[j]] = d[j] a[j] on k qubits: X, CX, SWAP, Toffoli, Fredkin, ISWAP …
//
// A unit is as in Dense.h with all targets and controls high: 2^k vectors, of which only those
// that move or change are loaded. Loads of a unit come before its stores. Gates with lanes among
// their qubits go through the dense kernel (k <= 3) or through this one with LB = 0.

template <typename T, int LB, int MOVES, bool PHASED>
static void runPermutation(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef Vector<T, LB> V;
  const int moves = MOVES > 0 ? MOVES : step->moveCount;
  const uint64_t *const sources = step->offsets;
  const uint64_t *const destinations = step->offsets + step->moveCount;
  const T *const phases = static_cast<const T *>(step->coefficients);
  const uint64_t fixed = step->fixed;
  const uint64_t control = step->control;
  V x[MOVES > 0 ? MOVES : 1 << QK_MAX_DENSE_TARGETS];
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const uint64_t first = base | control;
    for (int m = 0; m < moves; ++m) {
      x[m] = load<T, LB>(state, first | sources[m]);
      if constexpr (PHASED) {
        const T re = phases[2 * m], im = phases[2 * m + 1];
        x[m] = multiply<T, LB>({pairs<T, LB>(re, re), pairs<T, LB>(-im, im)}, x[m]);
      }
    }
    for (int m = 0; m < moves; ++m) store<T, LB>(state, first | destinations[m], x[m]);
    base = nextAround(base, fixed);
  }
}

template <typename T, int LB>
static qk_step *makeHighPermutation(const qk_gate *gate, const Placement &p) {
  const size_t size = static_cast<size_t>(1) << gate->target_count;
  qk_step *step = qkAllocateStep(2 * size, 0, 2 * size * sizeof(T));
  if (step == nullptr) return nullptr;
  step->fixed = p.highTargets | p.highControls;
  step->control = p.highValue;
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  T *phases = static_cast<T *>(step->coefficients);
  uint64_t destinations[1 << QK_MAX_DENSE_TARGETS];
  bool phased = false;
  int moves = 0;
  for (size_t j = 0; j < size; ++j) {
    const double re = gate->matrix == nullptr ? 1 : gate->matrix[2 * j];
    const double im = gate->matrix == nullptr ? 0 : gate->matrix[2 * j + 1];
    if (gate->permutation[j] == j && re == 1 && im == 0) continue;
    uint64_t from = 0, to = 0;
    for (int t = 0; t < gate->target_count; ++t) {
      from |= static_cast<uint64_t>((j >> t) & 1) << (gate->targets[t] - LB);
      to |= static_cast<uint64_t>((gate->permutation[j] >> t) & 1) << (gate->targets[t] - LB);
    }
    step->offsets[moves] = from;
    destinations[moves] = to;
    phases[2 * moves] = static_cast<T>(re);
    phases[2 * moves + 1] = static_cast<T>(im);
    phased = phased || re != 1 || im != 0;
    moves += 1;
  }
  for (int m = 0; m < moves; ++m) step->offsets[moves + m] = destinations[m];
  step->moveCount = moves;
  if (moves == 0) step->units = 0;
  if (moves == 2) {
    step->run = phased ? &runPermutation<T, LB, 2, true> : &runPermutation<T, LB, 2, false>;
  } else {
    step->run = phased ? &runPermutation<T, LB, 0, true> : &runPermutation<T, LB, 0, false>;
  }
  return step;
}

template <typename T, int LB>
static qk_step *makePermutation(const qk_gate *gate) {
  const Placement p = placementOf<LB>(gate);
  if (p.lowTargets == 0 && p.lowControls == 0) return makeHighPermutation<T, LB>(gate, p);
  if (gate->target_count > 3) return makeHighPermutation<T, 0>(gate, placementOf<0>(gate));
  double matrix[2 * 64] = {};
  const size_t size = static_cast<size_t>(1) << gate->target_count;
  for (size_t j = 0; j < size; ++j) {
    double *entry = matrix + 2 * (gate->permutation[j] * size + j);
    entry[0] = gate->matrix == nullptr ? 1 : gate->matrix[2 * j];
    entry[1] = gate->matrix == nullptr ? 0 : gate->matrix[2 * j + 1];
  }
  qk_gate dense = *gate;
  dense.matrix = matrix;
  return makeDense<T, LB>(&dense);
}
