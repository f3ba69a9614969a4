// Arrays handed to subroutines by reference, sizeof, loops over arrays and assignment to elements.
OPENQASM 3.0;
include "stdgates.inc";

def rotate(qubit[3] r, readonly array[float[64], #dim = 1] turns) {
  for uint i in [0:sizeof(turns) - 1] {
    ry(turns[i]) r[i];
  }
}

def double_all(mutable array[float[64], #dim = 1] values) {
  for uint i in [0:sizeof(values) - 1] {
    values[i] = values[i] * 2;
  }
}

qubit[3] q;
bit[3] c;
array[float[64], 3] turns = {0.2, 0.35, pi / 8};
array[uint[8], 2, 3] table = {{1, 2, 3}, {4, 5, 6}};
double_all(turns);
rotate(q, turns);
turns[1] = turns[0] + table[1, 2] / 10.0;
table[0, 0] = 7;
rotate(q, turns);
float[64] total = 0.0;
for float[64] t in turns { total += t; }
rz(total) q[0];
rx(table[0, 0] * 0.1) q[0];
c = measure q;
