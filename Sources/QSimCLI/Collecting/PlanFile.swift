import QSim
import Reporting

/// A list of decoding tasks in a file: YAML, or JSON, which is YAML too. The schema is in
/// Docs/Formats/plan.md.
struct PlanFile {
  private let folder: Substring

  /// The tasks of a plan.
  ///
  /// - Parameter common: what the command line says, for what the plan leaves out.
  /// - Throws: `InputRejected` with the place of what is wrong, `CommandFailure` if the file cannot
  ///   be read.
  static func templates(_ path: String, filling common: TaskTemplate) throws -> [TaskTemplate] {
    let plan = PlanFile(folder: path.lastIndex(of: "/").map { path[...$0] } ?? "")
    let file = try YAMLFile(reading: path, code: "plan")
    let placed = try file.read { (root) throws(Diagnostic) in try plan.templates(root, common) }
    return placed.map { template, range in
      var template = template
      template.place = file.place(range)
      template.rejection = { message, hint in
        file.rejection(Diagnostic(message, code: "plan", at: range, hint: hint))
      }
      return template
    }
  }

  private func templates(
    _ root: YAMLNode, _ common: TaskTemplate
  ) throws(Diagnostic) -> [(template: TaskTemplate, range: SourceRange?)] {
    var defaults = common
    var families: [YAMLNode] = []
    for (key, value) in try root.entries() {
      if key.text == "tasks" {
        families = try value.elements()
      } else if try !readLimits(key.text, value, into: &defaults) {
        throw key.unknown("key of a plan", among: ["tasks"] + Self.limitKeys)
      }
    }
    guard !families.isEmpty else { throw root.failure("a plan has 'tasks', a list") }
    var templates: [(template: TaskTemplate, range: SourceRange?)] = []
    for family in families {
      templates.append((try template(family, defaults), family.range))
    }
    return templates
  }

  private static let limitKeys = ["decoders", "max_errors", "max_shots"]
  private static let generatorKeys = [
    "code", "distance", "gate_set", "noise", "p", "rounds", "task",
  ]

  private func template(_ node: YAMLNode, _ defaults: TaskTemplate) throws(Diagnostic)
    -> TaskTemplate
  {
    var template = defaults
    var generator: [String: YAMLNode] = [:]
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
    _ keys: [String: YAMLNode], _ node: YAMLNode
  ) throws(Diagnostic) -> GeneratedExperiments {
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
    _ key: String, _ value: YAMLNode, into template: inout TaskTemplate
  ) throws(Diagnostic) -> Bool {
    switch key {
    case "decoders":
      template.decoders = []
      for element in try value.elements() {
        let name = try element.string()
        guard DecoderCatalog.definition(named: name) != nil else {
          throw element.unknown("decoder", among: DecoderCatalog.all.map(\.name))
        }
        template.decoders.append(name)
      }
    case "max_shots": template.maximumShots = try value.integer(from: 0)
    case "max_errors": template.maximumErrors = try value.integer(from: 1)
    default: return false
    }
    return true
  }

  /// Paths count from the folder of the plan.
  private func resolved(_ path: String) -> String {
    path.hasPrefix("/") ? path : folder + path
  }
}
