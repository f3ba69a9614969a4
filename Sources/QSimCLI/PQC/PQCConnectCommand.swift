import ArgumentParser
import PostQuantum
import PostQuantumNetwork
import Reporting

/// `qsim pqc connect`: the end of a key exchange that begins.
struct PQCConnectCommand: DocumentedCommand {
  static let summary = "Connect to a listener, exchange a key, send and receive encrypted media."
  static let details = """
    'qsim pqc listen' is the peer; until it listens, connecting is tried again. Both ends need the same '--algorithms' and '--psk', and \
    name each other with '--peer'.
    """
  static let examples = [
    "qsim pqc listen --port 4462 --algorithms x-wing & qsim pqc connect --port 4462 --algorithms x-wing --json; wait"
  ]
  static let configuration = configured("connect")

  @OptionGroup var options: PeerOptions

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let identity = try options.identity(named: "Alice")
    let machine = HandshakeInitiator(
      identity: identity, policy: try options.exchange.policy(), trust: try options.trust(),
      presharedKey: try options.presharedKey())
    let file = try options.keyFile()
    var stopwatch = Stopwatch()
    let result = try CommandFailure.connecting { () throws(NetworkFailure) in
      try PeerNetwork.connect(machine, options.settings)
    }
    stopwatch.lap("connection_s")
    try options.finish(
      result, to: file, command: "connect", identity, stopwatch, output,
      on: terminal.current)
  }
}
