// swift-format-ignore-file
// Written by Tests/Tooling/embed_examples.py from Examples/circuits; do not edit.

/// The circuits of `qsim examples`.
enum ExampleFiles {
  /// Names and texts, in order of their names.
  static let all: [(name: String, text: String)] = [
    (
      name: "adder.qasm",
      text: #"""
        // Ripple-carry addition of two 2-bit numbers (Cuccaro et al.): b <- a + b with a = 3, b = 2.
        // Expect 101 always: the sum is 5.
        OPENQASM 2.0;
        include "qelib1.inc";
        gate majority a,b,c {
          cx c,b;
          cx c,a;
          ccx a,b,c;
        }
        gate unmaj a,b,c {
          ccx a,b,c;
          cx c,a;
          cx a,b;
        }
        qreg cin[1];
        qreg a[2];
        qreg b[2];
        qreg cout[1];
        creg ans[3];
        x a;       // a = 11
        x b[1];    // b = 10
        majority cin[0],b[0],a[0];
        majority a[0],b[1],a[1];
        cx a[1],cout[0];
        unmaj a[0],b[1],a[1];
        unmaj cin[0],b[0],a[0];
        measure b[0] -> ans[0];
        measure b[1] -> ans[1];
        measure cout[0] -> ans[2];

        """#
    ),
    (
      name: "arrays_and_aliases.qasm",
      text: #"""
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

        """#
    ),
    (
      name: "bell.qasm",
      text: #"""
        // A Bell pair: the shortest entangled circuit.
        // Expect 00 and 11, half of the shots each.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[2];
        creg c[2];
        h q[0];
        cx q[0], q[1];
        measure q -> c;

        """#
    ),
    (
      name: "bernstein_vazirani.qasm",
      text: #"""
        // Bernstein-Vazirani: one query finds the hidden string 11010 (most significant bit first).
        // Expect 11010 always.
        OPENQASM 2.0;
        include "qelib1.inc";
        gate oracle a0,a1,a2,a3,a4,b {
          cx a1, b;
          cx a3, b;
          cx a4, b;
        }
        qreg a[5];
        qreg b[1];
        creg c[5];
        h a;
        x b;
        h b;
        oracle a[0], a[1], a[2], a[3], a[4], b[0];
        h a;
        measure a -> c;

        """#
    ),
    (
      name: "deutsch_jozsa.qasm",
      text: #"""
        // Deutsch-Jozsa on three bits with the balanced function f(x) = x0 xor x2.
        // Expect 101 always: any outcome but 000 says "balanced".
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg data[3];
        qreg ancilla[1];
        creg c[3];
        x ancilla[0];
        h data;
        h ancilla[0];
        // The oracle writes f into the ancilla; as that is |->, it only turns the sign of the input.
        cx data[0], ancilla[0];
        cx data[2], ancilla[0];
        h data;
        measure data -> c;

        """#
    ),
    (
      name: "feedback_teleport.stim",
      text: #"""
        # Teleportation with feedback from the measurement record: the state S H|0> moves to qubit 2.
        # Expect the first two bits uniform and the last bit 0 always.
        H 0
        S 0
        H 1
        CX 1 2
        CX 0 1
        H 0
        M 0 1
        CX rec[-1] 2
        CZ rec[-2] 2
        # Undo the preparation at the receiver.
        S_DAG 2
        H 2
        M 2

        """#
    ),
    (
      name: "five_qubit_code.stim",
      text: #"""
        # The [[5,1,3]] code prepared by measuring its stabilizers, hit by a Y on qubit 2, measured again.
        # Expect a random syndrome, then the same with its first three bits turned: Y2 hits three checks.
        MPP X0*Z1*Z2*X3 X1*Z2*Z3*X4 X0*X2*Z3*Z4 Z0*X1*X3*Z4
        Y 2
        MPP X0*Z1*Z2*X3 X1*Z2*Z3*X4 X0*X2*Z3*Z4 Z0*X1*X3*Z4
        DETECTOR rec[-8] rec[-4]
        DETECTOR rec[-7] rec[-3]
        DETECTOR rec[-6] rec[-2]
        DETECTOR rec[-5] rec[-1]

        """#
    ),
    (
      name: "ghz.qasm",
      text: #"""
        // A Greenberger-Horne-Zeilinger state of five qubits, built as a chain.
        // Expect 00000 and 11111, half of the shots each.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[5];
        creg c[5];
        h q[0];
        cx q[0], q[1];
        cx q[1], q[2];
        cx q[2], q[3];
        cx q[3], q[4];
        barrier q;
        measure q -> c;

        """#
    ),
    (
      name: "ghz.stim",
      text: #"""
        # A GHZ state of four qubits without noise.
        # Expect 0000 and 1111, half of the shots each.
        H 0
        CX 0 1 1 2 2 3
        M 0 1 2 3

        """#
    ),
    (
      name: "graph_state.stim",
      text: #"""
        # A ring graph state on four qubits and its stabilizers, by products and by pairs.
        # Expect 0000 from the four products, then X readouts where 0 agrees with 2 and 1 with 3.
        RX 0 1 2 3
        CZ 0 1 1 2 2 3 3 0
        MPP X0*Z1*Z3 X1*Z0*Z2 X2*Z1*Z3 X3*Z0*Z2
        MXX 0 2 1 3
        SQRT_X 0 2
        SQRT_X_DAG 0 2
        MX 0 1 2 3

        """#
    ),
    (
      name: "grover.qasm",
      text: #"""
        // Grover search over eight items for the marked one, 101, with the best number of rounds, two.
        // Expect 101 with probability 121/128 = 0.9453 and every other string with 1/128.
        OPENQASM 2.0;
        include "qelib1.inc";
        gate ccz a,b,c { h c; ccx a,b,c; h c; }
        gate mark a,b,c { x b; ccz a,b,c; x b; }
        gate diffuse a,b,c {
          h a; h b; h c;
          x a; x b; x c;
          ccz a,b,c;
          x a; x b; x c;
          h a; h b; h c;
        }
        qreg q[3];
        creg c[3];
        h q;
        mark q[0],q[1],q[2];
        diffuse q[0],q[1],q[2];
        mark q[0],q[1],q[2];
        diffuse q[0],q[1],q[2];
        measure q -> c;

        """#
    ),
    (
      name: "hidden_shift.stim",
      text: #"""
        # Hidden shift of the bent function f(x) = x0 x1 + x2 x3, a Clifford algorithm on four qubits.
        # Expect 1101 always: the record spells the shift.
        H 0 1 2 3
        # f(x + s)
        X 0 1 3
        CZ 0 1 2 3
        X 0 1 3
        H 0 1 2 3
        # The dual of f is f itself.
        CZ 0 1 2 3
        H 0 1 2 3
        M 0 1 2 3

        """#
    ),
    (
      name: "iterative_phase_estimation.qasm",
      text: #"""
        // Iterative phase estimation: one ancilla reads the phase 11/16 bit by bit, lowest bit first,
        // turning back what it knows already. Expect 1011 (= 11) always.
        OPENQASM 3.0;
        include "stdgates.inc";

        const uint n = 4;
        const float[64] phase_of_gate = 11.0 / 16.0;

        qubit ancilla;
        qubit eigenstate;
        bit[n] c;
        float[64] correction = 0.0;   // known part of the phase, in turns

        x eigenstate;
        for uint k in [0:n - 1] {
          reset ancilla;
          h ancilla;
          ctrl @ pow(2 ** (n - 1 - k)) @ p(2 * pi * phase_of_gate) ancilla, eigenstate;
          p(-2 * pi * correction) ancilla;
          h ancilla;
          c[k] = measure ancilla;
          if (c[k]) {
            correction += 0.5;
          }
          correction = correction / 2.0;
        }

        """#
    ),
    (
      name: "magic_state.qasm",
      text: #"""
        // A T gate by teleporting a magic state, on the input H|0>, followed by H.
        // Expect c = 0 with probability cos^2(pi/8) = 0.8536 whether or not the correction s fired.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg data[1];
        qreg magic[1];
        creg m[1];
        creg c[1];
        h data[0];
        // The resource: T|+>.
        h magic[0];
        t magic[0];
        // Teleport it onto the data qubit.
        cx data[0],magic[0];
        measure magic[0] -> m[0];
        if (m == 1) s data[0];
        h data[0];
        measure data[0] -> c[0];

        """#
    ),
    (
      name: "magic_state.stim",
      text: #"""
        # Non-Clifford gates as tags: T, T-dagger, a rotation about X and a general U3.
        # Expect the four bits to be 1 with probability 0.1464, 0.1464, 0.2061 and 0.2730.
        H 0 1
        S[T] 0
        S_DAG[T] 1
        H 0 1
        I[R_X(theta=0.3*pi)] 2
        I[U3(theta=0.35*pi,phi=0.2*pi,lambda=-0.4*pi)] 3
        TICK
        M 0 1 2 3

        """#
    ),
    (
      name: "modifiers.qasm",
      text: #"""
        // Gate modifiers: ctrl, negctrl, inv and pow on standard gates and on a gate of one's own.
        // Expect 1011 always: every step below ends in a basis state.
        OPENQASM 3.0;
        include "stdgates.inc";

        gate twice_root(a) t { pow(a) @ x t; pow(a) @ x t; }

        qubit[4] q;
        bit[4] c;

        twice_root(0.5) q[0];                    // two square roots of x
        negctrl @ x q[2], q[1];                  // q[2] is 0, so q[1] turns
        ctrl(2) @ x q[0], q[1], q[3];            // both are 1, so q[3] turns
        h q[2];
        ctrl @ gphase(pi) q[2];                  // a z: the phase of a controlled phase is relative
        inv @ s q[2];
        pow(-1) @ inv @ s q[2];
        h q[2];
        negctrl(1) @ ctrl @ x q[2], q[0], q[1];  // q[2] is 1: nothing happens
        ctrl @ inv @ twice_root(0.25) q[3], q[2];
        ctrl @ inv @ twice_root(0.25) q[3], q[2];
        c = measure q;

        """#
    ),
    (
      name: "noise_zoo.stim",
      text: #"""
        # One of each kind of noise: Pauli channels, correlated errors, heralded erasure, noisy readout.
        # Expect the marginals of expected.json; the record has nine bits.
        R 0 1 2
        PAULI_CHANNEL_1(0.1, 0.05, 0.02) 0
        M 0
        RX 0
        Z_ERROR(0.3) 0
        MX 0
        R 0 1 2
        E(0.2) X0 X1
        ELSE_CORRELATED_ERROR(0.25) Y1 Z2
        M 0 1
        HERALDED_ERASE(0.1) 2
        M(0.05) !2
        HERALDED_PAULI_CHANNEL_1(0.01, 0.02, 0.03, 0.04) 2
        MR 2
        MPAD 1

        """#
    ),
    (
      name: "phase_estimation.qasm",
      text: #"""
        // Phase estimation of p(2*pi*0.3) with four counting qubits; 0.3 is not a multiple of 1/16.
        // Expect 0101 (5/16 = 0.3125) most often, then 0100 (4/16 = 0.25).
        OPENQASM 3.0;
        include "stdgates.inc";

        const uint n = 4;
        const float[64] phi = 0.3;

        qubit[n] count;
        qubit eigenstate;
        bit[n] c;

        x eigenstate;
        h count;
        for uint k in [0:n - 1] {
          ctrl @ pow(2 ** k) @ p(2 * pi * phi) count[k], eigenstate;
        }

        // Inverse Fourier transform.
        swap count[0], count[3];
        swap count[1], count[2];
        for int j in [0:3] {
          for int k in [0:j - 1] {
            cp(-pi / 2 ** (j - k)) count[k], count[j];
          }
          h count[j];
        }
        c = measure count;

        """#
    ),
    (
      name: "qaoa_ring.qasm",
      text: #"""
        // QAOA, one layer, for the largest cut of a ring of four: run with --param gamma=0.7853981633974483
        // --param beta=0.39269908169872414. Expect three of four edges cut on average, 0101 and 1010 most.
        OPENQASM 3.0;
        include "stdgates.inc";

        input float[64] gamma;
        input float[64] beta;

        const uint n = 4;
        qubit[n] q;
        bit[n] c;

        h q;
        for uint i in [0:n - 1] {
          cx q[i], q[(i + 1) % n];
          rz(-gamma) q[(i + 1) % n];
          cx q[i], q[(i + 1) % n];
        }
        rx(2 * beta) q;
        c = measure q;

        """#
    ),
    (
      name: "qft.qasm",
      text: #"""
        // Quantum Fourier transform of a periodic input: |0>+|2>+...+|14> on four qubits, period 2.
        // Expect the two multiples of 16/2: 0000 and 1000, half of the shots each.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[4];
        creg c[4];
        // The input: even numbers, all equally likely.
        h q[1];
        h q[2];
        h q[3];
        barrier q;
        // The transform, most significant qubit first, then the reversal of the bits.
        h q[3];
        cu1(pi/2) q[2],q[3];
        cu1(pi/4) q[1],q[3];
        cu1(pi/8) q[0],q[3];
        h q[2];
        cu1(pi/2) q[1],q[2];
        cu1(pi/4) q[0],q[2];
        h q[1];
        cu1(pi/2) q[0],q[1];
        h q[0];
        swap q[0],q[3];
        swap q[1],q[2];
        measure q -> c;

        """#
    ),
    (
      name: "quantum_volume.qasm",
      text: #"""
        // A quantum volume circuit: four layers of random SU(4) blocks on random pairs of four qubits.
        // No measurement: expect the probabilities and amplitudes of the sixteen basis states.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[4];
        u3(1.26952639455161,-2.09009982610771,0.952304719594396) q[0];
        u3(1.0257346001251,2.90028061517968,0.142409648946102) q[1];
        u3(3.03134528029909,-1.47687226800347,-1.85135195288305) q[2];
        cx q[2],q[1];
        u3(1.29630131185288,-0.74570622043723,-0.285464837068055) q[1];
        u3(0.70163660948143,-1.5707963267949,1.5707963267949) q[2];
        cx q[2],q[1];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[1];
        u3(0.388076154954849,0,-1.5707963267949) q[2];
        cx q[2],q[1];
        u3(1.80512515800316,2.75088372748843,-2.7594671878431) q[1];
        u3(1.27910206009474,0.755917526720413,-0.316763208732476) q[2];
        u3(2.61556128231079,0.146853613900444,-2.58259327760621) q[3];
        cx q[3],q[0];
        u3(1.30217018935953,-0.747472376391359,-0.278880530597571) q[0];
        u3(0.786582755509589,-1.5707963267949,1.5707963267949) q[3];
        cx q[3],q[0];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[0];
        u3(0.394017299073205,-3.14159265358979,1.5707963267949) q[3];
        cx q[3],q[0];
        u3(1.92432734624325,-2.35470516845949,-1.84001047361987) q[0];
        cx q[0],q[1];
        u3(0.448079815037017,-1.5707963267949,1.5707963267949) q[0];
        u3(1.52450983011135,-0.784325410811162,-0.0463361595285687) q[1];
        cx q[0],q[1];
        u3(0.169265477314562,4.44089209850063e-16,-1.5707963267949) q[0];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[1];
        cx q[0],q[1];
        u3(1.68698715590955,0.202304174332072,0.427046102834464) q[0];
        u3(1.69525537975295,-2.14803932217444,0.401158533743751) q[1];
        u3(2.69105711091904,-2.71561433680283,1.76172092274048) q[3];
        cx q[2],q[3];
        u3(0.949567392859153,-1.5707963267949,1.5707963267949) q[2];
        u3(1.28931341497176,-0.743542386094131,-0.293349801920978) q[3];
        cx q[2],q[3];
        u3(0.311260254635945,-3.14159265358979,1.5707963267949) q[2];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[3];
        cx q[2],q[3];
        u3(0.791627863053942,-2.57886411276475,-2.07615565025975) q[2];
        cx q[2],q[1];
        u3(1.21689739295139,-0.716936587261213,-0.378420589912764) q[1];
        u3(0.885218826835183,-1.5707963267949,1.5707963267949) q[2];
        cx q[2],q[1];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[1];
        u3(0.129989787642078,-3.14159265358979,1.5707963267949) q[2];
        cx q[2],q[1];
        u3(1.53719268417898,2.32914561898363,-2.48423071808069) q[1];
        u3(1.50931562245715,-0.470995717445472,2.69518179160393) q[2];
        u3(0.891544666849962,-2.89804887444822,-2.44001210961207) q[3];
        cx q[0],q[3];
        u3(0.790260977286361,-1.5707963267949,1.5707963267949) q[0];
        u3(1.16702616610138,-0.693614661726567,-0.441442833695017) q[3];
        cx q[0],q[3];
        u3(0.0936844862446976,8.88178419700125e-16,-1.5707963267949) q[0];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[3];
        cx q[0],q[3];
        u3(1.26154299475942,-0.464646670744736,1.46266429166691) q[0];
        cx q[1],q[0];
        u3(1.15952871307343,-0.689706411111914,-0.45130373393482) q[0];
        u3(1.04192317723415,-1.5707963267949,1.5707963267949) q[1];
        cx q[1],q[0];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[0];
        u3(0.084627882587174,8.88178419700125e-16,-1.5707963267949) q[1];
        cx q[1],q[0];
        u3(1.65700409193289,-0.467666505697274,2.25687694421933) q[0];
        u3(3.02009570135523,0.135660532961079,2.82349173954987) q[1];
        u3(1.20006013878549,-2.99840655237711,-1.61771757158828) q[3];
        cx q[3],q[2];
        u3(1.1662813624059,-0.693231388298084,-0.442417512247506) q[2];
        u3(0.718782520930011,-1.5707963267949,1.5707963267949) q[3];
        cx q[3],q[2];
        u3(1.0471975511966,2.52611294491941,-0.615479708670387) q[2];
        u3(0.606254127957858,0,-1.5707963267949) q[3];
        cx q[3],q[2];
        u3(1.07598025906664,-2.98254573831108,3.05479457536367) q[2];
        u3(1.65616272500513,2.27133474537743,-1.25592314259138) q[3];

        """#
    ),
    (
      name: "qubit_reuse.qasm",
      text: #"""
        // Mid-circuit measurement and reset: q[1] serves four times as a probe of q[0].
        // Expect 0000 and 1111, half of the shots each, from only two qubits.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[2];
        creg c[4];
        h q[0];
        cx q[0],q[1];
        measure q[1] -> c[0];
        reset q[1];
        cx q[0],q[1];
        measure q[1] -> c[1];
        reset q[1];
        cx q[0],q[1];
        measure q[1] -> c[2];
        reset q[1];
        cx q[0],q[1];
        measure q[1] -> c[3];
        reset q[1];

        """#
    ),
    (
      name: "random_walk.qasm",
      text: #"""
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

        """#
    ),
    (
      name: "repeat_until_success.qasm",
      text: #"""
        // Repeat until success: keep two qubits in |++> only if they are not both 1, else start again.
        // Expect 00, 01 and 10, a third each, in c; flag = 0 always.
        OPENQASM 3.0;
        include "stdgates.inc";

        qubit[2] data;
        qubit ancilla;
        bit flag = "1";
        bit[2] c;
        uint[16] attempts = 0;

        while (flag) {
          reset data;
          reset ancilla;
          h data;
          ccx data[0], data[1], ancilla;
          flag = measure ancilla;
          attempts += 1;
        }
        c = measure data;

        """#
    ),
    (
      name: "repetition3.qasm",
      text: #"""
        // A three-qubit bit-flip code in OpenQASM 3: an x hits data[error_at], a decoder function of the
        // syndrome undoes it. Run with --param error_at=1. Expect syndrome = 11 and c = 111.
        OPENQASM 3.0;
        include "stdgates.inc";

        input int[32] error_at;

        qubit[3] data;
        qubit[2] check;
        bit[2] syndrome;
        bit[3] c;

        def measure_syndrome(qubit[3] d, qubit[2] a) -> bit[2] {
          bit[2] s;
          reset a;
          for int i in [0:1] {
            cx d[i], a[i];
            cx d[i + 1], a[i];
          }
          s = measure a;
          return s;
        }

        x data;                                   // the logical 1
        if (error_at >= 0 && error_at < 3) {
          x data[error_at];
        }
        syndrome = measure_syndrome(data, check);
        switch (int[32](syndrome)) {
          case 1 { x data[0]; }
          case 2 { x data[2]; }
          case 3 { x data[1]; }
          default { }
        }
        c = measure data;

        """#
    ),
    (
      name: "repetition_code.stim",
      text: #"""
        # Three rounds of a distance-3 repetition code with depolarising and readout noise.
        # Expect mostly zeros: each bit is 1 with a probability between 4 % and 10 %.
        QUBIT_COORDS(0) 0
        QUBIT_COORDS(1) 1
        QUBIT_COORDS(2) 2
        QUBIT_COORDS(3) 3
        QUBIT_COORDS(4) 4
        R 0 1 2 3 4
        TICK
        DEPOLARIZE1(0.01) 0 2 4
        CX 0 1 2 3
        DEPOLARIZE2(0.01) 0 1 2 3
        TICK
        CX 2 1 4 3
        DEPOLARIZE2(0.01) 2 1 4 3
        TICK
        MR(0.02) 1 3
        DETECTOR(1, 0) rec[-2]
        DETECTOR(3, 0) rec[-1]
        REPEAT 2 {
            TICK
            DEPOLARIZE1(0.01) 0 2 4
            CX 0 1 2 3
            DEPOLARIZE2(0.01) 0 1 2 3
            TICK
            CX 2 1 4 3
            DEPOLARIZE2(0.01) 2 1 4 3
            TICK
            MR(0.02) 1 3
            SHIFT_COORDS(0, 1)
            DETECTOR(1, 0) rec[-2] rec[-4]
            DETECTOR(3, 0) rec[-1] rec[-3]
        }
        M(0.02) 0 2 4
        DETECTOR(1, 1) rec[-3] rec[-2] rec[-5]
        DETECTOR(3, 1) rec[-2] rec[-1] rec[-4]
        OBSERVABLE_INCLUDE(0) rec[-1]

        """#
    ),
    (
      name: "repetition_code_cz.stim",
      text: #"""
        # The repetition code of distance 3, two rounds, with CZ, H, M and R in layers between TICKs:
        # qsim gen --code repetition_code --task memory --distance 3 --rounds 2 --gate_set cz
        # Clean, so that every result is 0 and no detector fires; 'qsim noise --model si1000' makes it noisy.
        R 0 1 2 3 4
        TICK
        H 1 3
        TICK
        CZ 0 1 2 3
        TICK
        CZ 2 1 4 3
        TICK
        H 1 3
        TICK
        M 1 3
        TICK
        R 1 3
        DETECTOR(1, 0) rec[-2]
        DETECTOR(3, 0) rec[-1]
        TICK
        H 1 3
        TICK
        CZ 0 1 2 3
        TICK
        CZ 2 1 4 3
        TICK
        H 1 3
        TICK
        M 1 3
        TICK
        R 1 3
        SHIFT_COORDS(0, 1)
        DETECTOR(1, 0) rec[-2] rec[-4]
        DETECTOR(3, 0) rec[-1] rec[-3]
        TICK
        I 0 2 4
        TICK
        M 0 2 4
        DETECTOR(1, 1) rec[-2] rec[-3] rec[-5]
        DETECTOR(3, 1) rec[-1] rec[-2] rec[-4]
        OBSERVABLE_INCLUDE(0) rec[-1]

        """#
    ),
    (
      name: "shor15.qasm",
      text: #"""
        // Shor's algorithm for 15 with base 7: the order of 7 modulo 15 is 4.
        // Expect 000, 010, 100 and 110, a quarter each: multiples of 2^3/4; 2/8 = 1/4 tells the order.
        OPENQASM 2.0;
        include "qelib1.inc";

        // |x> -> |7x mod 15> and |x> -> |4x mod 15>, controlled.
        gate times7 c,w0,w1,w2,w3 {
          cswap c,w2,w3;
          cswap c,w1,w2;
          cswap c,w0,w1;
          cx c,w0; cx c,w1; cx c,w2; cx c,w3;
        }
        gate times4 c,w0,w1,w2,w3 {
          cswap c,w0,w2;
          cswap c,w1,w3;
        }

        qreg count[3];
        qreg work[4];
        creg c[3];
        h count;
        x work[0];
        times7 count[0],work[0],work[1],work[2],work[3];
        times4 count[1],work[0],work[1],work[2],work[3];
        // 7^4 = 1 (mod 15): the controlled multiplication by count[2] does nothing.

        // Inverse Fourier transform of the counting register.
        swap count[0],count[2];
        h count[0];
        cu1(-pi/2) count[0],count[1];
        h count[1];
        cu1(-pi/4) count[0],count[2];
        cu1(-pi/2) count[1],count[2];
        h count[2];
        measure count -> c;

        """#
    ),
    (
      name: "superdense.qasm",
      text: #"""
        // Superdense coding: one qubit carries the two bits 10 because its partner was sent ahead.
        // Expect 10 always.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg alice[1];
        qreg bob[1];
        creg c[2];
        h alice[0];
        cx alice[0],bob[0];
        // The message: z for the high bit, x for the low one. Here only the high bit is set.
        z alice[0];
        barrier alice,bob;
        cx alice[0],bob[0];
        h alice[0];
        measure alice[0] -> c[1];
        measure bob[0] -> c[0];

        """#
    ),
    (
      name: "supremacy_grid.qasm",
      text: #"""
        // A random circuit on a 3 x 3 grid in the style of the supremacy experiments: eight layers of
        // random square-root gates and CZs in alternating patterns. Expect an uneven (speckled) spectrum.
        OPENQASM 2.0;
        include "qelib1.inc";
        gate sqrtx a { rx(pi/2) a; }
        gate sqrty a { ry(pi/2) a; }
        gate sqrtw a { rz(-pi/4) a; rx(pi/2) a; rz(pi/4) a; }
        qreg q[9];
        creg c[9];
        h q;
        // layer 1
        cz q[0],q[1];
        cz q[4],q[5];
        cz q[6],q[7];
        sqrtw q[0];
        sqrtw q[1];
        sqrtx q[2];
        sqrtw q[3];
        sqrty q[4];
        sqrty q[5];
        sqrty q[6];
        sqrtx q[7];
        sqrtw q[8];
        // layer 2
        cz q[1],q[2];
        cz q[3],q[4];
        cz q[7],q[8];
        sqrtx q[0];
        sqrtx q[1];
        sqrty q[2];
        sqrty q[3];
        sqrtx q[4];
        sqrtx q[5];
        sqrtx q[6];
        sqrty q[7];
        sqrtx q[8];
        // layer 3
        cz q[0],q[3];
        cz q[2],q[5];
        cz q[4],q[7];
        sqrty q[0];
        sqrtw q[1];
        sqrtx q[2];
        sqrtw q[3];
        sqrtw q[4];
        sqrty q[5];
        sqrty q[6];
        sqrtx q[7];
        sqrty q[8];
        // layer 4
        cz q[1],q[4];
        cz q[3],q[6];
        cz q[5],q[8];
        sqrtw q[0];
        sqrtx q[1];
        sqrtw q[2];
        sqrty q[3];
        sqrty q[4];
        sqrtx q[5];
        sqrtx q[6];
        sqrtw q[7];
        sqrtx q[8];
        // layer 5
        cz q[0],q[1];
        cz q[4],q[5];
        cz q[6],q[7];
        sqrty q[0];
        sqrtw q[1];
        sqrty q[2];
        sqrtx q[3];
        sqrtw q[4];
        sqrtw q[5];
        sqrtw q[6];
        sqrtx q[7];
        sqrty q[8];
        // layer 6
        cz q[1],q[2];
        cz q[3],q[4];
        cz q[7],q[8];
        sqrtw q[0];
        sqrtx q[1];
        sqrtx q[2];
        sqrty q[3];
        sqrty q[4];
        sqrtx q[5];
        sqrty q[6];
        sqrty q[7];
        sqrtx q[8];
        // layer 7
        cz q[0],q[3];
        cz q[2],q[5];
        cz q[4],q[7];
        sqrty q[0];
        sqrtw q[1];
        sqrtw q[2];
        sqrtw q[3];
        sqrtx q[4];
        sqrty q[5];
        sqrtw q[6];
        sqrtw q[7];
        sqrtw q[8];
        // layer 8
        cz q[1],q[4];
        cz q[3],q[6];
        cz q[5],q[8];
        sqrtx q[0];
        sqrtx q[1];
        sqrty q[2];
        sqrtx q[3];
        sqrty q[4];
        sqrtw q[5];
        sqrtx q[6];
        sqrty q[7];
        sqrtx q[8];
        measure q -> c;

        """#
    ),
    (
      name: "surface_code.stim",
      text: #"""
        # Two rounds of the smallest surface code, [[4,1,2]]: data 0-3, checks XXXX (4), ZZ (5), ZZ (6).
        # Expect a random first X check that repeats, Z checks and data parities near zero.
        R 0 1 2 3 4 5 6
        X_ERROR(0.002) 0 1 2 3
        REPEAT 2 {
            TICK
            DEPOLARIZE1(0.003) 0 1 2 3
            H 4
            CX 4 0 0 5 2 6
            DEPOLARIZE2(0.004) 4 0 0 5 2 6
            TICK
            CX 4 1 1 5 3 6
            DEPOLARIZE2(0.004) 4 1 1 5 3 6
            TICK
            CX 4 2
            CX 4 3
            H 4
            TICK
            MR(0.005) 4 5 6
        }
        DETECTOR(0, 1) rec[-3] rec[-6]
        DETECTOR(1, 0) rec[-5]
        DETECTOR(2, 0) rec[-4]
        DETECTOR(1, 1) rec[-2] rec[-5]
        DETECTOR(2, 1) rec[-1] rec[-4]
        M(0.005) 0 1 2 3
        DETECTOR(1, 2) rec[-4] rec[-3] rec[-6]
        DETECTOR(2, 2) rec[-2] rec[-1] rec[-5]
        OBSERVABLE_INCLUDE(0) rec[-4] rec[-2]

        """#
    ),
    (
      name: "swap_test.qasm",
      text: #"""
        // Swap test of ry(0.8)|0> and ry(1.9)|0>: the ancilla estimates their overlap.
        // Expect 0 with probability (1 + cos^2(0.55)) / 2 = 0.8634.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg anc[1];
        qreg q[2];
        creg c[1];
        ry(0.8) q[0];
        ry(1.9) q[1];
        h anc[0];
        cswap anc[0],q[0],q[1];
        h anc[0];
        measure anc[0] -> c[0];

        """#
    ),
    (
      name: "teleport.qasm",
      text: #"""
        // Teleportation with feed-forward: the state u3(1.1, 0.4, 0.7)|0> moves from q[0] to q[2].
        // Expect m0 and m1 uniform and out = 1 with probability sin^2(0.55) = 0.2732, whatever m0 and m1.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg q[3];
        creg m0[1];
        creg m1[1];
        creg out[1];

        // The message.
        u3(1.1, 0.4, 0.7) q[0];

        // A Bell pair between q[1] (sender) and q[2] (receiver).
        h q[1];
        cx q[1], q[2];

        // Bell measurement of message and sender's half.
        cx q[0], q[1];
        h q[0];
        measure q[0] -> m0[0];
        measure q[1] -> m1[0];

        // Corrections, each on its own one-bit register.
        if (m1 == 1) x q[2];
        if (m0 == 1) z q[2];
        measure q[2] -> out[0];

        """#
    ),
    (
      name: "teleport3.qasm",
      text: #"""
        // Teleportation in OpenQASM 3: the corrections are `if` on single bits, and the receiver
        // undoes the preparation. Expect result = 0 always; c[0] and c[1] are uniform.
        OPENQASM 3.0;
        include "stdgates.inc";

        qubit[3] q;
        bit[2] c;
        bit result;

        gate message a { U(1.1, 0.4, 0.7) a; }

        message q[0];
        h q[1];
        cx q[1], q[2];

        cx q[0], q[1];
        h q[0];
        c[0] = measure q[0];
        c[1] = measure q[1];

        if (c[1]) x q[2];
        if (c[0]) { z q[2]; }

        inv @ message q[2];
        result = measure q[2];

        """#
    ),
    (
      name: "toffoli_chain.qasm",
      text: #"""
        // The AND of four inputs through a chain of Toffoli gates, undone again to clean the scratch.
        // Inputs a[0], a[1] are 1, a[2], a[3] uniform: expect out = 1 exactly when both are 1.
        OPENQASM 2.0;
        include "qelib1.inc";
        qreg a[4];
        qreg scratch[2];
        qreg result[1];
        creg in[4];
        creg clean[2];
        creg out[1];
        x a[0];
        x a[1];
        h a[2];
        h a[3];
        ccx a[0],a[1],scratch[0];
        ccx a[2],scratch[0],scratch[1];
        ccx a[3],scratch[1],result[0];
        ccx a[2],scratch[0],scratch[1];
        ccx a[0],a[1],scratch[0];
        measure a -> in;
        measure scratch -> clean;
        measure result -> out;

        """#
    ),
    (
      name: "vqe_ansatz.qasm",
      text: #"""
        // A hardware-efficient ansatz with two inputs: run with --param theta=0.8 --param phi=1.3.
        // Without both values it is refused; with them expect 000 most often, see expected.json.
        OPENQASM 3.0;
        include "stdgates.inc";

        input float[64] theta;
        input float[64] phi;

        qubit[3] q;
        bit[3] c;

        def layer(qubit[3] r, float[64] amount) {
          for uint i in [0:2] {
            ry(amount * (i + 1) / 3.0) r[i];
          }
          for uint i in [0:1] {
            cx r[i], r[i + 1];
          }
        }

        layer(q, theta);
        layer(q, phi);
        for uint i in [0:2] { ry(-theta / 2) q[i]; }
        c = measure q;

        """#
    ),
    (
      name: "w_state.qasm",
      text: #"""
        // A W state of four qubits: one excitation shared equally.
        // Expect 0001, 0010, 0100 and 1000, a quarter each.
        OPENQASM 2.0;
        include "qelib1.inc";
        // Hands the share cos^2(theta/2) of the excitation on from a to b.
        gate share(theta) a,b { cry(theta) a,b; cx b,a; }
        qreg q[4];
        creg c[4];
        x q[0];
        share(2*pi/3) q[0],q[1];
        share(1.9106332362490186) q[1],q[2];
        share(pi/2) q[2],q[3];
        measure q -> c;

        """#
    ),
    (
      name: "wide_adder.qasm",
      text: #"""
        // Ripple-carry addition of two 64-bit numbers (Cuccaro et al.) on 130 qubits: b <- a + b.
        // a is 0x00ff00ff00ff00ff, with its highest bit 0 and 1 at once, and b is 0x0123456789abcdef: two sums, half the time each.
        OPENQASM 3.0;
        include "stdgates.inc";
        gate majority x, y, w {
          cx w, y;
          cx w, x;
          ccx x, y, w;
        }
        gate unmajority x, y, w {
          ccx x, y, w;
          cx w, x;
          cx x, y;
        }
        qubit carry;
        qubit[64] a;
        qubit[64] b;
        qubit overflow;
        bit[65] sum;
        for int i in [0:63] {
          if (((0x00ff00ff00ff00ff >> i) & 1) == 1) { x a[i]; }
          if (((0x0123456789abcdef >> i) & 1) == 1) { x b[i]; }
        }
        h a[63];
        majority carry, b[0], a[0];
        for int i in [1:63] { majority a[i - 1], b[i], a[i]; }
        cx a[63], overflow;
        for int i in [63:-1:1] { unmajority a[i - 1], b[i], a[i]; }
        unmajority carry, b[0], a[0];
        sum[0:63] = measure b;
        sum[64] = measure overflow;

        """#
    ),
  ]
}
