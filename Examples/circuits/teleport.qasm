// Teleportation with feed-forward: the state u3(1.1, 0.4, 0.7)|0> moves from q[0] to q[2].
// Expect m0 and m1 uniform and out = 1 with probability sin^2(0.55) = 0.2732, whatever m0 and m1.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg m0[1];
creg m1[1];
creg out[1];

// The message.
u3(1.1, 0.4, 0.7) q[0];

// A Bell pair between q[1] (sender) and q[2] (receiver).
h q[1];
cx q[1], q[2];

// Bell measurement of message and sender's half.
cx q[0], q[1];
h q[0];
measure q[0] -> m0[0];
measure q[1] -> m1[0];

// Corrections, each on its own one-bit register.
if (m1 == 1) x q[2];
if (m0 == 1) z q[2];
measure q[2] -> out[0];
