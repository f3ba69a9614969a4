// Declarations, measurements and conditions in the manner of version 2 within version 3.
OPENQASM 3.0;
include "stdgates.inc";
qreg q[3];
creg c[2];
creg d[1];
u2(0, pi) q[0];
CX q[0], q[1];
cu(0.4, 0.1, 0.2, 0.3) q[0], q[2];
measure q[0] -> c[0];
measure q[1] -> c[1];
if (c == 3) u3(0.7, 0.1, 0.2) q[2];
if (c == 0) u1(0.2) q[2];
measure q[2] -> d[0];
