// Deutsch-Jozsa on three bits with the balanced function f(x) = x0 xor x2.
// Expect 101 always: any outcome but 000 says "balanced".
OPENQASM 2.0;
include "qelib1.inc";
qreg data[3];
qreg ancilla[1];
creg c[3];
x ancilla[0];
h data;
h ancilla[0];
// The oracle writes f into the ancilla; as that is |->, it only turns the sign of the input.
cx data[0], ancilla[0];
cx data[2], ancilla[0];
h data;
measure data -> c;
