import QSim
import QuantumCore
import StabilizerSimulation
import TestSupport
import Testing

/// Every channel's cases against its definition, by detectors that tell all Paulis apart.
struct FrameNoiseTests {
  /// A channel on one or two qubits, in words and as probabilities of (X₀, Z₀, X₁, Z₁) as a mask;
  /// bit 2 is the herald of a channel on one qubit.
  struct Channel: Sendable, CustomTestStringConvertible {
    let text: String
    let qubits: Int
    let probabilities: [Int: Double]
    var isHeralded = false
    var testDescription: String { text }
  }

  /// Masks of I, X, Y and Z.
  private static let masks = [0, 1, 3, 2]

  private static func uniform(_ probability: Double, _ masks: some Collection<Int>) -> [Int: Double]
  {
    Dictionary(uniqueKeysWithValues: masks.map { ($0, probability / Double(masks.count)) })
  }

  /// Each channel with rare events and with frequent ones.
  static let channels: [Channel] = channels(0.02) + channels(0.4)

  private static func channels(_ p: Double) -> [Channel] {
    let steps = (1...15).map { p * Double($0) / 120 }
    let pairs = (1...15).map { masks[$0 / 4] | masks[$0 % 4] << 2 }
    let stepTexts = steps.map { "\($0)" }.joined(separator: ",")
    let (half, quarter, eighth) = (p / 2, p / 4, p / 8)
    return [
      Channel(text: "X_ERROR(\(p))", qubits: 1, probabilities: [1: p]),
      Channel(text: "Y_ERROR(\(p))", qubits: 1, probabilities: [3: p]),
      Channel(text: "Z_ERROR(\(p))", qubits: 1, probabilities: [2: p]),
      Channel(text: "DEPOLARIZE1(\(p))", qubits: 1, probabilities: uniform(p, 1...3)),
      Channel(text: "DEPOLARIZE2(\(p))", qubits: 2, probabilities: uniform(p, 1...15)),
      Channel(
        text: "PAULI_CHANNEL_1(\(half), \(eighth), \(quarter))", qubits: 1,
        probabilities: [1: half, 3: eighth, 2: quarter]),
      Channel(
        text: "PAULI_CHANNEL_2(\(stepTexts))", qubits: 2,
        probabilities: Dictionary(uniqueKeysWithValues: zip(pairs, steps))),
      Channel(
        text: "HERALDED_ERASE(\(p))", qubits: 1, probabilities: uniform(p, 4...7), isHeralded: true),
      Channel(
        text: "HERALDED_PAULI_CHANNEL_1(\(eighth), \(quarter), \(half), \(eighth))", qubits: 1,
        probabilities: [4: eighth, 5: quarter, 7: half, 6: eighth], isHeralded: true),
    ]
  }

  /// 16 trials a shot. Each acts on one half of one or two Bell pairs, of which XX and ZZ then tell
  /// the error.
  private func circuit(_ channel: Channel) throws -> Circuit {
    let copies = 16
    var (pairs, noise, readout) = ("", channel.text, "")
    for copy in 0..<copies {
      for qubit in 0..<channel.qubits {
        let first = 4 * copy + 2 * qubit
        pairs += "H \(first)\nCX \(first) \(first + 1)\n"
        noise += " \(first)"
        readout += "MZZ \(first) \(first + 1)\nMXX \(first) \(first + 1)\n"
      }
    }
    let perCopy = 2 * channel.qubits
    for copy in 0..<copies {
      let last = perCopy * (copies - copy)
      for record in 0..<4 {
        if record < perCopy {
          readout += "DETECTOR rec[-\(last - record)]\n"
        } else if record == 2, channel.isHeralded {
          readout += "DETECTOR rec[-\(perCopy * copies + copies - copy)]\n"
        } else {
          readout += "DETECTOR\n"
        }
      }
    }
    return try stim(pairs + noise + "\n" + readout)
  }

  @Test(arguments: channels) func `every case has its probability`(channel: Channel) throws {
    let sampler = try DetectionSampler(circuit(channel))
    let rarest = channel.probabilities.values.min()!
    // So many that 1 % in the probability of a case are more than the 4.5 σ that are allowed.
    let shots = min(2_500_000, Int(500_000 / rarest / 16))
    var counts = [Int](repeating: 0, count: 16)
    try sampler.forEachBlock(shots: shots, seed: 31, threads: 2, layout: .detectors) { block in
      for word in block.detectors.words where word != 0 {
        for mask in 1..<16 {
          // Nibbles that are equal to the mask become 0.
          var difference = word ^ (0x1111_1111_1111_1111 &* UInt64(mask))
          difference |= difference >> 2
          difference |= difference >> 1
          counts[mask] += (~difference & 0x1111_1111_1111_1111).nonzeroBitCount
        }
      }
    }
    for mask in 1..<16 {
      expectRate(
        counts[mask], of: 16 * shots, is: channel.probabilities[mask] ?? 0, within: 4.5,
        "case \(mask)")
    }
    expectRate(
      counts.reduce(0, +), of: 16 * shots, is: channel.probabilities.values.reduce(0, +),
      within: 4.5)
  }

  @Test(arguments: [0.001, 0.01, 0.029, 0.031, 0.1, 0.25, 0.37, 0.5, 0.9, 0.999])
  func `flips have their probability`(probability: Double) throws {
    let circuit = try stim(
      "X_ERROR(\(probability)) 0\nM(\(probability)) 0 1\nMPAD(\(probability)) 0\nDETECTOR rec[-1]\n"
        + "DETECTOR rec[-2]\nDETECTOR rec[-3]\n")
    let shots = 4_000_000
    var ones = [0, 0, 0]
    try DetectionSampler(circuit).forEachBlock(shots: shots, seed: 5, threads: 2) { block in
      for word in block.detectors.words {
        for detector in 0..<3 { ones[detector] += Int(word >> UInt64(detector) & 1) }
      }
    }
    expectRate(ones[0], of: shots, is: probability, within: 4.5, "MPAD")
    expectRate(ones[1], of: shots, is: probability, within: 4.5, "M")
    let twice = 2 * probability * (1 - probability)
    expectRate(ones[2], of: shots, is: twice, within: 4.5, "X_ERROR and M")
  }

  @Test func `chains exclude each other`() throws {
    let circuit = try stim(
      """
      E(0.1) X0
      ELSE_CORRELATED_ERROR(0.2) X1
      ELSE_CORRELATED_ERROR(0.5) X2
      M 0 1 2
      DETECTOR rec[-3]
      DETECTOR rec[-2]
      DETECTOR rec[-1]
      """)
    let shots = 1_000_000
    let events = try DetectionSampler(circuit).sample(shots: shots, seed: 6)
    var counts = [Int](repeating: 0, count: 8)
    for word in events.detectors.words { counts[Int(word)] += 1 }
    let exact = [0: 0.36, 1: 0.1, 2: 0.18, 4: 0.36]
    for mask in 0..<8 {
      expectRate(counts[mask], of: shots, is: exact[mask] ?? 0, within: 4.5, "case \(mask)")
    }
  }

  @Test func `shots and qubits are independent`() throws {
    let circuit = try stim("X_ERROR(0.02) 0 1\nM 0 1\nDETECTOR rec[-1]\nDETECTOR rec[-2]")
    let shots = 4_000_000
    let events = try DetectionSampler(circuit).sample(shots: shots, seed: 7, threads: 2)
    let words = events.detectors.words
    let both = words.count { $0 == 3 }
    expectRate(both, of: shots, is: 0.0004, within: 4.5, "two qubits of a shot")
    for distance in [1, 2, 63, 64, 511, 2047, 2048] {
      let pairs = (distance..<shots).count { words[$0] & words[$0 - distance] & 1 == 1 }
      expectRate(pairs, of: shots - distance, is: 0.0004, within: 4.5, "shots \(distance) apart")
    }
  }

  @Test func `all instruction sets give the same bytes`() throws {
    let circuit = try stim(
      """
      H 0 1 2 3
      REPEAT 400 {
        CX 0 4 1 5 2 6
        ISWAP 2 3
        DEPOLARIZE1(0.01) 0 1 2 3
        DEPOLARIZE2(0.3) 4 5 6 7
        MR 4 5
        M(0.001) 6
      }
      M 7
      """)
    let sampler = try FrameSampler(circuit, usesReference: false)
    let expected = try sampler.sample(shots: 3001, seed: 4)
    for kernels in BitKernels.all {
      let table = try sampler.using(kernels).sample(shots: 3001, seed: 4)
      #expect(table == expected, "\(kernels.name)")
    }
  }
}
