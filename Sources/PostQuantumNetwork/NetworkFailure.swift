import NIOCore
import NIOPosix
import PostQuantum

/// Why a connection, or a conference, came to nothing.
public enum NetworkFailure: Error, Hashable {
  /// The system has too few open files or threads left for the connections.
  case resources(String, remedy: String)
  /// A peer, a port or the network cannot be reached, or somebody took too long.
  case unreachable(String)
  /// Bytes came that are not a message.
  case malformed(String)
  /// The key exchange, or what followed it, was not right.
  ///
  /// - Parameter note: what else is to be said, or `nil`.
  case refused(String, note: String?)
}

extension NetworkFailure: CustomStringConvertible {
  /// What happened, as part of a sentence, without what could be done about it.
  public var description: String {
    switch self {
    case .resources(let text, _), .unreachable(let text), .malformed(let text),
      .refused(let text, _):
      text
    }
  }
}

extension NetworkFailure {
  /// What a failure of an exchange, of media or of sockets is to whoever asked for a connection.
  ///
  /// - Parameter place: The address, in front of what went wrong there.
  init(_ error: any Error, at place: String) {
    switch error {
    case let error as NetworkFailure: self = error
    case let error as KeyExchangeError: self = .refused("the exchange failed: \(error)", note: nil)
    case let error as FrameError: self = .refused("the media failed: \(error)", note: nil)
    case is NIOConnectionError: self = .unreachable("\(place): nobody listens there")
    case let error as IOError: self = .unreachable("\(place): \(Self.systemMessage(error))")
    default: self = .unreachable("\(place): \(error)")
    }
  }

  /// The system's words for the number of an error.
  static func systemMessage(_ error: IOError) -> String {
    String(cString: strerror(error.errnoCode))
  }
}
