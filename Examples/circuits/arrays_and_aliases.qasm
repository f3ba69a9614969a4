// Bit strings, arrays, aliases and slices: the pattern 1011 is written onto two registers.
// Expect c = 1011 and pattern = 1011 always (the rotations of the array cancel).
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] low;
qubit[3] high;
let q = low ++ high[0:1];                 // four of the five qubits
let odd = q[{1, 3}];
let all_but_first = q[1:3];

bit[4] pattern = "1011";                  // bit 0 is the rightmost character
bit[4] c;
array[float[64], 4] turn = {0.1, -0.2, 0.3, 0.4};
array[int[32], 2, 2] grid = {{1, 2}, {3, 4}};

for uint i in [0:3] {
  if (pattern[i]) x q[i];
  rz(turn[i] * grid[i / 2, i % 2]) q[i];
}
h odd;
h odd;
reset high[2];
rz(-turn[3] * 4) all_but_first[-1];
c = measure q;
