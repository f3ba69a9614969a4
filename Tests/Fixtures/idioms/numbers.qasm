// Every way of writing a number.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
rx(1e-3) q[0];
rx(1.5E+0) q[0];
rx(.5) q[0];
rx(3.) q[0];
ry(0) q[0];
ry(1) q[1];
ry(25e-2) q[1];
ry(0.000100e3) q[1];
rx(00.7) q[1];
u3(1.2345678901234567890123456789,0.0,-0.0) q[1];
measure q -> c;
