// Ripple-carry addition of two 64-bit numbers (Cuccaro et al.) on 130 qubits: b <- a + b.
// a is 0x00ff00ff00ff00ff, with its highest bit 0 and 1 at once, and b is 0x0123456789abcdef: two sums, half the time each.
OPENQASM 3.0;
include "stdgates.inc";
gate majority x, y, w {
  cx w, y;
  cx w, x;
  ccx x, y, w;
}
gate unmajority x, y, w {
  ccx x, y, w;
  cx w, x;
  cx x, y;
}
qubit carry;
qubit[64] a;
qubit[64] b;
qubit overflow;
bit[65] sum;
for int i in [0:63] {
  if (((0x00ff00ff00ff00ff >> i) & 1) == 1) { x a[i]; }
  if (((0x0123456789abcdef >> i) & 1) == 1) { x b[i]; }
}
h a[63];
majority carry, b[0], a[0];
for int i in [1:63] { majority a[i - 1], b[i], a[i]; }
cx a[63], overflow;
for int i in [63:-1:1] { unmajority a[i - 1], b[i], a[i]; }
unmajority carry, b[0], a[0];
sum[0:63] = measure b;
sum[64] = measure overflow;
