// Empty parameter lists in definitions and calls, and an empty gate body.
OPENQASM 2.0;
include "qelib1.inc";
gate pair() a,b { h() a; cx a,b; }
gate nothing a { }
gate nothing2() a,b {}
qreg q[3];
creg c[3];
pair() q[0],q[1];
pair q[1],q[2];
nothing q[0];
nothing() q;
nothing2 q[0],q[2];
measure q -> c;
