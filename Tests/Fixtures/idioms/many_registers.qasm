// Several registers of several sizes, measured in another order than declared, some never.
OPENQASM 2.0;
include "qelib1.inc";
creg unused[2];
qreg a[1];
qreg b[2];
creg first[1];
qreg c[3];
creg second[3];
creg third[2];
x b[1];
h c[2];
cx c[2],a[0];
x c[0];
measure c[2] -> second[0];
measure c[0] -> second[2];
measure a[0] -> third[1];
measure b[1] -> first[0];
