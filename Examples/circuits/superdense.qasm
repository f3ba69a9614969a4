// Superdense coding: one qubit carries the two bits 10 because its partner was sent ahead.
// Expect 10 always.
OPENQASM 2.0;
include "qelib1.inc";
qreg alice[1];
qreg bob[1];
creg c[2];
h alice[0];
cx alice[0],bob[0];
// The message: z for the high bit, x for the low one. Here only the high bit is set.
z alice[0];
barrier alice,bob;
cx alice[0],bob[0];
h alice[0];
measure alice[0] -> c[1];
measure bob[0] -> c[0];
