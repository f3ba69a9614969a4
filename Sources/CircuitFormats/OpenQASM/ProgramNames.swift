import QuantumCore

/// The names of a program being written: those taken from the circuit stay as they are where the
/// language allows.
struct ProgramNames {
  private let version: Int
  private var used: Set<String> = []
  /// What names that end in numbers begin with: `c` of `c_0`.
  private var numberedStems: Set<Substring> = []
  /// Those of registers that are written bit by bit: every number behind them is taken.
  private var splitStems: Set<String> = []
  private var numbers: [String: Int] = [:]
  private var freshNumbers: [String: Int] = [:]

  init(version: Int) {
    self.version = version
    for name in version == 2 ? Self.reserved2 : Self.reserved3 { _ = take(name) }
  }

  /// - Returns: whether the name is new.
  private mutating func take(_ name: String) -> Bool {
    guard used.insert(name).inserted else { return false }
    if let bar = name.lastIndex(of: "_") {
      let digits = name[bar...].dropFirst()
      if !digits.isEmpty, digits.allSatisfy(\.isNumber) { numberedStems.insert(name[..<bar]) }
    }
    return true
  }

  /// Of version 2 the words and everything that `qelib1.inc` defines, in the longer form too: there
  /// a name means one thing.
  private static let reserved2: Set<String> = {
    var names: Set<String> = ["U", "CX", "sin", "cos", "tan", "exp", "ln", "sqrt"]
    names.formUnion(["acos", "asin", "atan"])
    names.formUnion(
      Keyword.allCases.filter { $0.rawValue < Keyword.firstOfVersion3 }.map(\.text))
    for (name, entry) in GateCatalog.openQASMNames
    where !entry.sources.isDisjoint(with: .qelib1) {
      names.insert(name)
    }
    return names
  }()

  /// Of version 3 the words and what is built in; gates and variables may share a name.
  private static let reserved3: Set<String> =
    builtInFunctions.union(Keyword.allCases.map(\.text)).union(["U", "π", "τ", "ℇ"])

  /// A name for something that the circuit calls `name`, or `fallback` where that is not a name of
  /// the language.
  mutating func unique(_ name: String, else fallback: String) -> String {
    let base = isIdentifier(name) ? name : fallback
    var candidate = base
    var number = numbers[base] ?? 1
    var stem = base
    while splitStems.contains(stem) { stem += "_" }
    while !take(candidate) {
      candidate = "\(stem)_\(number)"
      number += 1
    }
    numbers[base] = number
    return candidate
  }

  /// `base` and the first number that makes it new.
  mutating func fresh(_ base: String) -> String {
    var number = freshNumbers[base] ?? 0
    while !take("\(base)\(number)") { number += 1 }
    freshNumbers[base] = number + 1
    return "\(base)\(number)"
  }

  /// What the names of a register's bits begin with where each is a register: `c` of `c_0`, `c_1`
  /// ….
  mutating func stem(for name: String) -> String {
    var stem = name
    while numberedStems.contains(stem[...]) { stem += "_bit" }
    _ = take(stem + "_0")
    splitStems.insert(stem)
    return stem
  }

  private func isIdentifier(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first else { return false }
    if version == 2 {
      return first.value < 128 && first.properties.isLowercase
        && name.unicodeScalars.allSatisfy {
          $0 == "_"
            || $0.value < 128 && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
        }
    }
    return (first == "_" || first.properties.isXIDStart)
      && name.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
  }
}
