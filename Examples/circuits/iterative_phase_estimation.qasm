// Iterative phase estimation: one ancilla reads the phase 11/16 bit by bit, lowest bit first,
// turning back what it knows already. Expect 1011 (= 11) always.
OPENQASM 3.0;
include "stdgates.inc";

const uint n = 4;
const float[64] phase_of_gate = 11.0 / 16.0;

qubit ancilla;
qubit eigenstate;
bit[n] c;
float[64] correction = 0.0;   // known part of the phase, in turns

x eigenstate;
for uint k in [0:n - 1] {
  reset ancilla;
  h ancilla;
  ctrl @ pow(2 ** (n - 1 - k)) @ p(2 * pi * phase_of_gate) ancilla, eigenstate;
  p(-2 * pi * correction) ancilla;
  h ancilla;
  c[k] = measure ancilla;
  if (c[k]) {
    correction += 0.5;
  }
  correction = correction / 2.0;
}
