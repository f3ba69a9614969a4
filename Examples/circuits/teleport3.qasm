// Teleportation in OpenQASM 3: the corrections are `if` on single bits, and the receiver
// undoes the preparation. Expect result = 0 always; c[0] and c[1] are uniform.
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] q;
bit[2] c;
bit result;

gate message a { U(1.1, 0.4, 0.7) a; }

message q[0];
h q[1];
cx q[1], q[2];

cx q[0], q[1];
h q[0];
c[0] = measure q[0];
c[1] = measure q[1];

if (c[1]) x q[2];
if (c[0]) { z q[2]; }

inv @ message q[2];
result = measure q[2];
