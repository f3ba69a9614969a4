/// How a gate maps one Pauli product to another: `X_ -> XX`, `Z -> rec[-1]`, `1 -> Z`.
///
/// Qubit 0 is leftmost. A circuit has the flow `P -> Q xor rec[…]` when measuring P before and Q after it
/// gives results that differ by the XOR of the records.
public struct StabilizerFlow: Hashable, Sendable {
  public let input: PauliString
  public let output: PauliString
  /// Lookbacks k of the records `rec[-k]` that take part.
  public let records: [Int]

  public init(input: PauliString, output: PauliString, records: [Int] = []) {
    self.input = input
    self.output = output
    self.records = records
  }

  /// Reads one flow; `nil` if malformed.
  public init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count >= 3, words[1] == "->" else { return nil }
    guard let input = words[0] == "1" ? PauliString(count: 0) : PauliString(words[0]) else {
      return nil
    }
    var output: PauliString?
    var records: [Int] = []
    for word in words[2...] where word != "xor" {
      if word.hasPrefix("rec[-"), word.hasSuffix("]"),
        let lookback = Int(word.dropFirst(5).dropLast())
      {
        records.append(lookback)
      } else if output == nil, let pauli = word == "1" ? PauliString(count: 0) : PauliString(word) {
        output = pauli
      } else {
        return nil
      }
    }
    self.init(input: input, output: output ?? PauliString(count: 0), records: records)
  }
}
