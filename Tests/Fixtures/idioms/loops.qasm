// Ranges with steps up and down, sets, empty ranges, break and continue in nested loops.
OPENQASM 3.0;
include "stdgates.inc";
qubit[6] q;
bit[6] c;
for int i in [0:2:5] { x q[i]; }             // 0 2 4
for int i in [5:-2:0] { x q[i]; }            // 5 3 1
for uint[4] i in {0, 3} { x q[i]; }          // 0 3
for int i in [3:1] { x q; }                  // nothing
for int i in [0:5] {
  if (i == 1) continue;
  if (i == 4) { break; }
  for int j in [0:5] {
    if (j >= i) break;
    rx(0.1 * (i + j)) q[j];
  }
}
int k = 5;
while (k > 0) {
  k -= 2;
  if (k < 0) break;
  if (k == 3) { continue; }
  ry(0.2 * k) q[k];
}
for bit b in "0110" { if (b) x q[5]; }
c = measure q;
