// Integer literals of every base with separators, floats, bit strings, truth values.
OPENQASM 3.0;
include "stdgates.inc";
const int[32] a = 0b1011;
const int[32] b = 0xF_f;
const int[32] d = 0o17;
const int[32] e = 1_000;
const float[64] f = 1_0.5e-1;
const bool yes = true;
qubit[5] q;
bit[5] c;
bit[5] mask = "0_1101";
for int i in [0:4] {
  if (mask[i]) x q[i];
}
if (a == 11 && b == 255 && d == 15 && e == 1000 && yes) rx(f) q[4];
if (!yes || false) x q;
ry(.5) q[1];
ry(2.) q[1];
rz(0X10 / 7.0 + 0B1) q[1];
c = measure q;
