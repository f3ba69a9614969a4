import Crypto
import QSim
import Reporting

/// What makes a decoding task the same as another one: the digest that sinter calls `strong_id`.
///
/// SHA-256 of a JSON object on one line: the circuit and the decoder's model as Stim prints them,
/// the decoder's name in result files, the mask of postselected detectors (here always null), the
/// metadata.
enum TaskIdentity {
  static func id(
    circuit: Circuit, decoder: String, model: DetectorErrorModel, metadata: ReportObject
  ) throws(Diagnostic) -> String {
    var hash = SHA256()
    func add(_ text: String) { hash.update(data: Array(text.utf8)) }
    add("{\"circuit\": ")
    add(PythonJSON.quoted(try circuit.text(as: .stim).droppingLastNewline))
    add(", \"decoder\": \(PythonJSON.quoted(decoder)), \"decoder_error_model\": ")
    add(PythonJSON.quoted(DEMWriter.write(model).droppingLastNewline))
    add(", \"postselection_mask\": null, \"json_metadata\": ")
    add(PythonJSON.text(.object(metadata), style: .spaced) + "}")
    return HexText.digits(hash.finalize())
  }
}

extension String {
  fileprivate var droppingLastNewline: Substring { hasSuffix("\n") ? dropLast() : self[...] }
}

/// JSON byte for byte as Python's `json.dumps` writes it.
enum PythonJSON {
  enum Style {
    /// As it comes: keys in their order, spaces behind commas and colons.
    case spaced
    /// Keys sorted, no spaces: as sinter writes its columns.
    case compact
  }

  static func text(_ value: ReportValue, style: Style) -> String {
    let (comma, colon) = style == .spaced ? (", ", ": ") : (",", ":")
    switch value {
    case .array(let elements):
      return "[\(elements.map { text($0, style: style) }.joined(separator: comma))]"
    case .object(let object):
      let entries =
        style == .spaced ? object.entries : object.entries.sorted { $0.key < $1.key }
      let texts = entries.map { "\(quoted($0.key))\(colon)\(text($0.value, style: style))" }
      return "{\(texts.joined(separator: comma))}"
    case .string(let string): return quoted(string)
    case .double(let number) where !number.isFinite:
      return number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity"
    default: return JSONReport.line(value)
    }
  }

  /// ASCII: everything else is escaped.
  static func quoted(_ string: some StringProtocol) -> String { JSONString.ascii(string) }
}
