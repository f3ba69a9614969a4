import ArgumentParser
import PostQuantum
import PostQuantumNetwork
import Reporting

/// `qsim pqc listen`: the end of a key exchange that waits.
struct PQCListenCommand: DocumentedCommand {
  static let summary = "Wait for a peer, exchange a key, send and receive encrypted media."
  static let details = """
    'qsim pqc connect' in another terminal is the peer. Both ends print the same key id and key fingerprint. Without '--peer' anybody \
    is accepted, and only comparing fingerprints tells who it was. '--out' writes the key, mode 0600.
    """
  static let examples = [
    "qsim pqc listen --port 4461 & qsim pqc connect --port 4461 --seconds 0.5; wait"
  ]
  static let configuration = configured("listen")

  @OptionGroup var options: PeerOptions

  @OptionGroup(title: "Output") var output: OutputOptions
  @OptionGroup var terminal: TerminalOptions

  func run() throws {
    let identity = try options.identity(named: "Bob")
    let machine = HandshakeResponder(
      identity: identity, policy: try options.exchange.policy(), trust: try options.trust(),
      presharedKey: try options.presharedKey())
    let file = try options.keyFile()
    var stopwatch = Stopwatch()
    let result = try CommandFailure.connecting { () throws(NetworkFailure) in
      try PeerNetwork.listen(machine, options.settings) { place in
        printError("listening on \(place) as \(identity.fingerprint)")
      } note: {
        printError("qsim: note: \($0)")
      }
    }
    stopwatch.lap("connection_s")
    try options.finish(
      result, to: file, command: "listen", identity, stopwatch, output,
      on: terminal.current)
  }
}
