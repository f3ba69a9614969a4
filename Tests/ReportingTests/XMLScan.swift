/// Reads what charts are made of: tags, and the coordinates inside groups of class `series`.
struct XMLScan {
  var problem: String?
  /// Places of marks and ends of lines, in pixels.
  var seriesCoordinates: [(Double, Double)] = []

  init(_ text: String) { problem = scan(text) }

  private mutating func scan(_ text: String) -> String? {
    var open: [String] = []
    let body = text.replacing("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", with: "")
    for (place, part) in body.split(separator: "<", omittingEmptySubsequences: false).enumerated() {
      if place == 0 { continue }
      guard let end = part.firstIndex(of: ">") else { return "unclosed tag \(part)" }
      let tag = part[..<end]
      if part[part.index(after: end)...].contains(">") { return "stray > in \(part)" }
      let name = tag.prefix { $0.isLetter || $0 == "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == String(name.dropFirst()) else { return "bad \(tag)" }
      } else {
        guard tag.count(where: { $0 == "\"" }) % 2 == 0 else { return "odd quotes in \(tag)" }
        if open.last == "g" { seriesCoordinates += Self.coordinates(tag) }
        if !tag.hasSuffix("/") { open.append(String(name)) }
      }
    }
    return open.isEmpty ? nil : "unclosed \(open)"
  }

  private static func coordinates(_ tag: Substring) -> [(Double, Double)] {
    func attribute(_ name: String) -> Substring? {
      tag.firstRange(of: " \(name)=\"").map { tag[$0.upperBound...].prefix { $0 != "\"" } }
    }
    if let x = attribute("cx").flatMap({ Double($0) }),
      let y = attribute("cy").flatMap({ Double($0) })
    {
      return [(x, y)]
    }
    let source: Substring?
    if let transform = attribute("transform") {
      source = transform.dropFirst("translate(".count).dropLast()
    } else {
      source = attribute("d")
    }
    // Absolute commands only: M and L take a pair, H and V keep the other coordinate.
    var (places, x, y): ([(Double, Double)], Double, Double) = ([], 0, 0)
    for match in (source.map(String.init) ?? "").matches(of: /([MLHVZ]?)([-0-9.]*)(?: ([-0-9.]+))?/)
    {
      guard let first = Double(match.2) else { continue }
      switch match.1 {
      case "H": x = first
      case "V": y = first
      default: (x, y) = (first, match.3.flatMap { Double($0) } ?? .nan)
      }
      places.append((x, y))
    }
    return places
  }
}
