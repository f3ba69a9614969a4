// Iterative phase estimation with an `angle` that collects the bits, phase 13/16 of a turn.
OPENQASM 3.0;
include "stdgates.inc";
const uint[8] n = 4;
const float[64] theta = 13.0 * pi / 8.0;
qubit q;
qubit r;
angle[5] known = 0.0;
bit[n] result;
uint[8] power = 8;
reset q;
reset r;
x r;
for uint[8] i in [0:3] {
  reset q;
  h q;
  ctrl @ pow(power) @ phase(theta) q, r;
  inv @ phase(known) q;
  h q;
  bit b = measure q;
  result[i] = b;
  known[4] = b;         // this bit is worth half a turn now and a quarter next time
  known >>= 1;
  power >>= 1;
}
