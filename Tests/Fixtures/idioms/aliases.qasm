// Aliases of qubits and slices with steps, negative indices, alias of alias, concatenation.
OPENQASM 3.0;
include "stdgates.inc";
qubit[6] q;
qubit[2] extra;
bit[4] c;
let even = q[0:2:-1];          // 0 2 4
let tail = q[-2:-1];           // 4 5
let mixed = even ++ extra;     // 0 2 4 extra[0] extra[1]
let pick = mixed[{0, 3}];      // q[0] extra[0]
let last = mixed[-1];          // extra[1]
ry(0.4) even;
x tail[1];
cx tail[1], pick[1];
cx pick[0], last;
c[0:1] = measure pick;
c[2] = measure last;
c[3] = measure q[5];
