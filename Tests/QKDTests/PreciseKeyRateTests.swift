import Foundation
import QKD
import Testing

/// Rates against the textbook formulas in 60 digits and more; see
/// `Tests/Fixtures/keyrates/PROVENANCE.md`.
struct PreciseKeyRateTests {
  private struct Row {
    let settings: [(name: String, value: Double)]
    let distance: Double
    /// The right rate; where linear programmes bound it, what it lies between.
    let least: Double
    let most: Double
  }

  private static let rows: [String: [Row]] = {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Fixtures/keyrates/precise.csv")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    var rows: [String: [Row]] = [:]
    var (id, names) = ("", [Substring]())
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      if Double(fields[0]) == nil {
        (id, names) = (String(fields[0]), Array(fields.dropFirst(2).dropLast(2)))
        continue
      }
      let numbers = fields.map { Double($0) }
      let settings = zip(names, numbers.dropFirst()).compactMap { name, value in
        value.map { (name: String(name), value: $0) }
      }
      let (least, most) = (numbers[numbers.count - 2], numbers[numbers.count - 1])
      rows[id, default: []].append(
        Row(
          settings: settings, distance: numbers[0] ?? 0, least: least ?? .nan, most: most ?? .nan))
    }
    return rows
  }()

  @Test(arguments: QKDProtocolCatalog.all.map(\.id))
  func `a key that is printed has its digits and is never above the truth`(id: String) throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: id))
    let rows = try #require(Self.rows[id])
    #expect(rows.count >= 50)
    var (withKey, missed) = (0, 0)
    for row in rows {
      let parameters = try definition.parameters(settings: row.settings)
      let rate = definition.rate(parameters, distanceKm: row.distance).bitsPerPulse
      if row.least > 0 { withKey += 1 }
      if rate == 0 {
        missed += row.least > 0 ? 1 : 0
        continue
      }
      #expect(
        rate <= row.most * (1 + 1e-6) && rate >= row.least * (1 - 1e-6),
        "\(row.settings) at \(row.distance) km: \(rate), not \(row.least)...\(row.most)")
    }
    // Keys below a hundred-millionth of what Alice and Bob share are not certain enough to be
    // printed.
    #expect(missed * 20 <= withKey, "\(missed) of \(withKey)")
    if id != "b92", id != "mdi-finite" { #expect(withKey * 20 >= rows.count) }
  }
}

/// What was once lost to differences of numbers that are nearly equal.
struct LongDistanceTests {
  private func rate(
    _ id: String, _ settings: [(name: String, value: Double)], _ distance: Double
  ) throws -> Double {
    let definition = try #require(QKDProtocolCatalog.definition(named: id))
    return definition.rate(try definition.parameters(settings: settings), distanceKm: distance)
      .bitsPerPulse
  }

  @Test(arguments: [
    ("bb84-decoy-infinite", 600.0, 2.04023e-14), ("bb84-decoy-infinite", 700, 2.04023e-16),
    ("bb84-decoy-infinite", 900, 2.04023e-20), ("bb84-single-photon", 700, 7.57313e-16),
    ("six-state", 700, 5.274e-16),
  ]) func `without dark counts the rate falls with the channel and no faster`(
    id: String, distance: Double, expected: Double
  ) throws {
    let rate = try rate(id, [("dark_count_probability", 0)], distance)
    #expect(abs(rate / expected - 1) < 3e-5, "\(rate)")
  }

  @Test(arguments: [
    "bb84-single-photon", "bb84-decoy-infinite", "bb84-decoy-vacuum-weak", "bb84-decoy-two",
    "six-state", "sarg04", "bbm92", "e91-device-independent", "mdi-infinite", "mdi-closed-form",
    "mdi-three-intensity", "tf-lucamarini", "tf-pm", "tf-sns", "tf-sns-aopp", "mode-pairing",
  ]) func `without dark counts there is no largest distance`(id: String) throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: id))
    var settings: [(name: String, value: Double)] = [("dark_count_probability", 0)]
    // The third intensity of three would be seen as light that is not there.
    if definition.has(.intensity3) { settings.append(("intensity_3", 0)) }
    let search = KeyRateSearch(definition, try definition.parameters(settings: settings))
    #expect(search.reachKm() == KeyRateSearch.limitKm)
    // What is far follows a power law: the square or the root of the transmittance, or itself.
    let rates = [1200.0, 1400, 1600].map { search.point(distanceKm: $0).rate.bitsPerPulse }
    // Programmes are solved to a millionth or so.
    let tolerance = id == "mdi-three-intensity" ? 1e-4 : 1e-6
    #expect(abs((rates[0] * rates[2]) / (rates[1] * rates[1]) - 1) < tolerance)
  }

  @Test(arguments: [
    "bb84-single-photon", "bb84-decoy-infinite", "bb84-decoy-vacuum-weak", "bb84-decoy-two",
    "six-state", "sarg04", "bbm92", "e91-device-independent", "mdi-infinite", "mdi-closed-form",
    "mdi-three-intensity", "tf-lucamarini", "tf-pm", "tf-sns", "tf-sns-aopp", "mode-pairing",
  ]) func `where numbers lose digits the rate is not above the truth`(id: String) throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: id))
    var settings: [(name: String, value: Double)] = [("dark_count_probability", 0)]
    if definition.has(.intensity3) { settings.append(("intensity_3", 0)) }
    let parameters = try definition.parameters(settings: settings)
    let near = definition.rate(parameters, distanceKm: 2000).bitsPerPulse
    // Of the transmittance, which falls by a hundredth in 100 km.
    let drop = near / definition.rate(parameters, distanceKm: 2100).bitsPerPulse
    let power = log10(drop).rounded() / 2
    #expect(power == 0.5 || power == 1 || power == 2)
    // Programmes are solved to a millionth or so.
    let tolerance = id == "mdi-three-intensity" ? 1e-4 : 1e-6
    var (withKey, without) = (0, 0)
    for distance in stride(from: 7000.0, through: 33_000, by: 101) {
      let rate = definition.rate(parameters, distanceKm: distance).bitsPerPulse
      if rate > 0 { withKey += 1 } else { without += 1 }
      let truth = near * pow(10, -0.02 * (distance - 2000) * power)
      #expect(rate <= truth * (1 + tolerance), "\(distance) km: \(rate), not \(truth)")
      // A programme may be solved less well than at 2000 km, but not worse than the formulas.
      let least =
        id == "mdi-three-intensity"
        ? try self.rate("mdi-closed-form", settings, distance) : truth * (1 - tolerance)
      #expect(rate == 0 || rate >= least, "\(distance) km: \(rate), not \(least)")
    }
    #expect(withKey > 0 && without > 0)
  }

  @Test(arguments: [1e-140, 1e-150, 1e-160, 1e-200, 1e-310, 5e-324])
  func `decoys that hardly shine give no key, or the right one`(weak: Double) throws {
    for (id, name) in [
      ("bb84-decoy-vacuum-weak", "nu"), ("bb84-decoy-two", "intensity_2"),
      ("mdi-closed-form", "intensity_2"), ("mdi-three-intensity", "intensity_2"),
    ] {
      var settings: [(name: String, value: Double)] = [("dark_count_probability", 0)]
      if id != "bb84-decoy-vacuum-weak" { settings.append(("intensity_3", 0)) }
      let infinite = id.hasPrefix("mdi") ? "mdi-infinite" : "bb84-decoy-infinite"
      let mu = id == "bb84-decoy-vacuum-weak" ? "mu" : "intensity_1"
      let most = try rate(infinite, settings.filter { $0.0 != "intensity_3" } + [("mu", 0.3)], 50)
      let rate = try rate(id, settings + [(mu, 0.3), (name, weak)], 50)
      #expect(rate <= most * (1 + 1e-6), "\(id): \(rate), not \(most)")
    }
  }

  @Test(arguments: [0.0, 1e-12, 1e-8, 1e-6], [0.02, 0.2, 0.6])
  func `linear programmes lie between the formulas and infinitely many decoys`(
    dark: Double, intensity: Double
  ) throws {
    for (second, third) in [(0.1, 0.0), (0.25, 0.01), (0.5, 0.2)] {
      for position in [0.5, 0.3] {
        let settings: [(name: String, value: Double)] = [
          ("dark_count_probability", dark), ("relay_position", position),
        ]
        let three: [(name: String, value: Double)] =
          settings + [
            ("intensity_1", intensity), ("intensity_2", second * intensity),
            ("intensity_3", third * intensity),
          ]
        for distance in [0.0, 60, 150, 300, 500, 900] {
          let most = try rate("mdi-infinite", settings + [("mu", intensity)], distance)
          let bound = try rate("mdi-three-intensity", three, distance)
          let formula = try rate("mdi-closed-form", three, distance)
          #expect(bound <= most * (1 + 1e-9) && bound >= formula, "\(three), \(distance)")
        }
      }
    }
  }

  @Test func `the programme gives key without dark counts`() throws {
    for (distance, least) in [(0.0, 3.00503e-4), (100, 2.81781e-6), (200, 2.79865e-8)] {
      let settings: [(name: String, value: Double)] = [
        ("dark_count_probability", 0), ("intensity_1", 0.2),
      ]
      // Better than the formulas by itself, not only as good.
      #expect(try rate("mdi-three-intensity", settings, distance) > 1.01 * least)
    }
  }
}

/// What samples without errors, or with few, leave open.
struct HypergeometricLimitTests {
  /// P(at most k of a sample of c are among the m wrong ones of c + d).
  private func tail(_ k: Int, errors m: Int, sample c: Int, rest d: Int) -> Double {
    (0...k).reduce(0) { sum, j in
      guard j <= m, m - j <= d, j <= c else { return sum }
      return sum + exp(choose(c, j) + choose(d, m - j) - choose(c + d, m))
    }
  }

  private func choose(_ n: Int, _ k: Int) -> Double {
    lgamma(Double(n) + 1) - lgamma(Double(k) + 1) - lgamma(Double(n - k) + 1)
  }

  @Test(arguments: [(50, 400), (400, 50), (1000, 1000), (11_344, 20_000)], [0, 1, 2, 5, 20])
  func `the limit is never below the exact one, and near it`(sizes: (Int, Int), k: Int) {
    let (sample, rest) = sizes
    for failure in [1e-3, 1e-9] {
      // The most errors that are not excluded.
      var (low, high) = (k, k + rest)
      while low < high {
        let middle = (low + high + 1) / 2
        if tail(k, errors: middle, sample: sample, rest: rest) > failure {
          low = middle
        } else {
          high = middle - 1
        }
      }
      let exact = Double(low - k) / Double(rest)
      let limit = TailBounds.hypergeometricLimit(
        -log(failure), errors: Double(k), sample: Double(sample), rest: Double(rest))
      #expect(limit >= exact)
      #expect(limit <= min(1, 1.6 * exact + 4 / Double(rest)))
    }
  }

  @Test func `no error seen is not no error`() throws {
    let limit = TailBounds.errorRateOfRest(
      log(21e9), rate: 0, sample: 11_344, rest: 549_767)
    #expect(limit >= 2.11e-3 && limit < 2.13e-3)
    let definition = try #require(QKDProtocolCatalog.definition(named: "bb84-decoy-finite-two"))
    let parameters = try definition.parameters(settings: [
      ("dark_count_probability", 0), ("misalignment", 0), ("basis_probability", 0.8),
      ("block_size", 1e6),
    ])
    let rate = definition.rate(parameters, distanceKm: 0)
    #expect(try #require(rate["phase_error"]) >= 2.11e-3)
    let bits = try #require(rate["key_length_bits"])
    #expect(bits <= 537_510 && bits > 537_000)
  }

  @Test(arguments: ["bb84-decoy-finite-two", "bb84-decoy-finite-one", "mdi-finite"])
  func `a finite key without errors pays for what it cannot know`(id: String) throws {
    let definition = try #require(QKDProtocolCatalog.definition(named: id))
    for block in [1e5, 1e7, 1e9, 1e13] {
      let parameters = try definition.parameters(settings: [
        ("dark_count_probability", 0), ("misalignment", 0), ("block_size", block),
      ])
      let rate = definition.rate(parameters, distanceKm: 0)
      guard rate.bitsPerPulse > 0 else { continue }
      #expect(try #require(rate["phase_error"]) > 0)
    }
  }

  @Test func `limits move with what is seen`() {
    var last = 0.0
    for rate in [0, 1e-9, 1e-6, 1e-4, 1e-3, 0.01, 0.1, 0.3, 0.9, 1] {
      let limit = TailBounds.errorRateOfRest(20, rate: rate, sample: 1e4, rest: 1e6)
      #expect(limit >= last && limit >= rate && limit <= 1)
      last = limit
    }
    for sample in [1.0, 1e3, 1e6, 1e12] {
      let limit = TailBounds.errorRateOfRest(20, rate: 0, sample: sample, rest: 1e6)
      #expect(limit > 0)
    }
  }
}

struct SmallDifferenceTests {
  @Test func `what is secret of a bit near a half keeps its digits`() {
    // Powers of two, so that 1/2 − δ is not rounded.
    for distance in [0x1p-45, 0x1p-27, 0x1p-13, 0x1p-6] {
      // 1 − h(1/2 − δ) = (2/ln 2) δ² (1 + 2δ²/3 + 16δ⁴/15 + …).
      let square = distance * distance
      let expected = 2 / log(2.0) * square * (1 + 2 * square / 3 + 16 * square * square / 15)
      #expect(abs(Entropy.secrecy(0.5 - distance) / expected - 1) < 1e-10)
      #expect(Entropy.secrecy(0.5 + distance) > 0)
    }
    for x in [0.001, 0.1, 0.3, 0.44, 0.46] {
      #expect(abs(Entropy.secrecy(x) + Entropy.binary(x) - 1) < 1e-15)
    }
    #expect(Entropy.secrecy(0) == 1 && Entropy.secrecy(0.5) == 0)
  }

  @Test(arguments: [1e-9, 0.3, 5, 9.9, 10.1, 1e4, 1e9])
  func `rises of the thermal entropy are its slope times the step`(photons: Double) {
    for step in [1e-12, 1e-6, 1e-3] {
      let rise = photons * step
      // Half-way in, the slope log₂(1 + 1/n) is that of the chord to second order.
      let middle = photons + rise / 2
      let expected = rise * log1p(1 / middle) / log(2.0)
      #expect(abs(Entropy.thermalRise(from: photons, by: rise) / expected - 1) < 1e-6)
    }
    let far = Entropy.thermalRise(from: photons, by: 3 * photons + 2)
    let plain = Entropy.thermal(4 * photons + 2) - Entropy.thermal(photons)
    #expect(abs(far - plain) < 1e-12 * (1 + plain))
  }

  @Test(arguments: [0.0, 1e-12, 1e-3, 0.5], [0.0, 1e-9, 0.015, 0.3, 0.5])
  func `errors of faint pulses and of photons are what photons are worth`(
    dark: Double, error: Double
  ) {
    for eta in [1.0, 0.3, 1e-8, 1e-17, 1e-30] {
      let channel = WeakPulseChannel(
        transmittance: eta, darkCountProbability: dark, misalignment: error)
      // One photon: it goes wrong, or a dark count makes up for it.
      let alone = (1 - dark) * (eta * error + (1 - eta) * dark)
      let both = dark * (eta + (1 - eta) * dark)
      let expected = alone + both / 2
      let found = channel.errorYield(photons: 1)
      #expect(abs(found - expected) <= 1e-14 * expected)
      // Pulses are mixtures of photon numbers.
      for mean in [1e-6, 0.5, 4] {
        let sum = (0...60).reduce(0) {
          $0 + PhotonStatistics.poisson($1, mean: mean) * channel.errorYield(photons: $1)
        }
        #expect(abs(channel.errorGain(mean) / max(sum, 1e-300) - 1) < 1e-12 || sum == 0)
      }
    }
  }
}
