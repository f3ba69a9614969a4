// Modifiers on gates of the file's own whose bodies hold global phases: under control they show.
OPENQASM 3.0;
include "stdgates.inc";
gate phased(t) a { gphase(t); rz(2 * t) a; }
gate deep(t) a, b { ctrl @ phased(t) a, b; inv @ ctrl @ phased(t / 3) b, a; }
qubit[3] q;
bit[3] c;
h q;
ctrl @ phased(0.7) q[0], q[1];
negctrl @ deep(0.4) q[2], q[0], q[1];
pow(2) @ deep(0.3) q[1], q[2];
ctrl @ inv @ cu(0.5, 0.2, 0.9, 0.3) q[0], q[2], q[1];
ctrl(2) @ gphase(pi / 3) q[0], q[1];
negctrl(2) @ z q[0], q[1], q[2];
gphase(1.1);
inv @ gphase(0.2);
h q;
c = measure q;
