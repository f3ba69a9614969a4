// A T gate by teleporting a magic state, on the input H|0>, followed by H.
// Expect c = 0 with probability cos^2(pi/8) = 0.8536 whether or not the correction s fired.
OPENQASM 2.0;
include "qelib1.inc";
qreg data[1];
qreg magic[1];
creg m[1];
creg c[1];
h data[0];
// The resource: T|+>.
h magic[0];
t magic[0];
// Teleport it onto the data qubit.
cx data[0],magic[0];
measure magic[0] -> m[0];
if (m == 1) s data[0];
h data[0];
measure data[0] -> c[0];
