// OpenBLAS, loaded when it is first used and never before.
//
// The first call of any function below opens the library, with one thread of its own; the callers
// divide the work. All functions may be called from any thread. Why the library is not linked:
// Docs/Decisions/0001-openblas-is-loaded-lazily.md.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the wrappers return when the library or the routine is missing. LAPACK's own results are
/// 0 for success, -i for a bad argument i, and i > 0 for a failure to converge.
#define COB_UNAVAILABLE (-1000)

/// Whether the library was found and opened. Opens it.
bool cob_available(void);

/// OpenBLAS's description of itself ("OpenBLAS 0.3.21 … Haswell …"), or "" when it is missing.
const char *cob_version(void);

/// Why the library is missing, in one line, or "" when it is not.
const char *cob_error(void);

/// Whether the library has been opened. Does not open it.
bool cob_is_loaded(void);

/// How a matrix enters a product: the values of CBLAS_TRANSPOSE.
enum { COB_NO_TRANSPOSE = 111, COB_TRANSPOSE = 112, COB_CONJUGATE_TRANSPOSE = 113 };

/// C <- alpha op(A) op(B) + beta C, row-major, in single precision complex: op(A) is m x k, op(B)
/// k x n, C m x n; alpha and beta point at (re, im). Returns 0, or COB_UNAVAILABLE.
int cob_cgemm(int transpose_a, int transpose_b, int m, int n, int k, const float *alpha,
              const void *a, int lda, const void *b, int ldb, const float *beta, void *c, int ldc);

/// As `cob_cgemm`, in double precision.
int cob_zgemm(int transpose_a, int transpose_b, int m, int n, int k, const double *alpha,
              const void *a, int lda, const void *b, int ldb, const double *beta, void *c, int ldc);

/// Eigenvalues, and with job 'V' eigenvectors, of a Hermitian matrix; column-major, LAPACK's
/// arguments. A work size of -1 asks for the best sizes. Returns `info`.
int cob_zheevd(char job, char uplo, int n, void *a, int lda, double *w, void *work, int lwork,
               double *rwork, int lrwork, int *iwork, int liwork);

/// As `cob_zheevd`, for a real symmetric matrix.
int cob_dsyevd(char job, char uplo, int n, double *a, int lda, double *w, double *work, int lwork,
               int *iwork, int liwork);

/// The singular value decomposition A = U S V^H of an m x n matrix; column-major. Returns `info`.
int cob_zgesdd(char job, int m, int n, void *a, int lda, double *s, void *u, int ldu, void *vt,
               int ldvt, void *work, int lwork, double *rwork, int *iwork);

/// Eigenvalues (wr + i wi) and eigenvectors of a general real matrix; column-major. Returns `info`.
int cob_dgeev(char job_left, char job_right, int n, double *a, int lda, double *wr, double *wi,
              double *vl, int ldvl, double *vr, int ldvr, double *work, int lwork);

#ifdef __cplusplus
}
#endif
