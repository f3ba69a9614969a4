import QSim
import Reporting

/// Every gate, noise channel, measurement and annotation.
enum GateKind: CatalogKind {
  typealias List = GateCatalog

  static let word = "gates"
  static let summary = "List the gates, or describe some."
  static let details = "Names are those of any language."
  static let examples = ["qsim catalog gates CX", "qsim catalog gates --csv"]

  static func table(of definitions: [GateDefinition], for form: TableForm) -> ReportTable {
    var table = ReportTable(columns: [
      .init("name", alignment: .left), .init("aliases", alignment: .left),
      .init("openqasm", title: "OpenQASM", alignment: .left),
      .init("parameters", alignment: .left), .init("qubits"),
      .init("category", alignment: .left), .init("summary", alignment: .left),
    ])
    for definition in definitions {
      table.append([
        .string(definition.name), .string(definition.aliases.joined(separator: " ")),
        .string(definition.openQASM.map(\.name).joined(separator: " ")),
        .string(definition.parameters.joined(separator: " ")), ReportValue(definition.qubitCount),
        .string(definition.category.rawValue), .string(definition.summary),
      ])
    }
    return table
  }

  static func text(of definition: GateDefinition) -> String {
    entry(for: definition, isMarkdown: false)
  }

  /// The page of all gates, by category.
  static var page: String? {
    var text = """
      # Gates

      Written by `qsim docs --write`; do not edit.

      Bit j of a row or column index of a matrix is the value of the gate's j-th qubit. Flows read like \
      `X_ -> XX`, the gate's qubit 0 on the left. Angles are in radians, probabilities are per application.

      """
    text += "\n| Category | Gates |\n|---|---|\n"
    let categories = GateCategory.allCases.map { category in
      (category, GateCatalog.all.filter { $0.category == category })
    }.filter { !$0.1.isEmpty }
    for (category, definitions) in categories {
      let links = definitions.map { "[\($0.name)](#\(anchor(of: $0.name)))" }
      text += "| \(category.rawValue) | \(links.joined(separator: " · ")) |\n"
    }
    for (category, definitions) in categories {
      text += "\n## \(category.rawValue)\n"
      for definition in definitions { text += "\n" + entry(for: definition, isMarkdown: true) }
    }
    return text
  }

  /// One gate.
  private static func entry(for definition: GateDefinition, isMarkdown: Bool) -> String {
    func code(_ text: String) -> String { isMarkdown ? "`\(text)`" : text }
    var text = isMarkdown ? "### \(definition.name)\n\n" : "\(definition.name)\n"
    text += isMarkdown ? "\(definition.summary)\n\n" : "  \(definition.summary)\n\n"
    let facts = facts(about: definition, code: code)
    let width = facts.map(\.label.count).max() ?? 0
    for fact in facts {
      let padding = String(repeating: " ", count: width - fact.label.count)
      text +=
        isMarkdown ? "* \(fact.label): \(fact.text)\n" : "  \(fact.label)\(padding)  \(fact.text)\n"
    }
    if let matrix = matrixLines(of: definition) {
      text += isMarkdown ? "\n```text\n" : "\n"
      text += matrix.map { isMarkdown ? "\($0)\n" : "  \($0)\n" }.joined()
      text += isMarkdown ? "```\n" : ""
    }
    return text
  }

  private static func facts(
    about definition: GateDefinition, code: (String) -> String
  ) -> [(label: String, text: String)] {
    var facts: [(label: String, text: String)] = []
    if !definition.aliases.isEmpty {
      facts.append(("Aliases", definition.aliases.map(code).joined(separator: ", ")))
    }
    facts.append(("In .stim", stimSpelling(of: definition, code: code)))
    if !definition.openQASM.isEmpty {
      let names = definition.openQASM.map { "\(code($0.name)) (\(libraries($0.sources)))" }
      facts.append(("In OpenQASM", names.joined(separator: ", ")))
    }
    if let spelling = argumentSpelling(of: definition) { facts.append(("Arguments", spelling)) }
    facts.append(("Targets", targetSpelling(of: definition)))
    if definition.recordsPerGroup > 0 { facts.append(("Records", "one a group of targets")) }
    if let inverse = inverseSpelling(of: definition) { facts.append(("Inverse", inverse)) }
    if let form = definition.controlledForm {
      let controls = form.controlCount == 1 ? "control" : "controls"
      facts.append(("Same as", "\(form.base.name) with \(form.controlCount) \(controls)"))
    }
    if !definition.flows.isEmpty {
      facts.append(("Flows", definition.flows.map { code(text(of: $0)) }.joined(separator: ", ")))
    }
    if let decomposition = definition.decomposition {
      facts.append(("Decomposition", code(decomposition)))
    }
    if let body = definition.openQASMBody { facts.append(("As OpenQASM", code(body))) }
    return facts
  }

  private static func stimSpelling(of definition: GateDefinition, code: (String) -> String)
    -> String
  {
    switch definition.stimForm {
    case .instruction: code(definition.name)
    case .tag(let base, let tag): code("\(base.name)[\(tag)]")
    case .tagWithArguments(let base, let tag):
      code("\(base.name)[\(tag)(\(tagArguments(of: definition)))]")
    case .none: "no name of its own"
    }
  }

  private static func tagArguments(of definition: GateDefinition) -> String {
    guard !definition.parameters.isEmpty else { return "…" }
    let value = definition.isUnitary ? "…*pi" : "…"
    return definition.parameters.map { "\($0)=\(value)" }.joined(separator: ", ")
  }

  private static func libraries(_ sources: OpenQASMSource) -> String {
    var names: [String] = []
    if sources.contains(.paper) {
      names.append("qelib1.inc")
    } else if sources.contains(.extended) {
      names.append("Qiskit's qelib1.inc")
    }
    if sources.contains(.stdgates) { names.append("stdgates.inc") }
    return names.joined(separator: ", ")
  }

  private static func argumentSpelling(of definition: GateDefinition) -> String? {
    let (low, high) = (definition.argumentCount.lowerBound, definition.argumentCount.upperBound)
    guard high > 0 else { return nil }
    let kind = definition.hasProbabilityArguments ? "probabilities" : nil
    var words = definition.parameters.joined(separator: ", ")
    if words.isEmpty {
      words = high == low ? "\(low)" : high == Int.max ? "\(low) or more" : "\(low) to \(high)"
    } else if low < definition.parameters.count {
      words += low == 0 ? " (optional)" : " (\(low) at least)"
    }
    return kind.map { "\(words): \($0)" } ?? words
  }

  private static func targetSpelling(of definition: GateDefinition) -> String {
    var text =
      switch definition.shape {
      case .each(0): "none"
      case .each(1): "each qubit"
      case .each(2): "each pair of qubits"
      case .each(let count): "each group of \(count) qubits"
      case .products: "each Pauli product, such as X0*Z1"
      case .whole: "all targets together"
      case .none: "none"
      }
    if definition.allowsClassicalControl { text += "; rec[-k] and sweep[k] may control" }
    return text
  }

  private static func inverseSpelling(of definition: GateDefinition) -> String? {
    switch definition.inverse {
    case .gate(let gate): gate == definition.gate ? "itself" : gate.name
    case .negatingArguments: "itself with negated arguments"
    case .mapping where definition.category == .matrix: "itself with the adjoint matrix"
    case .mapping:
      definition.inverse(of: definition.parameters.map { _ in 0 }).map {
        "\($0.gate.name) with other arguments"
      }
    case .none: nil
    }
  }

  private static func text(of flow: StabilizerFlow) -> String {
    func side(_ pauli: PauliString) -> String {
      guard pauli.count > 0 else { return "1" }
      let text = pauli.description
      return text.hasPrefix("+") ? String(text.dropFirst()) : text
    }
    let records = flow.records.map { "rec[-\($0)]" }
    let outputs = (flow.output.count > 0 || records.isEmpty ? [side(flow.output)] : []) + records
    return "\(side(flow.input)) -> \(outputs.joined(separator: " xor "))"
  }

  /// The matrix of a gate without arguments on at most three qubits.
  private static func matrixLines(of definition: GateDefinition) -> [String]? {
    guard definition.argumentCount.upperBound == 0, let function = definition.matrix else {
      return nil
    }
    let matrix = function([])
    guard matrix.rowCount <= 8 else { return nil }
    var cells: [String] = []
    var prefix = ""
    for (scale, name) in [
      (1.0, ""), (0.5.squareRoot(), "1/√2 · "), (0.5, "1/2 · "), (0.125.squareRoot(), "1/√8 · "),
    ] {
      let texts = matrix.elements.map { gaussianInteger($0, scale: scale) }
      if !texts.contains(nil) {
        (cells, prefix) = (texts.compactMap(\.self), name)
        break
      }
    }
    if cells.isEmpty { cells = matrix.elements.map(decimal) }
    let width = cells.map(\.count).max() ?? 0
    return (0..<matrix.rowCount).map { row in
      let line = cells[row * matrix.columnCount..<(row + 1) * matrix.columnCount].map { cell in
        String(repeating: " ", count: width - cell.count) + cell
      }
      let margin = row == 0 ? prefix : String(repeating: " ", count: prefix.count)
      return "\(margin)[ \(line.joined(separator: "  ")) ]"
    }
  }

  private static func gaussianInteger(_ entry: ComplexMatrix.Element, scale: Double) -> String? {
    let (re, im) = (entry.real / scale, entry.imaginary / scale)
    guard abs(re - re.rounded()) < 1e-9, abs(im - im.rounded()) < 1e-9 else { return nil }
    return sum(Int(re.rounded()).description, Int(im.rounded()).description)
  }

  private static func decimal(_ entry: ComplexMatrix.Element) -> String {
    let eighths = entry.phase / .pi * 8
    if abs(entry.length - 1) < 1e-9, abs(eighths - eighths.rounded()) < 1e-9 {
      return root(Int(eighths.rounded()))
    }
    func digits(_ number: Double) -> String {
      DecimalText.rounded((number * 1e4).rounded() / 1e4, digits: 4)
    }
    return sum(digits(entry.real), digits(entry.imaginary))
  }

  /// e^(iπk/8) for −8 ≤ k ≤ 8.
  private static func root(_ k: Int) -> String {
    if k % 4 == 0 { return k == 0 ? "1" : k == 4 ? "i" : k == -4 ? "-i" : "-1" }
    let sign = k < 0 ? "-" : ""
    let (numerator, denominator) = k % 2 == 0 ? (abs(k) / 2, 4) : (abs(k), 8)
    return "e^(\(sign)\(numerator == 1 ? "" : "\(numerator)")iπ/\(denominator))"
  }

  private static func sum(_ re: String, _ im: String) -> String {
    let imaginary = im == "1" ? "i" : im == "-1" ? "-i" : "\(im)i"
    if im == "0" { return re }
    if re == "0" { return imaginary }
    return re + (imaginary.hasPrefix("-") ? "" : "+") + imaginary
  }

  private static func anchor(of name: String) -> String {
    name.lowercased()
  }
}
