// Only the built-in U and CX, with a library of the file's own.
OPENQASM 2.0;
gate hadamard a { U(pi/2,0,pi) a; }
gate flip a { U(pi,0,pi) a; }
gate z_by(t) a { U(0,0,t) a; }
qreg q[2];
creg c[2];
hadamard q[0];
z_by(pi/3) q[0];
CX q[0],q[1];
flip q[1];
hadamard q[0];
CX q[1],q[0];
measure q -> c;
