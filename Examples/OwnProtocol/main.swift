// A protocol of one's own (NoisyPreprocessing.swift): its rate, its best settings and its reach,
// beside the catalog's.
import QSim

let noisy = QKDProtocolDefinition.noisyPreprocessing
do {
  _ = try noisy.parameters(settings: [("added_noise", 0.7)])
} catch {
  print("\(noisy.id): \(error.message)")
}

let settings = [("misalignment", 0.03), ("dark_count_probability", 1e-6)]
let plain = KeyRateSearch(noisy, try noisy.parameters(settings: settings))
let best = KeyRateSearch(noisy, try noisy.parameters(settings: settings), optimizing: true)
print("km   error  without noise  with the best noise")
for distance in [0.0, 50, 100, 150, 200, 210, 215, 219] {
  let (without, with) = (plain.point(distanceKm: distance), best.point(distanceKm: distance))
  print(
    Int(distance), digits(without.rate["error_rate"] ?? 0, 4),
    scientific(without.rate.bitsPerPulse),
    scientific(with.rate.bitsPerPulse), digits(with.parameters[.addedNoise], 2))
}
print("reach: \(kilometres(plain.reachKm())) without noise, \(kilometres(best.reachKm())) with it")

// Beside a protocol of the catalog with the same devices.
if let decoys = QKDProtocolCatalog.definition(named: "bb84-decoy-infinite") {
  let search = KeyRateSearch(decoys, try decoys.parameters(settings: settings), optimizing: true)
  print("reach of \(decoys.id): \(kilometres(search.reachKm()))")
}

func digits(_ value: Double, _ count: Int) -> String {
  let scale = (0..<count).reduce(1.0) { power, _ in power * 10 }
  return String((value * scale).rounded() / scale)
}

/// Two digits and a power of ten.
func scientific(_ value: Double) -> String {
  guard value > 0 else { return "0" }
  var (mantissa, exponent) = (value, 0)
  while mantissa < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
  return "\(digits(mantissa, 1))e\(exponent)"
}

func kilometres(_ distance: Double?) -> String { distance.map { "\(digits($0, 0)) km" } ?? "none" }
