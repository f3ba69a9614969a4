// A banner before the version line, as benchmark suites print it.
// Name of Experiment: pair   Date: 2019-07-15
//

  // indented comment
OPENQASM 2.0; // a comment behind the version
include "qelib1.inc"; // and one behind the include
//qreg commented[9];
qreg q[2]; //q
creg c[2];//c
h q[0];// no blank before this comment
cx q[0],q[1]; ////// many slashes
measure q[0] -> c[0];measure q[1] -> c[1];
// no line end after this comment