/// Checks that a text is well-formed XML of the plain kind that drawings use: a declaration,
/// elements, attributes in double quotes, text, the five named entities.
enum XMLScanner {
  /// What is wrong first, or `nil`.
  static func problem(in text: String) -> String? {
    var rest = Substring(text)
    guard rest.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") else {
      return "no declaration"
    }
    rest = rest[rest.firstIndex(of: ">")!...].dropFirst()
    var open: [Substring] = []
    var rootCount = 0
    while let start = rest.firstIndex(of: "<") {
      if let problem = problem(inText: rest[..<start], isInside: !open.isEmpty) { return problem }
      guard let end = rest[start...].firstIndex(of: ">") else { return "a tag without an end" }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.popLast() == tag.dropFirst() else { return "</…> closes nothing: \(tag)" }
        continue
      }
      let isEmpty = tag.hasSuffix("/")
      let name = tag.prefix { $0.isLetter }
      if name.isEmpty { return "a tag without a name: \(tag)" }
      if let problem = problem(inAttributes: (isEmpty ? tag.dropLast() : tag).dropFirst(name.count))
      {
        return problem
      }
      if open.isEmpty {
        rootCount += 1
        if name != "svg" { return "the root is \(name)" }
      }
      if !isEmpty { open.append(name) }
    }
    if let problem = problem(inText: rest, isInside: false) { return problem }
    if !open.isEmpty { return "\(open.last!) is not closed" }
    return rootCount == 1 ? nil : "\(rootCount) roots"
  }

  private static func problem(inText text: Substring, isInside: Bool) -> String? {
    if !isInside, text.contains(where: { !$0.isWhitespace }) { return "text outside: \(text)" }
    if text.contains(">") { return "a bare > in \(text)" }
    for scalar in text.unicodeScalars where scalar.value < 0x20 && scalar != "\n" {
      return "control character \(scalar.value)"
    }
    for piece in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
      let entity = piece.prefix { $0 != ";" }
      if !["amp", "lt", "gt", "quot", "apos"].contains(entity) { return "entity &\(entity)" }
    }
    return nil
  }

  private static func problem(inAttributes text: Substring) -> String? {
    var rest = text
    var names: Set<Substring> = []
    while true {
      let trimmed = rest.drop { $0 == " " }
      if trimmed.isEmpty { return nil }
      if trimmed.count == rest.count { return "no blank before an attribute: \(rest)" }
      let name = trimmed.prefix { $0 != "=" }
      guard names.insert(name).inserted else { return "\(name) twice" }
      rest = trimmed.dropFirst(name.count)
      guard rest.hasPrefix("=\""), let end = rest.dropFirst(2).firstIndex(of: "\"") else {
        return "no value for \(name)"
      }
      let value = rest[rest.index(rest.startIndex, offsetBy: 2)..<end]
      if value.contains("<") { return "< in a value" }
      rest = rest[rest.index(after: end)...]
    }
  }
}
