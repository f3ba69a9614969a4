// Groups of amplitudes to and from the rows of a matrix, for products by BLAS.
//
//     panel[r m + (g - begin)] = a[base(g) | offset(r)],   m = end - begin
//
// base(g) = g-th index with the target and control bits clear, OR the control value. Below the lowest
// of those bits g and base(g) step together: that run is copied in one piece for each row.

template <typename T, bool GATHER, typename State, typename Panel>
static void copyPanel(State *state, Panel *panel, int32_t k, const int32_t *targets,
                      uint64_t controlMask, uint64_t controlValue, uint64_t begin, uint64_t end) {
  typedef struct { T re, im; } Complex;
  uint64_t fixed = controlMask;
  for (int j = 0; j < k; ++j) fixed |= static_cast<uint64_t>(1) << targets[j];
  const uint64_t runMask = fixed == 0 ? ~static_cast<uint64_t>(0) : (fixed & (~fixed + 1)) - 1;
  const uint64_t rows = static_cast<uint64_t>(1) << k;
  const uint64_t m = end - begin;
  uint64_t base = depositAround(begin, fixed);
  for (uint64_t g = begin; g < end;) {
    const uint64_t left = runMask - (base & runMask);
    const uint64_t length = left < end - g - 1 ? left + 1 : end - g;
    for (uint64_t r = 0; r < rows; ++r) {
      uint64_t index = base | controlValue;
      for (int j = 0; j < k; ++j) index |= ((r >> j) & 1) << targets[j];
      if constexpr (GATHER) {
        const Complex *from = reinterpret_cast<const Complex *>(state) + index;
        Complex *to = reinterpret_cast<Complex *>(panel) + r * m + (g - begin);
        for (uint64_t i = 0; i < length; ++i) to[i] = from[i];
      } else {
        const Complex *from = reinterpret_cast<const Complex *>(panel) + r * m + (g - begin);
        Complex *to = reinterpret_cast<Complex *>(state) + index;
        for (uint64_t i = 0; i < length; ++i) to[i] = from[i];
      }
    }
    g += length;
    base = nextAround(base + (length - 1), fixed);
  }
}
