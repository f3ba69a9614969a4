// Repeat until success with two flags, a subroutine that returns bits, and at most three rounds.
OPENQASM 3;
include "stdgates.inc";

def segment(qubit[2] anc, qubit psi) -> bit[2] {
  bit[2] b;
  reset anc;
  h anc;
  ccx anc[0], anc[1], psi;
  s psi;
  ccx anc[0], anc[1], psi;
  z psi;
  h anc;
  measure anc -> b;
  return b;
}

qubit input_qubit;
qubit[2] ancilla;
bit[2] flags = "11";
bit output_bit;
int rounds = 0;

reset input_qubit;
h input_qubit;
while (int(flags) != 0 && rounds < 3) {
  flags = segment(ancilla, input_qubit);
  rounds = rounds + 1;
}
rz(pi - arccos(3 / 5.0)) input_qubit;
h input_qubit;
output_bit = measure input_qubit;
