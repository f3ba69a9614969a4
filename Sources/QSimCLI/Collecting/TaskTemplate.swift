import QSim
import Reporting

/// A family of decoding tasks as the command line or a plan describes it: circuits from files or of
/// the generator, times decoders.
struct TaskTemplate {
  /// Files of circuits; empty if circuits are generated.
  var circuits: [String] = []
  var experiment: GeneratedExperiments?
  /// Names of the catalog.
  var decoders: [String] = []
  var maximumShots: Int?
  var maximumErrors: Int?
  /// Of a circuit.
  var detectorLimit = CollectionTask.defaultDetectorLimit
  /// What rows say about a circuit; of files `nil` for what their names say.
  var metadata: ReportObject?
  /// For a family of a plan: its place in the file.
  var place: String?
  /// For a family of a plan: what its place in the file makes of a message and a hint.
  var rejection: (@Sendable (String, String?) -> InputRejected)?

  /// A task, ready to be collected.
  struct Task {
    let task: CollectionTask
    /// The name of the decoder in result files.
    let decoder: String
    let metadata: ReportObject
    /// What the circuit's file, or the plan, makes of an error that its circuit or decoder throws.
    let explained: @Sendable (any Error) -> any Error
  }

  /// All tasks of the family: circuits in order, decoders within.
  ///
  /// - Throws: `CommandFailure` for what the command line cannot ask for, `InputRejected` for what
  ///   is wrong in a plan and for circuits that are wrong.
  func tasks() throws -> [Task] {
    do {
      return try made()
    } catch {
      throw located(error)
    }
  }

  /// An error as the end of the command, with the family's place where it is of a plan.
  private func located(_ error: any Error) -> any Error {
    switch error {
    case let obstacle as Obstacle:
      guard case .memory = obstacle.kind else {
        return located(CommandFailure(.badInput, obstacle.message, hint: obstacle.hint))
      }
      let start = place.map { "\($0): " } ?? ""
      return CommandFailure(.outOfMemory, start + obstacle.message, hint: obstacle.hint)
    case let diagnostic as Diagnostic:
      return located(CommandFailure(.badInput, diagnostic.message, hint: diagnostic.hint))
    case let failure as CommandFailure
    where failure.status == .usage || failure.status == .badInput:
      return rejection?(failure.message, failure.hint) ?? failure
    default: return error
    }
  }

  private func made() throws -> [Task] {
    guard !decoders.isEmpty else {
      throw CommandFailure(
        .usage, "there is no decoder",
        hint: "name one with --decoders: \(DecoderCatalog.all.map(\.name).joined(separator: ", "))")
    }
    guard maximumShots != nil || maximumErrors != nil else {
      throw CommandFailure(
        .usage, "tasks have no end", hint: "give --max_shots or --max_errors, or both")
    }
    let definitions = try decoders.map { try CommandFailure.named($0, in: DecoderCatalog.all) }
    let limits = CollectionTask.Limits(shots: maximumShots, errors: maximumErrors)
    return try sources().flatMap { source in
      do {
        try CollectionTask.check(source.circuit, detectorLimit: detectorLimit)
        let model = try CollectionTask.model(of: source.circuit)
        return try definitions.map { try task($0, source, model, limits) }
      } catch {
        throw explained(error, source)
      }
    }
  }

  private func task(
    _ definition: DecoderDefinition, _ source: Source, _ model: DetectorErrorModel,
    _ limits: CollectionTask.Limits
  ) throws -> Task {
    let id = try TaskIdentity.id(
      circuit: source.circuit, decoder: definition.tallyName, model: model,
      metadata: source.metadata)
    return Task(
      task: CollectionTask(
        id: id, circuit: source.circuit, model: model, decoder: definition.decoder,
        limits: limits),
      decoder: definition.tallyName, metadata: source.metadata,
      explained: { explained($0, source) })
  }

  // MARK: Circuits

  private struct Source {
    let circuit: Circuit
    let metadata: ReportObject
    /// The text it is from; `nil` if it was generated.
    let text: CircuitSource?
  }

  /// What a circuit's text, or what it was generated from, makes of an error.
  private func explained(_ error: any Error, _ source: Source) -> any Error {
    if let text = source.text {
      do {
        return try SimulationFailure.explained(text) {
          throw (error as? Diagnostic)?.placed(in: source.circuit) ?? error
        }
      } catch {
        return error
      }
    }
    // A family has many circuits.
    let entries = source.metadata.entries.filter { ["d", "p", "r"].contains($0.key) }
    let name = PythonJSON.text(
      .object(ReportObject(entries.map { ($0.key, $0.value) })), style: .compact)
    switch error {
    case let obstacle as Obstacle:
      return located(
        Obstacle(obstacle.kind, "\(name): \(obstacle.message)", hint: obstacle.hint))
    case let diagnostic as Diagnostic:
      return located(
        Diagnostic(
          "\(name): \(diagnostic.message)", code: diagnostic.code, hint: diagnostic.hint))
    default: return error
    }
  }

  private func sources() throws -> [Source] {
    if let experiment {
      return try experiment.circuits(detectorLimit: detectorLimit).map { circuit, metadata in
        var all = metadata
        for entry in self.metadata?.entries ?? [] { all[entry.key] = entry.value }
        return Source(circuit: circuit, metadata: all.sorted, text: nil)
      }
    }
    return try circuits.map { path in
      let (text, circuit) = try StimInput.circuit(path)
      return Source(
        circuit: circuit, metadata: metadata ?? PathMetadata.values(of: path), text: text)
    }
  }
}

extension Diagnostic {
  /// The same at the place of an error that could not be decomposed, where a decoder refuses
  /// whole ones.
  fileprivate func placed(in circuit: Circuit) -> Diagnostic {
    guard range == nil else { return self }
    return Diagnostic(
      message, code: code, at: CollectionTask.placeOfWholeError(in: circuit), hint: hint)
  }
}

extension ReportObject {
  /// The same with keys in order.
  fileprivate var sorted: ReportObject {
    ReportObject(
      uniqueKeysWithValues: entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}

/// What the name of a circuit's file says about it, by sinter's convention.
enum PathMetadata {
  /// `folder/d=5,p=0.001.stim` is `{"d": 5, "p": 0.001}`; other names are `{"path": …}`.
  static func values(of path: String) -> ReportObject {
    let name = path.split(separator: "/").last ?? ""
    let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name
    var values: [(String, ReportValue)] = []
    for term in stem.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = term.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return ["path": .string(path)] }
      values.append((String(parts[0]), value(String(parts[1]))))
    }
    return ReportObject(values)
  }

  /// A whole number, a number, or text.
  static func value(_ text: String) -> ReportValue {
    if let number = Int(text) { return .int(number) }
    if let number = Double(text), number.isFinite { return .double(number) }
    return .string(text)
  }
}
