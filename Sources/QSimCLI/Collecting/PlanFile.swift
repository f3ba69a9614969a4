import QSim
import Reporting
import Yams

/// A list of decoding tasks in a file: YAML, or JSON, which is YAML too. The schema is in Docs/Formats/plan.md.
struct PlanFile {
  private let file: InputFile
  private let source: String

  /// The tasks of a plan.
  ///
  /// - Parameter common: what the command line says, for what the plan leaves out.
  /// - Throws: `InputRejected` with the place of what is wrong, `CommandFailure` if the file cannot be read.
  static func templates(_ path: String, filling common: TaskTemplate) throws -> [TaskTemplate] {
    let plan = try PlanFile(path)
    do {
      return try plan.templates(common)
    } catch let diagnostic as Diagnostic {
      throw InputRejected(rendered: [
        diagnostic.rendered(file: plan.file.name, source: plan.source)
      ])
    }
  }

  private init(_ path: String) throws {
    file = try InputFile(reading: path)
    source = try file.text()
  }

  private func templates(_ common: TaskTemplate) throws -> [TaskTemplate] {
    let root = try PlanNode(Self.compose(source))
    var defaults = common
    var families: [PlanNode] = []
    for (key, value) in try root.entries() {
      if key.text == "tasks" {
        families = try value.elements()
      } else if try !readLimits(key.text, value, into: &defaults) {
        throw key.unknown("key of a plan", among: ["tasks"] + Self.limitKeys)
      }
    }
    guard !families.isEmpty else { throw root.failure("a plan has 'tasks', a list") }
    return try families.map { try template($0, defaults) }
  }

  private static let limitKeys = ["decoders", "max_errors", "max_shots"]
  private static let generatorKeys = [
    "code", "distance", "gate_set", "noise", "p", "rounds", "task",
  ]

  private func template(_ node: PlanNode, _ defaults: TaskTemplate) throws -> TaskTemplate {
    var template = defaults
    var generator: [String: PlanNode] = [:]
    for (key, value) in try node.entries() {
      switch key.text {
      case "circuits": template.circuits = try value.strings().map(resolved)
      case "metadata": template.metadata = try value.object()
      case _ where Self.generatorKeys.contains(key.text): generator[key.text] = value
      default:
        guard try readLimits(key.text, value, into: &template) else {
          throw key.unknown(
            "key of a task",
            among: ["circuits", "metadata"] + Self.generatorKeys + Self.limitKeys)
        }
      }
    }
    guard !generator.isEmpty else {
      guard !template.circuits.isEmpty else {
        throw node.failure("a task has 'circuits', or 'code', 'task' and 'distance'")
      }
      return template
    }
    guard template.circuits.isEmpty else {
      throw node.failure("a task has 'circuits' or generated experiments, not both")
    }
    template.experiment = try experiments(generator, node)
    return template
  }

  private func experiments(
    _ keys: [String: PlanNode], _ node: PlanNode
  ) throws -> GeneratedExperiments {
    guard let code = keys["code"], let task = keys["task"], let distance = keys["distance"] else {
      throw node.failure("generated experiments have 'code', 'task' and 'distance'")
    }
    var experiments = GeneratedExperiments(
      code: try code.string(), task: try task.string(), distances: try distance.integers(),
      rounds: .distance, errorRates: [])
    if let rounds = keys["rounds"] {
      guard let list = RoundList(try rounds.strings().joined(separator: ",")) else {
        throw rounds.failure("rounds are whole numbers, 'd', or multiples of it such as '3d'")
      }
      experiments.rounds = list
    }
    if let rates = keys["p"] { experiments.errorRates = try rates.probabilities() }
    if let gates = keys["gate_set"] {
      guard let set = GateSet(rawValue: try gates.string()) else {
        throw gates.unknown("set of gates", among: GateSet.allCases.map(\.rawValue))
      }
      experiments.gateSet = set
    }
    if let noise = keys["noise"] { experiments.noise = try noise.strings() }
    return experiments
  }

  /// - Returns: whether the key is one of those.
  private func readLimits(
    _ key: String, _ value: PlanNode, into template: inout TaskTemplate
  ) throws -> Bool {
    switch key {
    case "decoders": template.decoders = try value.strings()
    case "max_shots": template.maximumShots = try value.integer(from: 0)
    case "max_errors": template.maximumErrors = try value.integer(from: 1)
    default: return false
    }
    return true
  }

  /// Paths count from the folder of the plan.
  private func resolved(_ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.path.lastIndex(of: "/") else { return path }
    return String(file.path[...slash]) + path
  }

  private static func compose(_ text: String) throws -> Yams.Node {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        throw Diagnostic("the plan is empty", code: "plan", at: SourceRange(line: 1, column: 1))
      }
      return node
    } catch let error as YamlError {
      throw diagnostic(error)
    }
  }

  private static func diagnostic(_ error: YamlError) -> Diagnostic {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return Diagnostic(problem, code: "plan", at: mark.range)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return Diagnostic(
        "the key '\(duplicates.first ?? "")' stands twice", code: "plan", at: context.mark.range)
    default:
      return Diagnostic(
        "the text is no YAML", code: "plan", at: SourceRange(line: 1, column: 1))
    }
  }
}

extension Mark {
  fileprivate var range: SourceRange { SourceRange(line: max(1, line), column: max(1, column)) }
}

/// A value of a plan, read as what it must be.
private struct PlanNode {
  private let node: Yams.Node

  init(_ node: Yams.Node) { self.node = node }

  func failure(_ message: String, hint: String? = nil) -> Diagnostic {
    Diagnostic(message, code: "plan", at: node.mark?.range, hint: hint)
  }

  var text: String { node.string ?? "" }

  func unknown(_ kind: String, among names: [String]) -> Diagnostic {
    let hint =
      nearestName(to: text, in: names).map { "did you mean '\($0)'?" }
      ?? "there is \(names.sorted().joined(separator: ", "))"
    return failure("'\(text)' is no \(kind)", hint: hint)
  }

  func entries() throws(Diagnostic) -> [(key: PlanNode, value: PlanNode)] {
    guard case .mapping(let mapping) = node else { throw failure("a mapping of keys is expected") }
    return mapping.map { (PlanNode($0.key), PlanNode($0.value)) }
  }

  /// The elements of a list; anything else is a list of itself.
  func elements() throws(Diagnostic) -> [PlanNode] {
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.map { PlanNode($0) }
  }

  func string() throws(Diagnostic) -> String {
    guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
      throw failure("a name is expected")
    }
    return scalar.string
  }

  func strings() throws(Diagnostic) -> [String] {
    var strings: [String] = []
    for element in try elements() { strings.append(try element.string()) }
    return strings
  }

  func integer(from least: Int) throws(Diagnostic) -> Int {
    guard case .scalar(let scalar) = node, let number = wholeNumber(scalar.string), number >= least
    else { throw failure("a whole number from \(least) on is expected") }
    return number
  }

  /// Digits, with `_` between them, or `1e6`.
  private func wholeNumber(_ text: String) -> Int? {
    if let number = Int(text.replacing("_", with: "")) { return number }
    guard let number = Double(text), number.rounded() == number, abs(number) <= 0x1p53 else {
      return nil
    }
    return Int(number)
  }

  func integers() throws(Diagnostic) -> [Int] {
    var numbers: [Int] = []
    for element in try elements() { numbers.append(try element.integer(from: 0)) }
    return numbers
  }

  func probabilities() throws(Diagnostic) -> [Double] {
    var numbers: [Double] = []
    for element in try elements() {
      guard let number = Double(element.text), (0...1).contains(number) else {
        throw element.failure("a probability is expected")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Names and scalars, sorted by name.
  func object() throws(Diagnostic) -> ReportObject {
    var values: [(String, ReportValue)] = []
    for (key, value) in try entries() {
      guard case .scalar(let scalar) = value.node else {
        throw value.failure("metadata are numbers and texts")
      }
      let isText = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
      values.append(
        (key.text, isText ? .string(scalar.string) : PathMetadata.value(scalar.string)))
    }
    return ReportObject(values.sorted { $0.0 < $1.0 })
  }
}
