// Hardware qubits need no declaration.
OPENQASM 3.0;
include "stdgates.inc";
bit[2] c;
ry(1.3) $0;
cx $0, $1;
barrier $0, $1;
c[0] = measure $0;
c[1] = measure $1;
