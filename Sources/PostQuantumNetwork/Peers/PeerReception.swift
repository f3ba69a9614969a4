import NIOCore
import PostQuantum

/// Receives whoever connects to a listener, until one of them has completed the handshake.
///
/// Strangers do not get in the way of the peer: each has a connection and a machine of its own, is
/// sent away when it deviates or takes too long, and the oldest makes room where there are as many
/// as files may be open. Only ever used on one event loop.
final class PeerReception: @unchecked Sendable {
  /// The most guests at once, where the process may open so many files.
  static let mostGuests = 64
  /// How long somebody may take to complete the handshake.
  private static let patience = 10.0
  /// Strangers that are told of one by one.
  private static let reportLimit = 20

  private let machine: HandshakeResponder
  private let options: PeerSettings
  private let promise: EventLoopPromise<PeerResult>
  private let guestLimit: Int
  private let tell: @Sendable (String) -> Void
  /// In the order in which they came.
  private var guests: [Guest] = []
  private var accepted: ObjectIdentifier?
  private var refusals: (count: Int, last: (any Error)?) = (0, nil)

  private struct Guest {
    let channel: any Channel
    let alarm: Scheduled<Void>
    var id: ObjectIdentifier { ObjectIdentifier(channel) }
  }

  /// - Parameters:
  ///   - guests: how many there may be at once, at least 1.
  ///   - note: told of strangers.
  init(
    _ machine: HandshakeResponder, _ options: PeerSettings, guests: Int,
    promise: EventLoopPromise<PeerResult>, note: @escaping @Sendable (String) -> Void
  ) {
    tell = note
    self.machine = machine
    self.options = options
    guestLimit = guests
    self.promise = promise
  }

  /// Serves a new connection.
  func receive(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard accepted == nil else { return channel.close() }
    if guests.count >= guestLimit {
      let message = "closed, as the oldest of \(guestLimit) connections, for another one"
      dismiss(guests[0], because: NetworkFailure.unreachable(message))
    }
    let id = ObjectIdentifier(channel)
    let loop = channel.eventLoop
    let outcome = loop.makePromise(of: PeerResult.self)
    let alarm = loop.scheduleTask(
      in: .milliseconds(Int64(min(Self.patience, options.timeout) * 1000))
    ) {
      outcome.fail(NetworkFailure.unreachable("took too long"))
      channel.close(promise: nil)
    }
    let connection = PeerConnection(
      .responder(machine), seconds: options.mediaSeconds, promise: outcome
    ) { self.accept(id) }
    let name = Self.name(of: channel)
    outcome.futureResult.whenComplete { self.end(id, name, $0) }
    guests.append(Guest(channel: channel, alarm: alarm))
    return loop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(connection)
    }
  }

  /// One has completed the handshake: the others may go.
  private func accept(_ id: ObjectIdentifier) {
    guard accepted == nil else { return }
    accepted = id
    for guest in guests {
      guest.alarm.cancel()
      if guest.id != id { guest.channel.close(promise: nil) }
    }
  }

  private func dismiss(_ guest: Guest, because reason: any Error) {
    guests.removeAll { $0.id == guest.id }
    guest.alarm.cancel()
    guest.channel.close(promise: nil)
    note(Self.name(of: guest.channel), reason)
  }

  /// The address of the other end.
  private static func name(of channel: any Channel) -> String {
    guard let address = channel.remoteAddress, let host = address.ipAddress else {
      return "a stranger"
    }
    return address.port.map { "\(host):\($0)" } ?? host
  }

  private func end(
    _ id: ObjectIdentifier, _ name: String, _ result: Swift.Result<PeerResult, any Error>
  ) {
    let wasGuest = guests.contains { $0.id == id }
    for guest in guests where guest.id == id { guest.alarm.cancel() }
    guests.removeAll { $0.id == id }
    switch result {
    case .success(let result): promise.succeed(result)
    case .failure(let error):
      if accepted == id { return promise.fail(error) }
      if accepted == nil, wasGuest { note(name, error) }
    }
  }

  private func note(_ name: String, _ reason: any Error) {
    refusals.count += 1
    refusals.last = reason
    guard refusals.count <= Self.reportLimit else { return }
    tell("\(name) did not complete the handshake: \(reason)")
    if refusals.count == Self.reportLimit { tell("further ones are not reported") }
  }

  /// What is said when nobody has completed the handshake in the time there was.
  var failure: NetworkFailure {
    let time = "within \(options.timeout) s"
    if accepted != nil {
      return .unreachable("the peer did not come to an end \(time)")
    }
    guard let last = refusals.last as? KeyExchangeError else {
      return .unreachable("no peer completed the handshake \(time)")
    }
    return .refused(
      "the exchange failed: \(last)",
      note: "\(refusals.count) did not complete the handshake \(time)")
  }
}
