// Gate modifiers: ctrl, negctrl, inv and pow on standard gates and on a gate of one's own.
// Expect 1011 always: every step below ends in a basis state.
OPENQASM 3.0;
include "stdgates.inc";

gate twice_root(a) t { pow(a) @ x t; pow(a) @ x t; }

qubit[4] q;
bit[4] c;

twice_root(0.5) q[0];                    // two square roots of x
negctrl @ x q[2], q[1];                  // q[2] is 0, so q[1] turns
ctrl(2) @ x q[0], q[1], q[3];            // both are 1, so q[3] turns
h q[2];
ctrl @ gphase(pi) q[2];                  // a z: the phase of a controlled phase is relative
inv @ s q[2];
pow(-1) @ inv @ s q[2];
h q[2];
negctrl(1) @ ctrl @ x q[2], q[0], q[1];  // q[2] is 1: nothing happens
ctrl @ inv @ twice_root(0.25) q[3], q[2];
ctrl @ inv @ twice_root(0.25) q[3], q[2];
c = measure q;
