// The AND of four inputs through a chain of Toffoli gates, undone again to clean the scratch.
// Inputs a[0], a[1] are 1, a[2], a[3] uniform: expect out = 1 exactly when both are 1.
OPENQASM 2.0;
include "qelib1.inc";
qreg a[4];
qreg scratch[2];
qreg result[1];
creg in[4];
creg clean[2];
creg out[1];
x a[0];
x a[1];
h a[2];
h a[3];
ccx a[0],a[1],scratch[0];
ccx a[2],scratch[0],scratch[1];
ccx a[3],scratch[1],result[0];
ccx a[2],scratch[0],scratch[1];
ccx a[0],a[1],scratch[0];
measure a -> in;
measure scratch -> clean;
measure result -> out;
