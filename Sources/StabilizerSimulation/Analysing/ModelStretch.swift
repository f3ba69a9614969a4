import QuantumCore

/// What a reverse walk finds on a stretch of the circuit: the mechanisms, and the declarations with
/// the last one first.
///
/// Detectors have absolute numbers.
final class ModelStretch: ReverseObserver {
  enum Declaration {
    case detector(UInt64, Instruction)
    case observable(Instruction)
    case shift(Instruction)
  }

  @exclusivity(unchecked)
  var table = MechanismTable()
  var declarations: [Declaration] = []
  private let allowsGauges: Bool

  init(allowsGauges: Bool) { self.allowsGauges = allowsGauges }

  var isEmpty: Bool { table.count == 0 && declarations.isEmpty }

  @inline(__always)
  func add(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {
    if symptoms.isEmpty || probability <= 0 { return }
    table.add(symptoms, probability: probability, tag: tag)
  }

  func measurementFlips(_ symptoms: SymptomSet, probability: Double, tag: UInt32) {
    add(symptoms, probability: probability, tag: tag)
  }

  func collapseRandomizes(_ symptoms: SymptomSet, collapse: [(Pauli, Int)]) throws {
    guard allowsGauges, symptoms.detectorCount == symptoms.count else {
      throw GaugeError(symptoms: symptoms, collapse: collapse)
    }
    add(symptoms, probability: 0.5, tag: 0)
  }
}

/// A part of the model to be, the parts in the order in which the walk found them.
enum ModelPiece {
  case stretch(ModelStretch)
  indirect case repetition(Repetition)

  /// Turns of a loop that do the same, each with its detectors shifted.
  struct Repetition {
    let count: UInt64
    /// What one turn does; detectors are those of the first of these turns.
    let turn: [ModelPiece]
    /// Detectors of a turn.
    let shift: UInt64

    /// Whether the last that a turn declares is a shift of coordinates.
    var endsInShift: Bool {
      guard case .stretch(let stretch) = turn.first, case .shift = stretch.declarations.first else {
        return false
      }
      return true
    }
  }
}
