// Definitions of the file's own for names that only the extended library has: they win.
OPENQASM 2.0;
include "qelib1.inc";
gate p(t) a { u1(t/2) a; }
gate sx a { h a; t a; h a; }
gate rzz(theta) a,b { cx a,b; u1(theta) b; cx a,b; }
qreg q[2];
creg c[2];
h q;
p(pi) q[0];
rzz(0.9) q[0],q[1];
sx q[1];
h q;
measure q -> c;
