// A walk on a circle of four places, driven by a measured coin: `for`, `switch`, `def`, `if`.
// After three steps the walker is at place 1 or 3: expect 01 and 11 in place, half each.
OPENQASM 3.0;
include "stdgates.inc";

qubit coin;
qubit[2] walker;
bit[3] tosses;
bit[2] place;

def toss(qubit c) -> bit {
  reset c;
  h c;
  bit result = measure c;
  return result;
}

int[32] position = 0;
for uint step in [0:2] {
  tosses[step] = toss(coin);
  if (tosses[step] == 1) {
    position = position + 1;
  } else {
    position = position - 1;
  }
}

// Write the place, counted modulo four, into the walker's qubits.
switch ((position + 4) % 4) {
  case 0 { }
  case 1 { x walker[0]; }
  case 2 { x walker[1]; }
  case 3 { x walker[0]; x walker[1]; }
  default { h walker; }
}
place = measure walker;
