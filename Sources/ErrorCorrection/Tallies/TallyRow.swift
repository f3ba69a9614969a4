import QuantumCore

/// One line of a file of tallies, in sinter's columns.
///
///          shots,    errors,  discards, seconds,decoder,strong_id,json_metadata,custom_counts
///          32768,       104,         0,   0.214,pymatching,5d0d…,"{""d"":3,""p"":0.002,""r"":3}",
///
/// Lines of the same id add up; a reader merges them.
public struct TallyRow: Sendable, Hashable {
  /// Shots, errors, discards and what else was counted.
  public var tally: DecodingTally
  /// What threads spent sampling and decoding.
  public var seconds: Double
  /// The name of the decoder in such files.
  public var decoder: String
  /// What makes a task the same as another: see `CollectionTask.id`.
  public var id: String
  /// A JSON value on one line, without spaces and with sorted keys.
  public var metadata: String

  /// A row with what its columns hold.
  ///
  /// - Parameters:
  ///   - tally: shots, errors, discards and what else was counted.
  ///   - seconds: what threads spent sampling and decoding.
  ///   - decoder: the name of the decoder in such files.
  ///   - id: what makes a task the same as another; see `CollectionTask.id`.
  ///   - metadata: a JSON value on one line, without spaces and with sorted keys.
  public init(
    tally: DecodingTally, seconds: Double, decoder: String, id: String, metadata: String
  ) {
    self.tally = tally
    self.seconds = seconds
    self.decoder = decoder
    self.id = id
    self.metadata = metadata
  }

  /// The first line of a file, without its end.
  public static let header =
    "     shots,    errors,  discards, seconds,decoder,strong_id,json_metadata,custom_counts"

  /// The line, without its end.
  public var text: String {
    let columns = [
      Self.padded(String(tally.shots), to: 10), Self.padded(String(tally.errors), to: 10),
      Self.padded(String(tally.discards), to: 10), Self.padded(secondsText, to: 8),
      Self.quoted(decoder), Self.quoted(id), Self.quoted(metadata), Self.quoted(countsText),
    ]
    return columns.joined(separator: ",")
  }

  /// What a checksum is made of: all but the seconds, however the line was written.
  var checkedText: String {
    let counts = "\(tally.shots),\(tally.errors),\(tally.discards)"
    return "\(counts),\(decoder),\(id),\(metadata),\(countsText)\n"
  }

  /// Three significant digits or more.
  private var secondsText: String {
    let digits = seconds < 1 ? 3 : seconds < 10 ? 2 : 1
    let scale = digits == 3 ? 1000 : digits == 2 ? 100 : 10
    guard seconds >= 0, seconds < 1e12 else { return seconds > 0 ? "inf" : "0.000" }
    let units = Int((seconds * Double(scale)).rounded())
    let fraction = String(units % scale)
    return "\(units / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  private var countsText: String {
    guard !tally.customCounts.isEmpty else { return "" }
    let entries = tally.customCounts.sorted { $0.key < $1.key }.map {
      "\(JSONString.ascii($0.key)):\($0.value)"
    }
    return "{\(entries.joined(separator: ","))}"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }

  private static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte != 0x0a && byte != 0x0d
    }
    return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
  }
}
