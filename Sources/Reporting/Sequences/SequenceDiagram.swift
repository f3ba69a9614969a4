/// Who says what to whom, in order: participants, messages, what each does by itself, notes and
/// phases.
///
/// A plain value like `Report`; `SVGSequence` and `TextSequence` draw it. A participant is its
/// name: one that was not named before stands to the right of the others, so nothing a caller
/// writes is wrong.
///
///     var diagram = SequenceDiagram(title: "Encapsulation", participants: ["Alice", "Bob"])
///     diagram.send(from: "Alice", to: "Bob", "encapsulation key", byteCount: 1184)
///     diagram.act("Bob", "draws m, encapsulates")
///     diagram.send(from: "Bob", to: "Alice", "ciphertext", byteCount: 1088, style: .dashed)
public struct SequenceDiagram: Sendable, Hashable {
  /// How the arrow of a message looks.
  public enum ArrowStyle: Sendable, Hashable, CaseIterable {
    /// A full line, for messages that start something.
    case solid
    /// A broken line, for answers and for what somebody merely overhears.
    case dashed
    /// Ends in a cross: lost, or refused.
    case crossed
  }

  /// One line of the story. Participants are places in `participants`.
  public enum Event: Sendable, Hashable {
    /// A message from one participant to another.
    ///
    /// - Parameters:
    ///   - from: the place of the sender in `participants`.
    ///   - to: the place of the receiver in `participants`.
    ///   - label: what stands beside the arrow.
    ///   - style: how the arrow looks.
    case message(from: Int, to: Int, label: String, style: ArrowStyle)
    /// Something that a participant does alone.
    case action(by: Int, label: String)
    /// A remark beside the lines of participants, from the leftmost to the rightmost one; may have
    /// several lines.
    case note(over: ClosedRange<Int>, text: String)
    /// A heading across the diagram.
    case phase(String)
  }

  /// What the diagram shows, in a few words.
  public var title: String
  /// What a reader who does not see the drawing should know; `nil` for the messages in words.
  public var description: String?
  /// The names of the participants, from left to right.
  public private(set) var participants: [String]
  /// What happens, from top to bottom.
  public private(set) var events: [Event] = []

  /// Makes a diagram without events.
  ///
  /// - Parameters:
  ///   - title: what the diagram shows, in a few words.
  ///   - description: what a reader who does not see the drawing should know; `nil` for the list of
  ///     messages.
  ///   - participants: From left to right; a name given twice counts once.
  public init(title: String, description: String? = nil, participants: [String] = []) {
    self.title = title
    self.description = description
    self.participants = []
    for name in participants { _ = place(of: name) }
  }

  /// Adds a message; one from a participant to itself is an action.
  ///
  /// - Parameters:
  ///   - sender: the name of the sender, which joins the participants if it is new.
  ///   - receiver: the name of the receiver, which joins the participants if it is new.
  ///   - label: what stands beside the arrow.
  ///   - byteCount: Printed behind the label; `nil` for messages whose size is of no interest.
  ///   - style: how the arrow looks.
  public mutating func send(
    from sender: String, to receiver: String, _ label: String, byteCount: Int? = nil,
    style: ArrowStyle = .solid
  ) {
    let size = byteCount.map { " (\($0) B)" } ?? ""
    let (from, to) = (place(of: sender), place(of: receiver))
    events.append(
      from == to
        ? .action(by: from, label: label + size)
        : .message(from: from, to: to, label: label + size, style: style))
  }

  /// Adds something that a participant does alone.
  public mutating func act(_ participant: String, _ label: String) {
    events.append(.action(by: place(of: participant), label: label))
  }

  /// Adds a remark over the lines of some participants, or of all of them if none is named.
  public mutating func note(over names: [String] = [], _ text: String) {
    let places = names.isEmpty ? Array(participants.indices) : names.map { place(of: $0) }
    guard let first = places.min(), let last = places.max() else { return }
    events.append(.note(over: first...last, text: text))
  }

  /// Adds a heading.
  public mutating func phase(_ title: String) {
    events.append(.phase(title))
  }

  private mutating func place(of name: String) -> Int {
    if let place = participants.firstIndex(of: name) { return place }
    participants.append(name)
    return participants.count - 1
  }

  /// The messages in words, for readers who do not see the drawing.
  var summary: String {
    let messages = events.compactMap { event -> String? in
      guard case .message(let from, let to, let label, _) = event else { return nil }
      return "\(participants[from]) to \(participants[to]): \(label)"
    }
    return messages.isEmpty ? "No messages." : messages.joined(separator: ". ") + "."
  }
}
