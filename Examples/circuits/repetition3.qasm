// A three-qubit bit-flip code in OpenQASM 3: an x hits data[error_at], a decoder function of the
// syndrome undoes it. Run with --param error_at=1. Expect syndrome = 11 and c = 111.
OPENQASM 3.0;
include "stdgates.inc";

input int[32] error_at;

qubit[3] data;
qubit[2] check;
bit[2] syndrome;
bit[3] c;

def measure_syndrome(qubit[3] d, qubit[2] a) -> bit[2] {
  bit[2] s;
  reset a;
  for int i in [0:1] {
    cx d[i], a[i];
    cx d[i + 1], a[i];
  }
  s = measure a;
  return s;
}

x data;                                   // the logical 1
if (error_at >= 0 && error_at < 3) {
  x data[error_at];
}
syndrome = measure_syndrome(data, check);
switch (int[32](syndrome)) {
  case 1 { x data[0]; }
  case 2 { x data[2]; }
  case 3 { x data[1]; }
  default { }
}
c = measure data;
