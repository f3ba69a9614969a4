import Reporting
import TestSupport
import Testing

struct SequenceTests {
  // MARK: Goldens

  private static let exchange: SequenceDiagram = {
    var diagram = SequenceDiagram(
      title: "Encapsulation <of a key> & a frame", participants: ["Alice", "Eve", "Bob"])
    diagram.phase("key exchange")
    diagram.act("Alice", "draws d and z, makes keys")
    diagram.send(from: "Alice", to: "Bob", "encapsulation key", byteCount: 1184)
    diagram.act("Bob", "draws m")
    diagram.send(from: "Bob", to: "Alice", "ciphertext", byteCount: 1088, style: .dashed)
    diagram.note(over: ["Alice", "Bob"], "both know K")
    diagram.note(over: ["Eve"], "knows\nek and c")
    diagram.phase("frames")
    diagram.send(from: "Alice", to: "Eve", "frame 7", byteCount: 12_345)
    diagram.send(from: "Eve", to: "Bob", "frame 7, altered", style: .crossed)
    diagram.send(from: "Bob", to: "Bob", "refuses it")
    diagram.send(from: "Carol", to: "Alice", "hello")
    return diagram
  }()

  private static let goldens = [
    ("exchange", exchange), ("empty", SequenceDiagram(title: "")),
    ("single", SequenceDiagram(title: "Alone", participants: ["somebody"])),
  ]

  @Test(arguments: goldens) func `a sequence is drawn as before`(
    name: String, diagram: SequenceDiagram
  ) {
    let texts = [
      ("txt", TextSequence().text(diagram)),
      ("ascii.txt", TextSequence(isASCII: true).text(diagram)),
      ("svg", SVGSequence().document(diagram)),
    ]
    for (suffix, text) in texts {
      #expect(Golden.mismatch(of: text, with: "Sequences/\(name).\(suffix)") == nil)
    }
    #expect(XMLScan(texts[2].1).problem == nil)
  }

  // MARK: Properties

  @Test func `any diagram gives a well-formed drawing with every text whole`() {
    var random = SplitMix(state: 3)
    for _ in 0..<500 {
      let diagram = Self.randomDiagram(&random)
      let svg = SVGSequence().document(diagram)
      #expect(XMLScan(svg).problem == nil, "\(diagram)")
      let text = TextSequence().text(diagram)
      #expect(!text.split(separator: "\n").contains { $0.hasSuffix(" ") })
      for event in diagram.events {
        switch event {
        case .message(_, _, let label, _), .action(_, let label), .phase(let label):
          #expect(text.contains(label), "\(label) in\n\(text)")
        case .note(_, let note):
          for line in note.split(separator: "\n") { #expect(text.contains(line), "\(text)") }
        }
      }
      let ascii = TextSequence(isASCII: true).text(diagram)
      #expect(ascii.count == text.count && ascii.utf8.allSatisfy { $0 < 128 })
    }
  }

  @Test func `arrows run from the sender to the receiver`() {
    var diagram = SequenceDiagram(title: "", participants: ["a", "b", "c"])
    diagram.send(from: "c", to: "a", "back")
    diagram.send(from: "a", to: "b", "on")
    let lines = TextSequence().text(diagram).split(separator: "\n")
    let back = lines.first { $0.contains("◀") } ?? ""
    let on = lines.first { $0.contains("▶") } ?? ""
    // The arrow passes the line of b.
    #expect(back.count { $0 == "│" } == 2 && on.count { $0 == "│" } == 3)
    #expect(on.hasPrefix(back.prefix { $0 != "◀" }))
  }

  @Test func `texts of a diagram cannot break its drawings`() {
    let nasty = "</title><script>alert(1)</script>\u{0}\u{1b}[2J\"'"
    var diagram = SequenceDiagram(title: nasty, participants: [nasty, "b"])
    diagram.send(from: nasty, to: "b", nasty)
    diagram.note(nasty)
    let svg = SVGSequence().document(diagram)
    #expect(XMLScan(svg).problem == nil && !svg.contains("<script"))
    #expect(!TextSequence().text(diagram).unicodeScalars.contains { $0 == "\u{1b}" || $0 == "\0" })
  }

  private static func randomDiagram(_ random: inout SplitMix) -> SequenceDiagram {
    let names = (0..<Int(random.next() % 5)).map { _ in word(&random) }
    var diagram = SequenceDiagram(title: word(&random), participants: names)
    for _ in 0..<random.next() % 12 {
      let (first, second) = (
        names.randomElement(using: &random) ?? word(&random), names.randomElement(using: &random)
      )
      switch random.next() % 5 {
      case 0: diagram.act(first, word(&random))
      case 1: diagram.phase(word(&random))
      case 2: diagram.note(over: [first], word(&random) + "\n" + word(&random))
      case 3: diagram.note(over: [first, second ?? first], word(&random))
      default:
        diagram.send(
          from: first, to: second ?? word(&random), word(&random),
          byteCount: random.next() % 2 == 0 ? nil : 7,
          style: SequenceDiagram.ArrowStyle.allCases.randomElement(using: &random) ?? .solid)
      }
    }
    return diagram
  }

  private static func word(_ random: inout SplitMix) -> String {
    String((0...random.next() % 30).map { _ in "abcdef<&>".randomElement(using: &random) ?? "x" })
  }
}
