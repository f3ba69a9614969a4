// Measured inverse Fourier transform: conditions on single bits, nested ifs, else branches.
OPENQASM 3;
include "stdgates.inc";
qubit[4] q;
bit[4] c;
h q;
for int i in [0:3] { p(2 * pi * 6 / 16.0 * 2 ** i) q[i]; }
barrier q;
h q[3];
c[0] = measure q[3];
if (c[0] == true) { p(-pi / 2) q[2]; }
h q[2];
c[1] = measure q[2];
if (c[1]) {
  if (c[0]) { p(-3 * pi / 4) q[1]; } else { p(-pi / 2) q[1]; }
} else if (c[0]) p(-pi / 4) q[1];
h q[1];
c[2] = measure q[1];
p(-pi * (4 * int(c[2]) + 2 * int(c[1]) + int(c[0])) / 8.0) q[0];
h q[0];
c[3] = measure q[0];
