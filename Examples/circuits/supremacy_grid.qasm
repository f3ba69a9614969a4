// A random circuit on a 3 x 3 grid in the style of the supremacy experiments: eight layers of
// random square-root gates and CZs in alternating patterns. Expect an uneven (speckled) spectrum.
OPENQASM 2.0;
include "qelib1.inc";
gate sqrtx a { rx(pi/2) a; }
gate sqrty a { ry(pi/2) a; }
gate sqrtw a { rz(-pi/4) a; rx(pi/2) a; rz(pi/4) a; }
qreg q[9];
creg c[9];
h q;
// layer 1
cz q[0],q[1];
cz q[4],q[5];
cz q[6],q[7];
sqrtw q[0];
sqrtw q[1];
sqrtx q[2];
sqrtw q[3];
sqrty q[4];
sqrty q[5];
sqrty q[6];
sqrtx q[7];
sqrtw q[8];
// layer 2
cz q[1],q[2];
cz q[3],q[4];
cz q[7],q[8];
sqrtx q[0];
sqrtx q[1];
sqrty q[2];
sqrty q[3];
sqrtx q[4];
sqrtx q[5];
sqrtx q[6];
sqrty q[7];
sqrtx q[8];
// layer 3
cz q[0],q[3];
cz q[2],q[5];
cz q[4],q[7];
sqrty q[0];
sqrtw q[1];
sqrtx q[2];
sqrtw q[3];
sqrtw q[4];
sqrty q[5];
sqrty q[6];
sqrtx q[7];
sqrty q[8];
// layer 4
cz q[1],q[4];
cz q[3],q[6];
cz q[5],q[8];
sqrtw q[0];
sqrtx q[1];
sqrtw q[2];
sqrty q[3];
sqrty q[4];
sqrtx q[5];
sqrtx q[6];
sqrtw q[7];
sqrtx q[8];
// layer 5
cz q[0],q[1];
cz q[4],q[5];
cz q[6],q[7];
sqrty q[0];
sqrtw q[1];
sqrty q[2];
sqrtx q[3];
sqrtw q[4];
sqrtw q[5];
sqrtw q[6];
sqrtx q[7];
sqrty q[8];
// layer 6
cz q[1],q[2];
cz q[3],q[4];
cz q[7],q[8];
sqrtw q[0];
sqrtx q[1];
sqrtx q[2];
sqrty q[3];
sqrty q[4];
sqrtx q[5];
sqrty q[6];
sqrty q[7];
sqrtx q[8];
// layer 7
cz q[0],q[3];
cz q[2],q[5];
cz q[4],q[7];
sqrty q[0];
sqrtw q[1];
sqrtw q[2];
sqrtw q[3];
sqrtx q[4];
sqrty q[5];
sqrtw q[6];
sqrtw q[7];
sqrtw q[8];
// layer 8
cz q[1],q[4];
cz q[3],q[6];
cz q[5],q[8];
sqrtx q[0];
sqrtx q[1];
sqrty q[2];
sqrtx q[3];
sqrty q[4];
sqrtw q[5];
sqrtx q[6];
sqrty q[7];
sqrtx q[8];
measure q -> c;
