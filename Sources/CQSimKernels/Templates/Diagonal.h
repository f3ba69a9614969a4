// a[i] <- d[bits of i at the targets] a[i].
//
// A unit is one vector whose high controls hold; the high targets' bits of its index choose a
// factor, one number or (with targets or controls among the lanes) one for each lane. The factor
// changes only every 2^(lowest bit that matters) vectors, and vectors whose factor is one are not
// touched.

// Collects the bits of ascending indices at the positions of a mask: those of the low 8 bits by a
// table, the others only when they change.
struct BitCollector {
  uint64_t mask;
  uint64_t above = ~static_cast<uint64_t>(0);
  uint64_t choiceAbove = 0;
  bool hasTable;
  uint16_t table[256];

  BitCollector(uint64_t mask, uint64_t expectedCalls) : mask(mask), hasTable(expectedCalls >= 1024) {
    if (!hasTable) return;
    for (int low = 0; low < 256; ++low) {
      table[low] = static_cast<uint16_t>(extractBits(static_cast<uint64_t>(low), mask));
    }
  }

  uint64_t operator()(uint64_t index) {
    if (!hasTable) return extractBits(index, mask);
    if (above != index >> 8) {
      above = index >> 8;
      choiceAbove = extractBits(index & ~static_cast<uint64_t>(255), mask);
    }
    return choiceAbove | table[index & 255];
  }
};

template <typename T, int LB, bool LANED>
static void runDiagonal(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  const uint64_t fixed = step->fixed;
  const uint64_t control = step->control;
  const uint64_t high = step->high;
  const uint64_t runMask = (high | fixed) == 0 ? ~static_cast<uint64_t>(0)
                                               : ((high | fixed) & (~(high | fixed) + 1)) - 1;
  uint64_t unit = begin;
  uint64_t base = depositAround(begin, fixed);
  BitCollector collect(high, runMask < 256 ? end - begin : 0);
  while (unit < end) {
    // Below the lowest bit that matters, unit and vector index step together.
    const uint64_t left = runMask - (base & runMask);
    const uint64_t length = left < end - unit - 1 ? left + 1 : end - unit;
    const uint64_t first = base | control;
    const uint64_t choice = collect(first);
    if (step->flags[choice] != 0) {
      Factor<T, LB> f;
      if constexpr (LANED) {
        f = static_cast<const Factor<T, LB> *>(step->coefficients)[choice];
      } else {
        const T *d = static_cast<const T *>(step->coefficients) + 2 * choice;
        f = {pairs<T, LB>(d[0], d[0]), pairs<T, LB>(-d[1], d[1])};
      }
      for (uint64_t v = first; v < first + length; ++v) {
        store<T, LB>(state, v, multiply<T, LB>(f, load<T, LB>(state, v)));
      }
    }
    unit += length;
    base = nextAround(base + (length - 1), fixed);
  }
}

template <typename T, int LB>
static qk_step *makeDiagonal(const qk_gate *gate) {
  const Placement p = placementOf<LB>(gate);
  const bool laned = p.lowTargets != 0 || p.lowControls != 0;
  const size_t choices = static_cast<size_t>(1) << __builtin_popcountll(p.highTargets);
  const size_t width = laned ? sizeof(Factor<T, LB>) : 2 * sizeof(T);
  qk_step *step = qkAllocateStep(0, choices, choices * width);
  if (step == nullptr) return nullptr;
  step->fixed = p.highControls;
  step->control = p.highValue;
  step->high = p.highTargets;
  step->units = unitsOutside(gate->qubit_count - LB, step->fixed);
  step->run = laned ? &runDiagonal<T, LB, true> : &runDiagonal<T, LB, false>;
  for (size_t choice = 0; choice < choices; ++choice) {
    for (int lane = 0; lane < (laned ? 1 << LB : 1); ++lane) {
      double re = 1, im = 0;
      if ((lane & p.lowControls) == p.lowValue || !laned) {
        const size_t index = matrixIndex<LB>(gate, p, choice, lane);
        re = gate->matrix[2 * index];
        im = gate->matrix[2 * index + 1];
      }
      if (re != 1 || im != 0) step->flags[choice] = 1;
      if (laned) {
        Factor<T, LB> &f = static_cast<Factor<T, LB> *>(step->coefficients)[choice];
        f.re[2 * lane] = f.re[2 * lane + 1] = static_cast<T>(re);
        f.im[2 * lane] = static_cast<T>(-im);
        f.im[2 * lane + 1] = static_cast<T>(im);
      } else {
        T *d = static_cast<T *>(step->coefficients) + 2 * choice;
        d[0] = static_cast<T>(re);
        d[1] = static_cast<T>(im);
      }
    }
  }
  return step;
}
