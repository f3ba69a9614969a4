import PostQuantumNetwork

extension CommandFailure {
  /// Does what needs a network; what fails there ends the command.
  static func connecting<Value>(_ body: () throws(NetworkFailure) -> Value) throws -> Value {
    do throws(NetworkFailure) {
      return try body()
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What a failure of the network is to who runs a command.
  init(_ failure: NetworkFailure) {
    switch failure {
    case .resources(_, let remedy):
      self.init(.serviceUnavailable, failure.description, hint: remedy)
    case .unreachable: self.init(.serviceUnavailable, failure.description)
    case .malformed: self.init(.badInput, failure.description)
    case .refused(_, let note): self.init(.checkFailed, failure.description, hint: note)
    }
  }
}
