// Angle expressions: precedence, functions, unary minus, powers.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[4];
rx(pi/2*3) q[0];
ry(-pi/5) q[0];
rz(--pi/7) q[0];
ry(sin(pi/4)) q[1];
rx(2^3/10) q[1];
ry(-(pi/2)+cos(0)*0.3) q[1];
u3(sqrt(2),ln(3),exp(-1)) q[2];
u3(tan(0.5),(1+2)*(3-0.5)/7,-0.5*-2) q[2];
rx(((pi))) q[3];
ry(1-2-3) q[3];
rx(8/4/2) q[3];
ry(2*3^2/50) q[3];
measure q -> c;
