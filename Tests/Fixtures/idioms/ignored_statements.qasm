/* A block comment before
   the version line. */
OPENQASM 3.0;
include "stdgates.inc";
pragma vendor.keyword with some content
qubit[2] q;
bit[2] c;
@annotated something else
h q[0];
delay[100ns] q[0];
box {
  cx q[0], q[1];
  delay[2.5us] q;
}
barrier;
barrier q[0], q;
rx(0.4) /* inside a statement */ q[1]; // and to the end of the line
c = measure q;
end;
x q;
