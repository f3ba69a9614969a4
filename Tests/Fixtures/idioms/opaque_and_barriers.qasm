// Opaque declarations that nothing calls, barriers in gate bodies and across registers.
OPENQASM 2.0;
include "qelib1.inc";
opaque magic a;
opaque oracle(alpha,beta) q0,q1,q2;
gate fenced(t) a,b {
  barrier a;
  ry(t) a;
  barrier a,b;
  cx a,b;
  barrier b;
}
qreg q[2];
qreg r[1];
creg c[3];
barrier q;
fenced(1.2) q[0],r[0];
barrier q[1],r;
fenced(0.4) r[0],q[1];
barrier q,r;
barrier q[0];
measure q[0] -> c[0];
measure q[1] -> c[1];
measure r[0] -> c[2];
