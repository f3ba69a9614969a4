import RealModule

/// Bell measurements of two weak pulses at an untrusted relay: gains and error gains per pulse
/// pair.
///
/// - Source: [MaRazavi12], App. B. Differs in: the bracket 1 + 2y² − 4y I₀(x) + I₀(2x) of the X
///   basis is evaluated as 2(1−y)² − 4y(I₀(x)−1) + (I₀(2x)−1), which keeps all digits at low
///   intensities; errors have half of its first two terms and 2e_d of the third, so that nothing is
///   taken from a half.
struct RelayGains: Sendable {
  /// Transmittances of both arms with the detectors.
  let alice: Double
  let bob: Double
  let dark: Double
  let misalignment: Double

  /// Whether gains stay the same when the intensities are exchanged.
  var isSymmetric: Bool { alice == bob }

  init(_ parameters: KeyRateParameters, _ link: Link) {
    let efficiency = parameters[.detectorEfficiency]
    let position = parameters[.relayPosition]
    alice = efficiency * link.transmittance(ofPart: position)
    bob = efficiency * link.transmittance(ofPart: 1 - position)
    dark = parameters[.darkCountProbability]
    misalignment = parameters[.misalignment]
  }

  init(alice: Double, bob: Double, dark: Double, misalignment: Double) {
    self.alice = alice
    self.bob = bob
    self.dark = dark
    self.misalignment = misalignment
  }

  /// One gain and the part of it that is wrong.
  struct Gain: Sendable {
    let all: Double
    let wrong: Double
    var errorRate: Double { all > 0 ? Swift.min(0.5, Swift.max(0, wrong / all)) : 0.5 }
  }

  /// Y₁₁ and e₁₁ Y₁₁ of single photons from both.
  var singlePhotons: Gain {
    let (a, b) = (alice, bob)
    let open = (1 - dark) * (1 - dark)
    let noise = (2 * a + 2 * b - 3 * a * b) * dark + 4 * (1 - a) * (1 - b) * dark * dark
    return Gain(
      all: open * (a * b / 2 + noise), wrong: open * (misalignment * a * b / 2 + noise / 2))
  }

  func xBasis(_ first: Double, _ second: Double) -> Gain {
    let x = Double.sqrt(alice * first * bob * second) / 2
    let quarter = (alice * first + bob * second) / 4
    let silence = (1 - dark) * Double.exp(-quarter)
    let click = dark * Double.exp(-quarter) - Double.expMinusOne(-quarter)
    let twice = besselI0MinusOne(2 * x)
    let half = 2 * click * click - 4 * silence * besselI0MinusOne(x)
    let open = silence * silence
    return Gain(
      all: max(0, 2 * open * (half + twice)),
      wrong: max(0, open * (half + 2 * misalignment * twice)))
  }

  func zBasis(_ first: Double, _ second: Double) -> Gain {
    let (a, b) = (alice * first, bob * second)
    let half = (a + b) / 2
    let silence = (1 - dark) * (1 - dark) * Double.exp(-half)
    func click(_ mean: Double) -> Double {
      dark * Double.exp(-mean / 2) - Double.expMinusOne(-mean / 2)
    }
    let right = 2 * silence * click(a) * click(b)
    let wrong =
      2 * dark * silence
      * (besselI0MinusOne(Double.sqrt(a * b)) + dark * Double.exp(-half)
        - Double.expMinusOne(-half))
    return Gain(
      all: right + wrong, wrong: misalignment * right + (1 - misalignment) * wrong)
  }
}
