#include "COpenBLAS.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { ROW_MAJOR = 101 };  // CblasRowMajor

typedef void (*Gemm)(int order, int transA, int transB, int m, int n, int k, const void *alpha,
                     const void *a, int lda, const void *b, int ldb, const void *beta, void *c,
                     int ldc);
// Fortran passes everything by reference, and the length of each string at the end.
typedef void (*Zheevd)(const char *, const char *, const int *, void *, const int *, double *,
                       void *, const int *, double *, const int *, int *, const int *, int *,
                       size_t, size_t);
typedef void (*Dsyevd)(const char *, const char *, const int *, double *, const int *, double *,
                       double *, const int *, int *, const int *, int *, size_t, size_t);
typedef void (*Zgesdd)(const char *, const int *, const int *, void *, const int *, double *,
                       void *, const int *, void *, const int *, void *, const int *, double *,
                       int *, int *, size_t);
typedef void (*Dgeev)(const char *, const char *, const int *, double *, const int *, double *,
                      double *, double *, const int *, double *, const int *, double *,
                      const int *, int *, size_t, size_t);

static struct {
  pthread_once_t once;
  atomic_bool isLoaded;
  Gemm cgemm;
  Gemm zgemm;
  Zheevd zheevd;
  Dsyevd dsyevd;
  Zgesdd zgesdd;
  Dgeev dgeev;
  const char *version;
  char error[256];
} library = {.once = PTHREAD_ONCE_INIT, .version = ""};

static const char *const names[] = {
#if defined(__APPLE__)
    "libopenblas.dylib",
    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
    "/usr/local/opt/openblas/lib/libopenblas.dylib",
#else
    "libopenblas.so.0",
    "libopenblas.so",
#endif
};

// Whether a limit of the address space (ulimit -v) leaves too little for the library's buffers: its start-up
// would ask for them again and again, for ever.
static bool isShortOfAddresses(void) {
  const unsigned long long needed = 256ULL << 20;
  struct rlimit limit;
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return false;
  unsigned long long pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file != NULL) {
    if (fscanf(file, "%llu", &pages) != 1) pages = 0;
    fclose(file);
  }
  const unsigned long long used = pages * (unsigned long long)sysconf(_SC_PAGESIZE);
  return (unsigned long long)limit.rlim_cur < needed + used;
}

// Opens the library while OPENBLAS_NUM_THREADS is 1, so that its start-up makes no threads, and puts
// the variable back.
static void *openWithOneThread(void) {
  const char *variable = "OPENBLAS_NUM_THREADS";
  const char *current = getenv(variable);
  char *saved = current == NULL ? NULL : strdup(current);
  const bool isSet = setenv(variable, "1", 1) == 0;
  void *handle = NULL;
  for (size_t i = 0; i < sizeof names / sizeof names[0] && handle == NULL; ++i) {
    handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  }
  if (handle == NULL) {
    const char *reason = dlerror();
    snprintf(library.error, sizeof library.error, "%s",
             reason == NULL ? "libopenblas cannot be opened" : reason);
  }
  if (isSet) {
    if (saved != NULL) {
      setenv(variable, saved, 1);
    } else if (current == NULL) {
      unsetenv(variable);
    }
  }
  free(saved);
  return handle;
}

static void loadLibrary(void) {
  if (isShortOfAddresses()) {
    snprintf(library.error, sizeof library.error,
             "it needs 256 MiB of address space, and the limit leaves less");
    return;
  }
  void *handle = openWithOneThread();
  if (handle == NULL) return;
  void (*setThreads)(int) = (void (*)(int))dlsym(handle, "openblas_set_num_threads");
  if (setThreads != NULL) setThreads(1);
  library.cgemm = (Gemm)dlsym(handle, "cblas_cgemm");
  library.zgemm = (Gemm)dlsym(handle, "cblas_zgemm");
  library.zheevd = (Zheevd)dlsym(handle, "zheevd_");
  library.dsyevd = (Dsyevd)dlsym(handle, "dsyevd_");
  library.zgesdd = (Zgesdd)dlsym(handle, "zgesdd_");
  library.dgeev = (Dgeev)dlsym(handle, "dgeev_");
  if (library.cgemm == NULL || library.zgemm == NULL) {
    snprintf(library.error, sizeof library.error, "libopenblas lacks cblas_cgemm or cblas_zgemm");
    dlclose(handle);
    library.cgemm = library.zgemm = NULL;
    library.zheevd = NULL;
    library.dsyevd = NULL;
    library.zgesdd = NULL;
    library.dgeev = NULL;
    return;
  }
  char *(*config)(void) = (char *(*)(void))dlsym(handle, "openblas_get_config");
  const char *description = config == NULL ? NULL : config();
  library.version = description == NULL ? "OpenBLAS" : description;
  atomic_store(&library.isLoaded, true);
}

static bool load(void) {
  pthread_once(&library.once, loadLibrary);
  return atomic_load(&library.isLoaded);
}

bool cob_available(void) { return load(); }

bool cob_is_loaded(void) { return atomic_load(&library.isLoaded); }

const char *cob_version(void) {
  load();
  return library.version;
}

const char *cob_error(void) {
  load();
  return library.error;
}

int cob_cgemm(int transpose_a, int transpose_b, int m, int n, int k, const float *alpha,
              const void *a, int lda, const void *b, int ldb, const float *beta, void *c, int ldc) {
  if (!load()) return COB_UNAVAILABLE;
  library.cgemm(ROW_MAJOR, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  return 0;
}

int cob_zgemm(int transpose_a, int transpose_b, int m, int n, int k, const double *alpha,
              const void *a, int lda, const void *b, int ldb, const double *beta, void *c,
              int ldc) {
  if (!load()) return COB_UNAVAILABLE;
  library.zgemm(ROW_MAJOR, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  return 0;
}

int cob_zheevd(char job, char uplo, int n, void *a, int lda, double *w, void *work, int lwork,
               double *rwork, int lrwork, int *iwork, int liwork) {
  if (!load() || library.zheevd == NULL) return COB_UNAVAILABLE;
  int info = 0;
  library.zheevd(&job, &uplo, &n, a, &lda, w, work, &lwork, rwork, &lrwork, iwork, &liwork, &info,
                 1, 1);
  return info;
}

int cob_dsyevd(char job, char uplo, int n, double *a, int lda, double *w, double *work, int lwork,
               int *iwork, int liwork) {
  if (!load() || library.dsyevd == NULL) return COB_UNAVAILABLE;
  int info = 0;
  library.dsyevd(&job, &uplo, &n, a, &lda, w, work, &lwork, iwork, &liwork, &info, 1, 1);
  return info;
}

int cob_zgesdd(char job, int m, int n, void *a, int lda, double *s, void *u, int ldu, void *vt,
               int ldvt, void *work, int lwork, double *rwork, int *iwork) {
  if (!load() || library.zgesdd == NULL) return COB_UNAVAILABLE;
  int info = 0;
  library.zgesdd(&job, &m, &n, a, &lda, s, u, &ldu, vt, &ldvt, work, &lwork, rwork, iwork, &info,
                 1);
  return info;
}

int cob_dgeev(char job_left, char job_right, int n, double *a, int lda, double *wr, double *wi,
              double *vl, int ldvl, double *vr, int ldvr, double *work, int lwork) {
  if (!load() || library.dgeev == NULL) return COB_UNAVAILABLE;
  int info = 0;
  library.dgeev(&job_left, &job_right, &n, a, &lda, wr, wi, vl, &ldvl, vr, &ldvr, work, &lwork,
                &info, 1, 1);
  return info;
}
