// The whole of the paper's library in one circuit.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[4];
u3(0.3,0.2,0.1) q[0]; u2(0.4,-0.3) q[1]; u1(0.7) q[1]; cx q[0],q[1]; id q[2]; u0(1) q[2];
x q[2]; y q[3]; z q[3]; h q[3]; s q[3]; sdg q[0]; t q[1]; tdg q[2];
rx(0.5) q[0]; ry(0.6) q[1]; rz(0.7) q[2];
cz q[0],q[2]; cy q[1],q[3]; ch q[0],q[3]; ccx q[0],q[1],q[2];
crz(0.8) q[1],q[2]; cu1(0.9) q[2],q[3]; cu3(1.0,1.1,1.2) q[3],q[0];
h q;
measure q -> c;
