// Inner declarations hide outer ones and vanish with their block; subroutines see constants.
OPENQASM 3.0;
include "stdgates.inc";
const float[64] step = 0.3;
int i = 7;
float[64] t = 1.0;
qubit[2] q;
bit[2] c;

def turn(qubit r, int times) {
  int i = times * 2;
  for int k in [1:i] { ry(step) r; }
}

for int i in [0:2] {
  float[64] t = 0.1;
  t += 0.05 * i;
  rx(t) q[0];
}
{
  int i = 1;
  x q[i];
}
turn(q[1], 2);
turn(q[0], i - 6);
if (i == 7 && t == 1.0) rz(t) q[0];
rx(t) q[0];
c = measure q;
