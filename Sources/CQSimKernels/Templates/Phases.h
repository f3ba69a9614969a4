// a[i] <- a[i] prod over t of factor t where (i & mask t) == mask t: any number of commuting diagonal
// gates in one sweep.
//
// The state is taken in rows of 2^rowBits amplitudes. Terms within a row make a table of the row;
// those that also look at the row number y choose between tables: each distinct mask on y is a
// selector, four selectors make a group of 2^4 tables. What depends on y alone is one number a
// row, taken from a table over the low bits of y that is made anew when the high bits change.

// The bits of the number of rows that share the table of factors.
constexpr int phaseSegmentBits = 10;

// The vectors of a row times the row's number, if it has one, and times the table's factors, (re, re, ...) and
// (-im, im, ...) alternating, if it has a table.
template <typename T, int LB, bool HAS_NUMBER, bool HAS_TABLE>
QK_INLINE void scaleRow(void *state, uint64_t first, int vectors, const Vector<T, LB> *table, T re,
                        T im) {
  typedef Vector<T, LB> V;
  const Factor<T, LB> c = {pairs<T, LB>(re, re), pairs<T, LB>(-im, im)};
#pragma clang loop unroll_count(4)
  for (int v = 0; v < vectors; ++v) {
    V x = load<T, LB>(state, first + v);
    if constexpr (HAS_NUMBER) x = multiply<T, LB>(c, x);
    if constexpr (HAS_TABLE) x = table[2 * v + 1] * swapPairs<T, LB>(x) + table[2 * v] * x;
    store<T, LB>(state, first + v, x);
  }
}

// Fills the numbers of the rows of a segment: rows y with y >> segmentBits == above.
static bool segmentNumbers(const qkPhaseLayout *p, uint64_t above, double *numbers) {
  const size_t count = static_cast<size_t>(1) << p->segmentBits;
  bool isTrivial = !p->hasSegmentTable;
  bool isFilled = false;
  double single[2 * phaseSegmentBits];
  uint64_t singles = 0;
  double re = 1, im = 0;
  for (int t = 0; t < p->termCount; ++t) {
    const qkPhaseLayout::Term &term = p->terms[t];
    if ((above & term.above) != term.above) continue;
    isTrivial = false;
    if (term.within == 0) {
      const double real = re * term.re - im * term.im;
      im = re * term.im + im * term.re;
      re = real;
    } else if ((term.within & (term.within - 1)) == 0) {
      double *f = single + 2 * __builtin_ctzll(term.within);
      if ((singles & term.within) == 0) {
        singles |= term.within;
        f[0] = term.re;
        f[1] = term.im;
      } else {
        const double real = f[0] * term.re - f[1] * term.im;
        f[1] = f[0] * term.im + f[1] * term.re;
        f[0] = real;
      }
    }
  }
  if (isTrivial) return false;
  // Powers of the single bits by doubling.
  numbers[0] = re;
  numbers[1] = im;
  for (int b = 0; b < p->segmentBits; ++b) {
    const size_t half = static_cast<size_t>(1) << b;
    const bool present = (singles >> b & 1) != 0;
    const double fr = present ? single[2 * b] : 1, fi = present ? single[2 * b + 1] : 0;
    for (size_t y = 0; y < half; ++y) {
      const double a = numbers[2 * y], c = numbers[2 * y + 1];
      numbers[2 * (y + half)] = a * fr - c * fi;
      numbers[2 * (y + half) + 1] = a * fi + c * fr;
    }
  }
  isFilled = true;
  for (int t = 0; t < p->termCount; ++t) {
    const qkPhaseLayout::Term &term = p->terms[t];
    if ((above & term.above) != term.above || (term.within & (term.within - 1)) == 0) continue;
    for (size_t y = 0; y < count; ++y) {
      if ((y & term.within) != term.within) continue;
      const double a = numbers[2 * y], c = numbers[2 * y + 1];
      numbers[2 * y] = a * term.re - c * term.im;
      numbers[2 * y + 1] = a * term.im + c * term.re;
    }
  }
  if (p->hasSegmentTable) {
    for (size_t y = 0; y < count; ++y) {
      const double a = numbers[2 * y], c = numbers[2 * y + 1];
      const double fr = p->segment[2 * y], fi = p->segment[2 * y + 1];
      numbers[2 * y] = a * fr - c * fi;
      numbers[2 * y + 1] = a * fi + c * fr;
    }
  }
  return isFilled;
}

// Rows [begin, end) of `state`, whose first row has the number `offset`.
template <typename T, int LB>
static void runPhaseRows(const qk_step *step, void *state, uint64_t begin, uint64_t end,
                         uint64_t offset) {
  typedef Vector<T, LB> V;
  const qkPhaseLayout *const p = step->phases;
  const int vectors = 1 << (p->rowBits - LB);
  const V *const tables = static_cast<const V *>(step->coefficients);
  const uint64_t tableSize = 2 * static_cast<uint64_t>(vectors);
  const uint64_t segmentMask = (static_cast<uint64_t>(1) << p->segmentBits) - 1;
  double wide[2 << phaseSegmentBits];
  T numbers[2 << phaseSegmentBits];
  uint64_t segment = ~static_cast<uint64_t>(0);
  bool hasNumbers = false;
  for (uint64_t row = begin; row < end; ++row) {
    const uint64_t y = row | offset;
    if (y >> p->segmentBits != segment) {
      segment = y >> p->segmentBits;
      hasNumbers = segmentNumbers(p, segment, wide);
      for (uint64_t i = 0; hasNumbers && i < 2 * (segmentMask + 1); ++i) {
        numbers[i] = static_cast<T>(wide[i]);
      }
    }
    const T re = hasNumbers ? numbers[2 * (y & segmentMask)] : 1;
    const T im = hasNumbers ? numbers[2 * (y & segmentMask) + 1] : 0;
    bool hasNumber = re != 1 || im != 0;
    const uint64_t first = row * static_cast<uint64_t>(vectors);
    for (int g = 0; g < p->groupCount; ++g) {
      const qkPhaseLayout::Group &group = p->groups[g];
      unsigned choice = 0;
      for (int s = 0; s < group.selectorCount; ++s) {
        choice |= static_cast<unsigned>((y & group.selectors[s]) == group.selectors[s]) << s;
      }
      if ((group.identities >> choice & 1) != 0) continue;
      const V *table = tables + (group.firstTable + choice) * tableSize;
      if (hasNumber) {
        scaleRow<T, LB, true, true>(state, first, vectors, table, re, im);
      } else {
        scaleRow<T, LB, false, true>(state, first, vectors, table, re, im);
      }
      hasNumber = false;
    }
    if (hasNumber) scaleRow<T, LB, true, false>(state, first, vectors, nullptr, re, im);
  }
}

template <typename T, int LB>
static void runPhases(const qk_step *step, void *state, uint64_t begin, uint64_t end) {
  runPhaseRows<T, LB>(step, state, begin, end, 0);
}

template <typename T, int LB>
static void runPhaseChunk(const qk_step *step, void *state, uint64_t outer) {
  runPhaseRows<T, LB>(step, state, 0, step->units, outer * step->units);
}

template <typename T, int LB>
static qk_step *makePhases(const qk_gate *gate) {
  constexpr int mostSelectors = 4;
  const int n = gate->qubit_count;
  constexpr int longestRow = sizeof(T) == 4 ? 7 : 6;
  const int rowBits = n < longestRow ? n : longestRow;
  const int segmentBits = n - rowBits < phaseSegmentBits ? n - rowBits : phaseSegmentBits;
  const uint64_t rowMask = (static_cast<uint64_t>(1) << rowBits) - 1;
  const uint64_t segmentMask = (static_cast<uint64_t>(1) << segmentBits) - 1;
  const int count = gate->mask_count;
  // Which group and selector each term on row bits belongs to; no selector is -1.
  typedef struct { int group, selector; } Place;
  Place *places = static_cast<Place *>(malloc(sizeof(Place) * static_cast<size_t>(count + 1)));
  qkPhaseLayout::Group *groups = static_cast<qkPhaseLayout::Group *>(
      calloc(static_cast<size_t>(count + 1), sizeof(qkPhaseLayout::Group)));
  if (places == nullptr || groups == nullptr) {
    free(places);
    free(groups);
    return nullptr;
  }
  int groupCount = 0, termCount = 0;
  bool hasSegmentTable = false;
  for (int t = 0; t < count; ++t) {
    const uint64_t within = gate->masks[t] & rowMask, y = gate->masks[t] >> rowBits;
    if (within == 0) {
      if (y != 0 && (y & ~segmentMask) == 0) hasSegmentTable = true;
      else termCount += 1;
      continue;
    }
    if (groupCount == 0) groupCount = 1;
    places[t] = {0, -1};
    if (y == 0) continue;
    bool isPlaced = false;
    for (int g = 0; g < groupCount && !isPlaced; ++g) {
      for (int s = 0; s < groups[g].selectorCount && !isPlaced; ++s) {
        if (groups[g].selectors[s] != y) continue;
        places[t] = {g, s};
        isPlaced = true;
      }
    }
    if (isPlaced) continue;
    if (groups[groupCount - 1].selectorCount == mostSelectors) groupCount += 1;
    qkPhaseLayout::Group &last = groups[groupCount - 1];
    places[t] = {groupCount - 1, last.selectorCount};
    last.selectors[last.selectorCount++] = y;
  }
  uint32_t tableCount = 0;
  for (int g = 0; g < groupCount; ++g) {
    groups[g].firstTable = tableCount;
    tableCount += 1u << groups[g].selectorCount;
  }

  // One allocation: tables, then the layout and its arrays.
  const size_t rowSize = static_cast<size_t>(1) << rowBits;
  const size_t tableBytes = (tableCount * rowSize * 4 * sizeof(T) + 63) & ~static_cast<size_t>(63);
  const size_t segmentBytes = hasSegmentTable ? sizeof(double) * 2 << segmentBits : 0;
  const size_t groupBytes = sizeof(qkPhaseLayout::Group) * static_cast<size_t>(groupCount);
  const size_t termBytes = sizeof(qkPhaseLayout::Term) * static_cast<size_t>(termCount);
  qk_step *step = qkAllocateStep(
      0, 0, tableBytes + sizeof(qkPhaseLayout) + segmentBytes + groupBytes + termBytes + 64);
  if (step == nullptr) {
    free(places);
    free(groups);
    return nullptr;
  }
  char *memory = static_cast<char *>(step->coefficients) + tableBytes;
  qkPhaseLayout *layout = reinterpret_cast<qkPhaseLayout *>(memory);
  memory += sizeof(qkPhaseLayout);
  layout->segment = reinterpret_cast<double *>(memory);
  memory += segmentBytes;
  layout->terms = reinterpret_cast<qkPhaseLayout::Term *>(memory);
  memory += termBytes;
  layout->groups = reinterpret_cast<qkPhaseLayout::Group *>(memory);
  if (groupBytes > 0) memcpy(layout->groups, groups, groupBytes);
  layout->rowBits = rowBits;
  layout->segmentBits = segmentBits;
  layout->groupCount = groupCount;
  layout->hasSegmentTable = hasSegmentTable;
  step->phases = layout;
  step->units = static_cast<uint64_t>(1) << (n - rowBits);
  step->run = &runPhases<T, LB>;
  step->runChunk = &runPhaseChunk<T, LB>;

  if (hasSegmentTable) {
    for (size_t y = 0; y <= segmentMask; ++y) layout->segment[2 * y] = 1;
  }
  double *tables =
      static_cast<double *>(malloc(sizeof(double) * 2 * (tableCount * rowSize + 1)));
  if (tables == nullptr) {
    free(places);
    free(groups);
    qk_step_free(step);
    return nullptr;
  }
  for (size_t i = 0; i < tableCount * rowSize; ++i) {
    tables[2 * i] = 1;
    tables[2 * i + 1] = 0;
  }
  auto scale = [](double *z, double re, double im) {
    const double real = z[0] * re - z[1] * im;
    z[1] = z[0] * im + z[1] * re;
    z[0] = real;
  };
  for (int t = 0; t < count; ++t) {
    const uint64_t within = gate->masks[t] & rowMask, y = gate->masks[t] >> rowBits;
    const double re = gate->matrix[2 * t], im = gate->matrix[2 * t + 1];
    if (within != 0) {
      const qkPhaseLayout::Group &group = layout->groups[places[t].group];
      for (unsigned choice = 0; choice < 1u << group.selectorCount; ++choice) {
        if (places[t].selector >= 0 && (choice >> places[t].selector & 1) == 0) continue;
        double *table = tables + 2 * (group.firstTable + choice) * rowSize;
        for (size_t i = 0; i < rowSize; ++i) {
          if ((i & within) == within) scale(table + 2 * i, re, im);
        }
      }
    } else if (y != 0 && (y & ~segmentMask) == 0) {
      for (size_t i = 0; i <= segmentMask; ++i) {
        if ((i & y) == y) scale(layout->segment + 2 * i, re, im);
      }
    } else {
      layout->terms[layout->termCount++] = {y >> segmentBits, y & segmentMask, re, im};
    }
  }
  for (int g = 0; g < groupCount; ++g) {
    qkPhaseLayout::Group &group = layout->groups[g];
    for (unsigned choice = 0; choice < 1u << group.selectorCount; ++choice) {
      const double *table = tables + 2 * (group.firstTable + choice) * rowSize;
      bool isIdentity = true;
      for (size_t i = 0; i < rowSize && isIdentity; ++i) {
        isIdentity = table[2 * i] == 1 && table[2 * i + 1] == 0;
      }
      if (isIdentity) group.identities |= 1u << choice;
    }
  }
  // As vectors of (re, re) and (-im, im), alternating.
  T *out = static_cast<T *>(step->coefficients);
  for (size_t i = 0; i < tableCount * rowSize; ++i) {
    const size_t vector = i >> LB, lane = i & ((static_cast<size_t>(1) << LB) - 1);
    T *re = out + vector * (4 << LB) + 2 * lane;
    T *im = re + (2 << LB);
    re[0] = re[1] = static_cast<T>(tables[2 * i]);
    im[0] = static_cast<T>(-tables[2 * i + 1]);
    im[1] = static_cast<T>(tables[2 * i + 1]);
  }
  free(tables);
  free(places);
  free(groups);
  return step;
}
