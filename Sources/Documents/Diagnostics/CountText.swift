/// Numbers of things with their noun.
package enum CountText {
  /// `1 live qubit`, `2 live qubits`.
  package static func liveQubits(_ count: Int) -> String {
    "\(count) live qubit\(count == 1 ? "" : "s")"
  }
}
