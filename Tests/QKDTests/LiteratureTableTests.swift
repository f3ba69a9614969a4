import QKD
import Testing

struct LiteratureTableTests {
  @Test(arguments: LiteratureTable.rows.map(\.id))
  func `a row of the literature comes out as published or says why not`(id: String) throws {
    let row = try #require(LiteratureTable.rows.first { $0.id == id })
    let ours = row.ours()
    #expect(ours.isFinite)
    #expect(
      row.outcome(of: ours) != .fail,
      "\(row.quantity): \(ours), expected \(String(describing: row.expected))")
  }
}
