// Qiskit's additions to the library in one circuit.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[5];
creg c[5];
u(0.3,0.2,0.1) q[0]; p(0.5) q[0]; sx q[1]; sxdg q[2]; swap q[0],q[1]; h q[3]; ry(2.1) q[4];
cswap q[3],q[0],q[4]; crx(0.4) q[4],q[1]; cry(0.6) q[1],q[2]; cp(0.8) q[2],q[3];
csx q[0],q[4]; cu(0.1,0.2,0.3,0.4) q[4],q[3]; rxx(0.9) q[0],q[3]; rzz(1.1) q[1],q[4];
h q; rccx q[0],q[1],q[2]; rc3x q[1],q[2],q[3],q[4]; c3x q[0],q[1],q[3],q[2];
c3sqrtx q[4],q[3],q[2],q[1]; c4x q[0],q[1],q[2],q[3],q[4];
measure q -> c;
