// Subroutines that return measurements and numbers, called in expressions and for their effect.
OPENQASM 3.0;
include "stdgates.inc";

def scaled(float[64] x, int[32] by) -> float[64] { return x * by; }
def even(int[32] n) -> bool {
  if (n % 2 == 0) { return true; }
  return false;
}
def read_x(qubit a) -> bit {
  h a;
  return measure a;
}

qubit[3] q;
bit[3] c;
ry(scaled(0.15, 4) + scaled(0.1, 1)) q[0];
if (even(4) && !even(scaled(1.0, 3))) x q[1];
c[0] = read_x(q[0]);
c[1] = read_x(q[2]);
if (c[0] != c[1]) { ry(0.8) q[1]; }
c[2] = measure q[1];
