// a'[i] = alpha a[i] + beta (-1)^popcount((i^x) & z) a[i^x].
//
// x and z split into masks on the vector index and on the lanes (XL). With a bit of x in the vector
// index (HIGH) a unit is the pair of vectors v, v ^ x, v = u-th index with the top bit of x clear;
// otherwise it is one vector. The sign of the lanes is in the coefficients; that of the vector index
// chooses between +beta and -beta.

template <typename T, int LB>
struct PauliCoefficients {
  Factor<T, LB> alpha;
  Factor<T, LB> beta[2];
};

template <typename T, int LB, int XL, bool HIGH>
static void runPauli(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  typedef Vector<T, LB> V;
  const PauliCoefficients<T, LB> c =
      *static_cast<const PauliCoefficients<T, LB> *>(step->coefficients);
  const uint64_t x = step->pauliX, z = step->pauliZ, fixed = step->fixed;
  uint64_t v = depositAround(begin, fixed);
  for (uint64_t unit = begin; unit < end; ++unit) {
    const V here = load<T, LB>(state, v);
    if constexpr (HIGH) {
      const uint64_t w = v ^ x;
      const V there = load<T, LB>(state, w);
      store<T, LB>(state, v,
                   multiply<T, LB>(c.alpha, here) +
                       multiply<T, LB>(c.beta[parityOf(w & z)], xorLanes<T, LB, XL>(there)));
      store<T, LB>(state, w,
                   multiply<T, LB>(c.alpha, there) +
                       multiply<T, LB>(c.beta[parityOf(v & z)], xorLanes<T, LB, XL>(here)));
    } else {
      store<T, LB>(state, v,
                   multiply<T, LB>(c.alpha, here) +
                       multiply<T, LB>(c.beta[parityOf(v & z)], xorLanes<T, LB, XL>(here)));
    }
    v = nextAround(v, fixed);
  }
}

template <typename T, int LB, size_t... XL>
static Run pauliRun(int lanes, bool high, std::index_sequence<XL...>) {
  static constexpr Run across[] = {&runPauli<T, LB, static_cast<int>(XL), true>...};
  static constexpr Run within[] = {&runPauli<T, LB, static_cast<int>(XL), false>...};
  return high ? across[lanes] : within[lanes];
}

template <typename T, int LB>
static qk_step *makePauli(const qk_gate *gate) {
  qk_step *step = qkAllocateStep(0, 0, sizeof(PauliCoefficients<T, LB>));
  if (step == nullptr) return nullptr;
  const int lanes = (1 << LB) - 1;
  const int lowX = static_cast<int>(gate->pauli_x) & lanes;
  const int lowZ = static_cast<int>(gate->pauli_z) & lanes;
  step->pauliX = gate->pauli_x >> LB;
  step->pauliZ = gate->pauli_z >> LB;
  if (step->pauliX != 0) {
    step->fixed = static_cast<uint64_t>(1) << (63 - __builtin_clzll(step->pauliX));
  }
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  step->run = pauliRun<T, LB>(lowX, step->pauliX != 0, std::make_index_sequence<(1 << LB)>());
  PauliCoefficients<T, LB> *c = static_cast<PauliCoefficients<T, LB> *>(step->coefficients);
  c->alpha = factor<T, LB>(gate->alpha[0], gate->alpha[1]);
  for (int sign = 0; sign < 2; ++sign) {
    for (int lane = 0; lane <= lanes; ++lane) {
      const double s = parityOf((lane ^ lowX) & lowZ) != sign ? -1 : 1;
      const T re = static_cast<T>(s * gate->beta[0]), im = static_cast<T>(s * gate->beta[1]);
      c->beta[sign].re[2 * lane] = c->beta[sign].re[2 * lane + 1] = re;
      c->beta[sign].im[2 * lane] = -im;
      c->beta[sign].im[2 * lane + 1] = im;
    }
  }
  return step;
}
