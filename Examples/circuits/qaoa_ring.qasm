// QAOA, one layer, for the largest cut of a ring of four: run with --param gamma=0.7853981633974483
// --param beta=0.39269908169872414. Expect three of four edges cut on average, 0101 and 1010 most.
OPENQASM 3.0;
include "stdgates.inc";

input float[64] gamma;
input float[64] beta;

const uint n = 4;
qubit[n] q;
bit[n] c;

h q;
for uint i in [0:n - 1] {
  cx q[i], q[(i + 1) % n];
  rz(-gamma) q[(i + 1) % n];
  cx q[i], q[(i + 1) % n];
}
rx(2 * beta) q;
c = measure q;
