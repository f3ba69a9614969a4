// The kernels with 256-bit vectors and fused multiply-add.

#include "Internal.h"

#if defined(__x86_64__)

#define QK_NAME "avx2"
#define QK_VECTOR_BYTES 32

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace qkAVX2 {
#include "Templates/Table.h"
}
#pragma clang attribute pop

const qk_table qkAVX2Tables[2] = {qkAVX2::Kernels<float>::table(), qkAVX2::Kernels<double>::table()};

#endif
