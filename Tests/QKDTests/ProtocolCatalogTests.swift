import QKD
import QuantumCore
import RealModule
import Testing

struct ProtocolCatalogTests {
  /// The protocols of the catalog, and one written outside the package.
  static let definitions = QKDProtocolCatalog.all + [.noisyPreprocessing]
  static let ids = definitions.map(\.id)

  private func definition(_ id: String) throws -> QKDProtocolDefinition {
    try #require(Self.definitions.first { $0.id == id })
  }

  @Test func `every protocol there should be is there once`() {
    let expected = """
      bb84-single-photon bb84-gllp bb84-decoy-infinite bb84-decoy-vacuum-weak bb84-decoy-two \
      bb84-decoy-finite-two bb84-decoy-finite-one six-state sarg04 b92 bbm92 e91-device-independent \
      mdi-infinite mdi-three-intensity mdi-closed-form mdi-finite tf-lucamarini tf-pm tf-sns \
      tf-sns-aopp tf-cal mode-pairing cv-gg02-homodyne cv-gg02-heterodyne cv-gg02-finite \
      cv-gg02-composable cv-psk cv-mdi
      """
    #expect(
      Set(QKDProtocolCatalog.all.map(\.id)) == Set(expected.split(separator: " ").map(String.init)))
    #expect(Set(Self.ids).count == Self.ids.count)
    for id in QKDProtocolCatalog.all.map(\.id) {
      #expect(QKDProtocolCatalog.definition(named: id)?.id == id)
    }
  }

  @Test func `parameters stand in the order of their identifiers`() {
    for parameter in KeyRateParameter.catalog {
      #expect(parameter.id.parameter == parameter)
      #expect(parameter.id.name == parameter.name)
      #expect(KeyRateParameter.ID(parameter.name) == parameter.id)
    }
    #expect(KeyRateParameter.catalog.count == 40)
    #expect(Set(KeyRateParameter.catalog.map(\.name)).count == KeyRateParameter.catalog.count)
  }

  @Test(arguments: ids) func `defaults are in range, fit together and give key`(id: String) throws {
    let definition = try definition(id)
    for parameter in definition.parameters {
      if let value = parameter.defaultValue { #expect(parameter.range.contains(value)) }
    }
    #expect(Set(definition.parameters.map(\.id)).count == definition.parameters.count)
    #expect(definition.problem(definition.defaults) == nil)
    #expect(definition.rate(definition.defaults, distanceKm: 0).bitsPerPulse > 0)
    #expect(definition.assumptions.count > 1 && !definition.sources.isEmpty)
  }

  @Test(arguments: ids) func `rates never rise with distance and end`(id: String) throws {
    let definition = try definition(id)
    let values = definition.defaults
    var last = Double.infinity
    for step in 0..<200 {
      let rate = definition.rate(values, distanceKm: Double(step) * 4).bitsPerPulse
      // Weak pulses at full strength saturate detectors: losses that small do not count.
      #expect(rate <= last * (1 + 1e-9), "\(step)")
      last = rate
    }
    // Behind a receiver out of Eve's reach, Gaussian modulation has key at any distance.
    let isEndless = id == "cv-gg02-homodyne" || id == "cv-gg02-heterodyne"
    #expect(isEndless ? last > 0 && last < 1e-16 : last == 0)
  }

  @Test(
    arguments: ids,
    [KeyRateParameter.ID.darkCountProbability, .misalignment, .excessNoise, .electronicNoise])
  func `noise never helps`(id: String, noise: KeyRateParameter.ID) throws {
    let definition = try definition(id)
    guard definition.has(noise) else { return }
    var values = definition.defaults
    // Noise of a trusted receiver may help; here it is Eve's.
    if definition.has(.receiverTrusted) { values[.receiverTrusted] = 0 }
    for distance in [0.0, 10, 40, 100] {
      var last = Double.infinity
      for factor in [0, 0.1, 0.3, 1, 2, 4, 8, 16, 64, 1024] {
        var noisy = values
        let range = try #require(noise.parameter).range
        let base = max(values[noise], noise == .electronicNoise ? 0.01 : 1e-7)
        noisy[noise] = min(range.upperBound, base * factor)
        let rate = definition.rate(noisy, distanceKm: distance).bitsPerPulse
        #expect(
          rate <= last * (1 + 1e-9) + 1e-18, "\(distance) km, \(noise.name) × \(factor)")
        last = rate
      }
    }
  }

  /// Roots of what is small are far from linear, so that a ten-billionth may be a hundred-thousandth
  /// of a rate; formulas that fail at an end, where something is exactly 0 or 1, are off by all of it.
  @Test(arguments: ids) func `a rate at the end of a range is that nearby`(id: String) throws {
    let definition = try definition(id)
    var ideal = definition.defaults
    for (noise, best) in [
      (KeyRateParameter.ID.detectorEfficiency, 1.0), (.darkCountProbability, 0),
      (.misalignment, 0), (.electronicNoise, 0),
    ] where definition.has(noise) { ideal[noise] = best }
    let scale = max(
      definition.rate(definition.defaults, distanceKm: 0).bitsPerPulse,
      definition.rate(ideal, distanceKm: 0).bitsPerPulse)
    #expect(scale > 0)
    for (start, distance) in [(definition.defaults, 0.0), (ideal, 0), (ideal, 10)] {
      for parameter in definition.parameters where parameter.kind == .number {
        // Gains of a third intensity that shines at all tell more than those of the vacuum: where
        // there are no dark counts, the yields of single photons to any order.
        if id == "mdi-three-intensity", parameter.id == .intensity3 { continue }
        for (end, inwards) in [(parameter.range.lowerBound, 1.0), (parameter.range.upperBound, -1)]
        where [0, 0.5, 1].contains(end) {
          var (at, near) = (start, start)
          at[parameter.id] = end
          near[parameter.id] = end + inwards * 1e-10
          guard definition.problem(at) == nil, definition.problem(near) == nil else { continue }
          let rates = [at, near].map { definition.rate($0, distanceKm: distance).bitsPerPulse }
          #expect(
            abs(rates[0] - rates[1]) <= 1e-3 * scale,
            "\(parameter.name) = \(end): \(rates[0]), nearby \(rates[1])")
        }
      }
    }
  }

  @Test func `without noise and loss B92 keeps all that its filter passes`() throws {
    let b92 = try definition("b92")
    for amplitude in [0.05, 0.2, 0.4, 0.6, 0.7] {
      var values = b92.defaults
      (values[.amplitude], values[.detectorEfficiency]) = (amplitude, 1)
      (values[.misalignment], values[.darkCountProbability]) = (0, 0)
      let rate = b92.rate(values, distanceKm: 0)
      let passed = 2 * amplitude * amplitude * (1 - amplitude * amplitude)
      #expect(abs(rate.bitsPerPulse - passed) <= 1e-12)
      #expect(try #require(rate["phase_error"]) < 1e-13)
    }
  }

  /// Photon by photon: each goes to the wrong detector with the probability of misalignment, or in
  /// the other basis to either; where both detectors click, the bit is random.
  @Test(arguments: [0.0, 1e-3, 0.1], [0.05, 1, 4])
  func `several photons of SARG04 make double clicks`(dark: Double, mean: Double) throws {
    let sarg04 = try definition("sarg04")
    var values = sarg04.defaults
    (values[.mu], values[.detectorEfficiency]) = (mean, 1)
    (values[.misalignment], values[.darkCountProbability]) = (0.1, dark)
    let rate = sarg04.rate(values, distanceKm: 0)
    func bit(_ first: Double, photons n: Int) -> Double {
      // Neither of n photons at the first detector, or at the second.
      let (noFirst, noSecond) = (
        (1 - dark) * pow(1 - first, n), (1 - dark) * pow(first, n)
      )
      let neither = n == 0 ? (1 - dark) * (1 - dark) : 0
      let both = 1 - noFirst - noSecond + neither
      return (noSecond - neither) + both / 2
    }
    var (all, wrong) = (0.0, 0.0)
    for n in 0..<60 {
      let weight = PhotonStatistics.poisson(n, mean: mean)
      let (error, other) = (bit(0.1, photons: n), bit(0.5, photons: n))
      all += weight * (error + other) / 2
      wrong += weight * error / 2
    }
    let (gain, errorRate) = (try #require(rate["gain"]), try #require(rate["error_rate"]))
    #expect(abs(gain / all - 1) < 1e-12 && abs(errorRate / (wrong / all) - 1) < 1e-12)
  }

  private func pow(_ base: Double, _ exponent: Int) -> Double { Double.pow(base, exponent) }

  @Test(arguments: ids) func `no point-to-point rate exceeds the bound of its channel`(id: String)
    throws
  {
    let definition = try definition(id)
    // A relay in the middle is a repeater in this sense, and has its own bound.
    let count =
      definition.family == .twinField || definition.family == .measurementDeviceIndependent
        || id == "cv-mdi" || definition.family == .entanglement ? 1 : 0
    for distance in stride(from: 0.0, through: 400, by: 20) {
      let point = KeyRateSearch(definition, definition.defaults).point(distanceKm: distance)
      let bound = RepeaterlessBounds.repeaterChain(
        transmittance: point.link.transmittance, count: count)
      #expect(point.rate.bitsPerPulse <= bound)
    }
  }

  @Test(arguments: ids) func `no values in range trap or make rates that are none`(id: String)
    throws
  {
    let definition = try definition(id)
    var generator = Numbers(seed: 7)
    for trial in 0..<300 {
      var values = definition.defaults
      for parameter in definition.parameters where generator.next() < 0.6 {
        let (low, high) = (parameter.range.lowerBound, parameter.range.upperBound)
        let choice = generator.next()
        var value =
          choice < 0.15 ? low : choice < 0.3 ? high : low + generator.next() * (high - low)
        // Small values are where formulas break.
        if choice > 0.7 { value = low + (high - low) * Double.exp10(-12 * generator.next()) }
        values[parameter.id] = parameter.kind == .number ? value : value.rounded()
      }
      if definition.problem(values) != nil, trial % 2 == 0 { continue }
      if definition.has(.constellationSize) {
        values[.constellationSize] = max(3, values[.constellationSize])
      }
      for distance in [0, 1, 50, 3000, 1e6] {
        let rate = definition.rate(values, distanceKm: distance)
        #expect(rate.bitsPerPulse >= 0 && rate.bitsPerPulse.isFinite)
        #expect(!rate.merit.isNaN)
        for quantity in rate.quantities { #expect(!quantity.value.isNaN, "\(quantity.name)") }
      }
    }
  }

  @Test(arguments: ids) func `optimising never loses, and its parameters give its rate`(id: String)
    throws
  {
    let definition = try definition(id)
    guard !definition.optimizedParameters.isEmpty else { return }
    for distance in [0.0, 30] {
      let plain = definition.rate(definition.defaults, distanceKm: distance)
      let best = KeyRateSearch(definition, definition.defaults, optimizing: true)
        .point(distanceKm: distance)
      #expect(best.rate.bitsPerPulse >= plain.bitsPerPulse * (1 - 1e-12))
      #expect(definition.rate(best.parameters, distanceKm: distance) == best.rate)
      #expect(definition.problem(best.parameters) == nil)
    }
  }

  @Test func `a parameter of one's own is set, refused and optimised like any other`() throws {
    let own = QKDProtocolDefinition.noisyPreprocessing
    let values = try own.parameters(settings: [("added_noise", 0.25), ("misalignment", 0.1)])
    #expect(values[.addedNoise] == 0.25 && values.value(of: .addedNoise) == 0.25)
    #expect(values[.misalignment] == 0.1 && values.value(of: .mu) == nil)
    #expect(KeyRateParameter.ID("added_noise") == .addedNoise)
    #expect(KeyRateParameter.ID.addedNoise.parameter == nil)
    func refusal(_ settings: [(name: String, value: Double)]) -> Diagnostic? {
      do throws(Diagnostic) {
        _ = try own.parameters(settings: settings)
        return nil
      } catch { return error }
    }
    #expect(refusal([("added_noise", 0.6)])?.message == "added_noise is in 0...0.5, not 0.6")
    #expect(refusal([("added_noise", 0.5)])?.message.contains("no key is left") == true)
    #expect(refusal([("added_nose", 0.1)])?.hint == "did you mean 'added_noise'?")
    #expect(refusal([("mu", 0.1)])?.code == "unknown-key")
    let search = KeyRateSearch(own, values, optimizing: true)
    let point = search.point(distanceKm: 0)
    #expect(point.rate.bitsPerPulse > own.rate(values, distanceKm: 0).bitsPerPulse)
    #expect(point.parameters[.addedNoise] != 0.25)
    // A parameter that is kept stays, whatever would be best.
    let kept = KeyRateSearch(own, values, optimizing: true, keeping: [.addedNoise])
    #expect(kept.point(distanceKm: 0).parameters[.addedNoise] == 0.25)
  }

  /// Without noise errors of 11.00 % end the key, with noise of 12.41 % [RennerGisinKraus05].
  @Test func `added noise raises the errors that leave key`() throws {
    let own = QKDProtocolDefinition.noisyPreprocessing
    func margin(_ error: Double, _ noise: Double) throws -> Double {
      let values = try own.parameters(settings: [
        ("added_noise", noise), ("misalignment", error), ("dark_count_probability", 0),
      ])
      return own.rate(values, distanceKm: 0).margin
    }
    #expect(try margin(0.1099, 0) > 0 && margin(0.1101, 0) < 0)
    #expect(try margin(0.1240, 0.499) > 0 && margin(0.1242, 0.499) < 0)
  }

  @Test func `finite keys come near infinite ones as blocks grow`() throws {
    let finite = try definition("bb84-decoy-finite-two")
    var last = 0.0
    for exponent in [6.0, 8, 10, 12, 14] {
      var values = finite.defaults
      values[.blockSize] = Double.exp10(exponent)
      let rate = KeyRateSearch(finite, values, optimizing: true).point(distanceKm: 50).rate
      #expect(rate.bitsPerPulse > last)
      last = rate.bitsPerPulse
    }
    let infinite = try definition("bb84-decoy-infinite")
    var values = infinite.defaults
    values[.basisProbability] = 1
    let limit = KeyRateSearch(infinite, values, optimizing: true).point(distanceKm: 50).rate
    #expect(last < limit.bitsPerPulse && last > 0.85 * limit.bitsPerPulse)
  }

  @Test func `finite Gaussian keys come near infinite ones as blocks grow`() throws {
    let infinite = try definition("cv-gg02-homodyne")
    let limit = infinite.rate(infinite.defaults, distanceKm: 20).bitsPerPulse
    for id in ["cv-gg02-finite", "cv-gg02-composable"] {
      let finite = try definition(id)
      var values = finite.defaults
      (values[.blockSize], values[.estimationFraction]) = (1e15, 0.01)
      let rate = finite.rate(values, distanceKm: 20).bitsPerPulse
      #expect(rate < limit && rate > 0.98 * limit)
    }
  }

  @Test func `linear programmes are at least as good as formulas, and worse than all decoys`()
    throws
  {
    let (all, best, formula) = try (
      definition("mdi-infinite"), definition("mdi-three-intensity"), definition("mdi-closed-form")
    )
    for distance in stride(from: 0.0, through: 240, by: 40) {
      var values = all.defaults
      values[.mu] = best.defaults[.intensity1]
      let limit = all.rate(values, distanceKm: distance).bitsPerPulse
      let programme = best.rate(best.defaults, distanceKm: distance).bitsPerPulse
      let closed = formula.rate(formula.defaults, distanceKm: distance).bitsPerPulse
      #expect(programme <= limit && programme >= closed * (1 - 1e-6))
    }
  }

  /// Rates of a solver of general linear programmes (HiGHS, by scipy 1.17.1) over photon numbers
  /// below 12, with yields of at most 1.
  @Test func `programmes know that no yield exceeds 1`() throws {
    let cases:
      [(id: String, settings: [(name: String, value: Double)], distance: Double, rate: Double)] = [
        ("mdi-three-intensity", [], 0, 5.304441e-4),
        (
          "mdi-three-intensity",
          [
            ("detector_efficiency", 1), ("dark_count_probability", 1e-4), ("intensity_1", 0.8),
            ("intensity_2", 0.4),
          ],
          0, 2.3394445e-2
        ),
        ("mdi-finite", [], 0, 8.44670798e-5), ("mdi-finite", [], 20, 2.84439215e-5),
        (
          "mdi-finite", [("relay_position", 0.3), ("detector_efficiency", 0.8)], 15, 1.0285520168e-3
        ),
      ]
    for (id, settings, distance, expected) in cases {
      let definition = try definition(id)
      let rate = definition.rate(
        try definition.parameters(settings: settings), distanceKm: distance
      ).bitsPerPulse
      #expect(abs(rate / expected - 1) < 1e-4, "\(id) \(settings): \(rate)")
    }
  }

  /// A count whose lower limit is below 0 is bounded by 0, which is what is known of it.
  @Test func `finite keys from few counts do not start below nothing`() throws {
    let finite = try definition("bb84-decoy-finite-two")
    let values = try finite.parameters(settings: [
      ("block_size", 1e7), ("dark_count_probability", 1e-8),
    ])
    let rate = finite.rate(values, distanceKm: 20)
    var below = values
    below[.countsBelowZero] = 1
    #expect(rate.bitsPerPulse > 1.1 * finite.rate(below, distanceKm: 20).bitsPerPulse)
    let counts = FiniteCounts(values, transmittance: Double.exp10(-0.4))
    let wrong = counts.tables[3]
    #expect(counts.startBelowNothing && wrong[2] < counts.deviation(of: wrong))
    // [Lim14], Eq. (4), with nothing for the smallest intensity.
    let weights = zip([0.43, 0.17, 2e-4], [0.7, 0.2, 0.1])
    let single = weights.reduce(0) { $0 + $1.1 * $1.0 * Double.exp(-$1.0) }
    let upper = Double.exp(0.17) / 0.2 * (wrong[1] + counts.deviation(of: wrong))
    let testErrors = try #require(rate["test_single_photon_errors"])
    #expect(abs(testErrors / (single * upper / (0.17 - 2e-4)) - 1) < 1e-9)
  }

  @Test(arguments: [
    "bbm92", "e91-device-independent", "mdi-infinite", "mdi-three-intensity", "mdi-closed-form",
    "mdi-finite", "cv-mdi",
  ])
  func `a relay is as good from either side`(id: String) throws {
    let definition = try definition(id)
    for position in [0.0, 0.1, 0.4] {
      var (near, far) = (definition.defaults, definition.defaults)
      (near[.relayPosition], far[.relayPosition]) = (position, 1 - position)
      let rates = [near, far].map { definition.rate($0, distanceKm: 20).bitsPerPulse }
      #expect(abs(rates[0] - rates[1]) <= 1e-5 * rates[0])
    }
  }

  @Test func `a finite protocol accounts for what may go wrong`() throws {
    for id in Self.ids {
      let definition = try definition(id)
      let ledger = try definition.ledger(definition.defaults)
      #expect((ledger != nil) == definition.has(.epsilonSecrecy))
      if let ledger { #expect(ledger.definition == .traceDistance && ledger.total < 1e-8) }
    }
  }

  @Test func `decoys beat no decoys and fewer decoys`() throws {
    let rates = try [
      "bb84-gllp", "bb84-decoy-two", "bb84-decoy-vacuum-weak", "bb84-decoy-infinite",
    ].map {
      let definition = try definition($0)
      return KeyRateSearch(definition, definition.defaults, optimizing: true).point(distanceKm: 30)
        .rate.bitsPerPulse
    }
    #expect(rates == rates.sorted())
  }

  @Test func `the photon-number yields of twin-field sum to the gain of coherent pulses`() {
    let (arm, dark, mean) = (0.03, 1e-6, 0.4)
    let yields = CALClicks.yields(count: 24, arm: arm, dark: dark)
    var sum = 0.0
    for n in 0..<24 {
      for m in 0..<24 {
        let weight =
          PhotonStatistics.poisson(n, mean: mean) * PhotonStatistics.poisson(m, mean: mean)
        sum += weight * yields[n * 24 + m]
      }
    }
    let gain = CALClicks.randomizedGain(mean, mean, arm: arm, dark: dark)
    #expect(abs(sum / gain - 1) < 1e-13)
  }

  @Test func `three decoys of twin-field come near all of them`() throws {
    let cal = try definition("tf-cal")
    var values = cal.defaults
    let limit = cal.rate(values, distanceKm: 100).bitsPerPulse
    (values[.intensity1], values[.intensity2], values[.intensity3]) = (0.1, 0.01, 1e-4)
    let rate = cal.rate(values, distanceKm: 100).bitsPerPulse
    #expect(rate > 0.5 * limit && rate <= limit)
  }
}

/// Numbers in 0…1 from a seed.
struct Numbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / 9_007_199_254_740_992
  }
}
