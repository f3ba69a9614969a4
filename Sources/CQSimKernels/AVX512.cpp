// The kernels with 512-bit vectors.

#include "Internal.h"

#if defined(__x86_64__)

#define QK_NAME "avx512"
#define QK_VECTOR_BYTES 64

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
namespace qkAVX512 {
#include "Templates/Table.h"
}
#pragma clang attribute pop

const qk_table qkAVX512Tables[2] = {qkAVX512::Kernels<float>::table(), qkAVX512::Kernels<double>::table()};

#endif
