// The kernels with what every processor of the architecture has: 16-byte vectors.

#include "Internal.h"

#define QK_NAME "baseline"
#define QK_VECTOR_BYTES 16

namespace qkBaseline {
#include "Templates/Table.h"
}

const qk_table qkBaselineTables[2] = {qkBaseline::Kernels<float>::table(), qkBaseline::Kernels<double>::table()};
