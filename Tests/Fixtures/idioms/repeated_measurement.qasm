// The same bit written again and again, reset in between: the last value stays.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
measure q[0] -> c[0];
measure q[0] -> c[1];
reset q[0];
measure q[0] -> c[0];
ry(1.1) q[1];
measure q[1] -> c[0];
if(c==3) reset q;
x q[0];
measure q[0] -> c[0];
